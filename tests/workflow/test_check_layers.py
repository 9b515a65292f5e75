# SPDX-License-Identifier: LGPL-3.0-or-later
"""The health check of loose layers: whatever lies there is enough."""

from __future__ import annotations

import json
from pathlib import Path

from tests.workflow.conftest import ROOT, run_program

SAMPLE = ROOT / "sample_shapefiles"


def test_grid_layer_alone_is_judged_by_the_people_it_states(tmp_path: Path) -> None:
    done = run_program("check", SAMPLE / "grids.shp", "--json", tmp_path / "f.json", "--lang", "zh_CN")
    assert done.code == 1, done.complained
    findings = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))["findings"]
    truth = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
    wrong_size = {code for f in findings if f["rule"] == "people" for code in f["subjects"]}
    assert wrong_size == set(truth["oversize"]) | set(truth["undersize"])
    assert sum(f["rule"] == "overlap" and f["severity"] == "error" for f in findings) == 3


def test_check_of_nothing_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.shp").write_bytes(b"")
    done = run_program("check", tmp_path / "empty.shp")
    assert done.code == 2
    assert "Traceback" not in done.complained
