# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every broken or awkward real file reads, or is refused in one sentence; what each gave is kept.

Refresh with `GRIDPLANNER_REFRESH=1 pytest tests/unit/io/test_messy.py` and read the diff.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from benchmarks.io.messy import cases, outcome, table
from gridplanner.texts import use_language

REFERENCE = Path(__file__).parents[2] / "reference" / "messy.json"


def test_messy_files(shared_data):
    folder = shared_data / "messy"
    if not folder.is_dir():
        pytest.skip(f"no messy files at {folder}")
    use_language("en")
    found = {str(path.relative_to(folder)): outcome(path) for path in cases(folder)}
    text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("GRIDPLANNER_REFRESH"):
        REFERENCE.write_text(text, encoding="utf-8")
    assert json.loads(text) == json.loads(REFERENCE.read_text(encoding="utf-8"))
    assert len(found) >= 90
    lines = table(folder)
    assert len(lines) >= len(found) + 2
    assert all(line.count(" | ") == lines[0].count(" | ") for line in lines[2:])
