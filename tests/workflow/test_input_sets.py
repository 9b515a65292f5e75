# SPDX-License-Identifier: LGPL-3.0-or-later
"""The main job on whatever layers an office has: from everything down to bare buildings."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.builders import town
from tests.workflow.conftest import run_program
from tests.workflow.toy_layers import write_town

GRIDS = "\n".join(["AABBCC"] * 3 + ["DDDEEE"] * 3)
COMMUNITIES = "\n".join(["aaabbb"] * 6)
TABLES = """
[rules]
people = { min = 400, max = 1000 }
service_radius_m = { max = 600 }
[plan]
total = 6
certify_s = 1
[export.maps]
atlas_paper = "A4"
"""


@pytest.mark.parametrize("left_out", ["", "grids", "communities"])
def test_main_job_without_a_layer(left_out: str, tmp_path: Path) -> None:
    config = write_town(tmp_path / "in", town(GRIDS, COMMUNITIES), TABLES)
    text = config.read_text(encoding="utf-8")
    for layer in left_out.split():
        text = re.sub(rf"\[layers\.{layer}\]\n(?:[^\[\n].*\n)*", "", text)
    config.write_text(text, encoding="utf-8")
    done = run_program("run", config, "--out", tmp_path / "out", "--workers", "1", "--lang", "zh_CN")
    assert done.code == 0, done.complained
    summary = json.loads((done.out / "summary.json").read_text(encoding="utf-8"))
    assert summary["grids"] == {"before": 0 if "grids" in left_out else 5, "after": 6}
    assert summary["people"] == 3600
    assert summary["communities"] == (1 if "communities" in left_out else 2)
    checked = run_program("verify", done.out, "--lang", "zh_CN")
    assert checked.code == 0, checked.said
