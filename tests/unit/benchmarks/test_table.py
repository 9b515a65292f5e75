# SPDX-License-Identifier: LGPL-3.0-or-later
"""The contest's rows: one line for everybody, also for those who failed."""

from __future__ import annotations

import pytest

from benchmarks.engine import run
from benchmarks.engine.judge import Limits, Verdict
from benchmarks.engine.run import Hall, Result, Town
from benchmarks.engine.table import HEAD, foot, ratios, row
from benchmarks.engine.towns import save
from tests.builders import town

TOLD = {"cpu_s": 2.0, "wall_s": 3.0, "peak_mib": 99.0, "parts": 5, "certify_s": 0.0}
PLAIN = Verdict(4, 0, 0, 0, 0, 0, 0.1, 0.5, 10, 12, 100)


def test_a_row_has_a_figure_under_each_heading() -> None:
    line = row(Result("gridplanner keep", PLAIN, TOLD))
    assert len(line) == len(HEAD)
    assert line.split()[2:] == [
        "2.00",
        "3.0",
        "99",
        "4",
        "0",
        "0",
        "0",
        "0",
        "0",
        "10.00",
        "0.500",
        "10",
        "12",
        "100",
    ]


def test_a_program_without_a_division_says_why() -> None:
    assert row(Result("spopt AZP", None, {"why": "stopped after 400 CPU s"})).endswith(
        "stopped after 400 CPU s"
    )
    told = {**TOLD, "unanswered": ["ValueError: no start"]}
    assert list(foot(Result("p", PLAIN, told))) == [
        "      no answer for 1 of 5 parts; first: ValueError: no start"
    ]


def test_peers_are_held_against_our_main_row() -> None:
    other = Verdict(4, 1, 0, 0, 2, 0, 0.1, 0.5, 30, 12, 250)
    lines = list(
        ratios([Result("gridplanner keep", PLAIN, TOLD), Result("them", other, {**TOLD, "cpu_s": 8.0})])
    )
    assert lines[1].split() == ["them", "4.00", "3.0", "2.5", "3", ":", "0"]
    assert list(ratios([Result("them", other, TOLD)])) == []


def test_who_fails_is_a_line_and_not_a_crash(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.npz"  # type: ignore[operator]
    save(town("aabb\naabb\nccdd"), path)
    monkeypatch.setattr(run, "find_spec", lambda module: module != "pymetis")
    hall = Hall(path.parent, 30, ["pymetis k-way", "nobody knows"], 0.0)
    hall.contest(Town("small", path, 3, Limits(200, 600, 1e6)), 1, [])
    told = capsys.readouterr().out
    assert "pymetis k-way            not installed: pymetis" in told
    assert "nobody knows             failed: StopIteration" in told
    assert hall.missed == 0
