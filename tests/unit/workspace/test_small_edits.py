# SPDX-License-Identifier: LGPL-3.0-or-later
"""Small questions about the plan in work, from the command line to the stored scenario."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gridplanner.cli.parser import run_command
from gridplanner.errors import UserError
from gridplanner.io.project.project import open_project, save_project
from gridplanner.model.plan import Plan
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RuleSet
from gridplanner.texts import use_language
from tests.builders import town

CODES = ("511902001001001", "511902001001002")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose first grid has two people too many for the rules, and its neighbour too few."""
    monkeypatch.setenv("GRIDPLANNER_LANG", "en")
    use_language("en")
    path = tmp_path / "town.gpkg"
    district = town("AAB\nAAB\nAAB")
    save_project(path, ProjectContents(district, RuleSet(people=Band(400, 500)), PlanRequest()))
    return path


def latest(path: Path) -> tuple[Plan, str]:
    """Return the last scenario's plan and the name of the one in work."""
    contents = open_project(path)
    return list(contents.scenarios.values())[-1].plan, contents.current


def test_moves_are_told_in_words_and_stored(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["plan", str(project), "--moves", CODES[1]]) == 0
    said = capsys.readouterr().out
    assert "50 households" in said
    plan, current = latest(project)
    assert sorted(plan.sums(open_project(project).district.atoms.people).tolist()) == [400, 500]
    assert current == ""


def test_nothing_is_stored_where_nothing_must_move(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_command(["plan", str(project), "--moves", CODES[1], "--accept"])
    count = len(open_project(project).scenarios)
    run_command(["plan", str(project), "--moves", CODES[1]])
    assert len(open_project(project).scenarios) == count
    assert "keep the rules already" in capsys.readouterr().out


def test_a_split_tells_what_each_grid_has_and_what_it_breaks(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_command(["plan", str(project), "--split", CODES[0]])
    said = capsys.readouterr().out
    assert f"{CODES[0]}: 400 people, 200 households" in said
    assert ": 200 people, 100 households" in said
    assert "below the limit of 400" in said
    assert f"{CODES[1]}:" not in said


def test_what_no_move_mends_is_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contents = open_project(project)
    save_project(project, replace(contents, rules=RuleSet(people=Band(460, 480))))
    run_command(["plan", str(project), "--moves", CODES[1]])
    said = capsys.readouterr().out
    assert "No move" in said
    assert "limit of 460" in said


def test_a_grid_is_split_and_another_merged_away(project: Path) -> None:
    run_command(["plan", str(project), "--split", CODES[0], "--into", "3", "--accept", "--quiet"])
    plan, current = latest(project)
    assert plan.n_grids == 4
    assert current
    assert all(g.code for g in plan.grids)
    run_command(["plan", str(project), "--merge-away", CODES[1], "--accept", "--quiet"])
    plan, _current = latest(project)
    assert plan.n_grids == 3
    assert CODES[1] not in {g.code for g in plan.grids}
    assert plan.sums(open_project(project).district.atoms.people).sum() == 900


def test_a_code_that_names_no_grid_is_refused(project: Path) -> None:
    with pytest.raises(UserError, match="nowhere"):
        run_command(["plan", str(project), "--split", "nowhere"])
    assert open_project(project).scenarios == {}
