# SPDX-License-Identifier: LGPL-3.0-or-later
"""Layers that can be read but not planned as asked: `run` says what is wrong, `verify` finds it true."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.builders import town
from tests.workflow.conftest import Finished, run_program
from tests.workflow.toy_layers import write_town

TABLES = """
[rules]
people = {min = 300, max = 500, hard = true}
service_radius_m = {max = 401}
[plan]
certify_s = 0
[repair]
overlap = "most_people"
gap = "longest_border"
"""


class Case(NamedTuple):
    """Drawing of grids and communities, people, a change of the tables, and what the program must say."""

    said: str
    grids: str = "AABB\nAABB"
    communities: str = ""
    people: int | Sequence[int] = 100
    old: str = ""
    new: str = ""


EXPLAINED = {
    "nobody anywhere": Case("没有登记人口", people=0),
    "a community without people": Case("没有登记人口", communities="aabb\naabb", people=[100, 100, 0, 0] * 2),
    "number out of reach": Case("最接近的可行数量 2 个", old="certify_s = 0", new="total = 99"),
    "a million in one building": Case("1000000 人，超过上限", people=[10**6, *[100] * 7]),
}
REFUSED = {
    "band the wrong way round": Case("下限 900 大于上限 500", old="min = 300", new="min = 900"),
    "a rule that nobody installed": Case("没有安装提供规则", old="[rules]", new='[rules]\nown = ["nowhere"]'),
    "a level without limits": Case(
        "没有单独的规模标准", old="certify_s = 0", new='certify_s = 0\nlevels = ["micro"]'
    ),
    "radius 0": Case("service_radius_m", old="max = 401", new="max = 0"),
}


def run_case(case: Case, folder: Path) -> Finished:
    """Run a case on layers written to a folder."""
    district = town(case.grids, case.communities, case.people)
    config = write_town(folder / "in", district, TABLES.replace(case.old, case.new) if case.old else TABLES)
    done = run_program("run", config, "--out", folder / "out", "--lang", "zh_CN", "--workers", "1")
    assert "Traceback" not in done.complained
    return done


@pytest.mark.parametrize("name", EXPLAINED)
def test_what_cannot_be_met_is_said_and_verified(name: str, tmp_path: Path) -> None:
    done = run_case(EXPLAINED[name], tmp_path)
    assert done.code == 1, done.complained
    assert EXPLAINED[name].said in done.said
    checked = run_program("verify", done.out, "--lang", "zh_CN")
    assert checked.code == 0, checked.said


@pytest.mark.parametrize("name", REFUSED)
def test_what_contradicts_itself_is_refused(name: str, tmp_path: Path) -> None:
    done = run_case(REFUSED[name], tmp_path)
    assert done.code == 2
    assert REFUSED[name].said in done.complained
    assert not (tmp_path / "out").exists()
