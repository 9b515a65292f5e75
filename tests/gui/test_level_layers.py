# SPDX-License-Identifier: LGPL-3.0-or-later
"""Micro-grids and area grids as layers of the map: listed where asked for, in step with the plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from gridplanner.gui.canvas.labels import layer_labels
from gridplanner.gui.dialogs.identify import rows_at
from gridplanner.gui.panels.rules_page import places_of
from gridplanner.model.kinds import LEVEL_KINDS
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, Override, RuleSet
from gridplanner.workspace.commands import MoveAtoms
from tests.gui.conftest import show, toy_contents


def by_kind(**bands: Band) -> tuple[Override, ...]:
    return tuple(Override({"kind": LEVEL_KINDS[level]}, {"people": band}) for level, band in bands.items())


@pytest.fixture
def levels(bare_window):
    """A window whose plan asks for both levels: grids of 400 people, micro-grids of two areas."""
    rules = RuleSet(people=Band(300, 600), by=by_kind(micro=Band(150, 250), area=Band(600, 1000)))
    request = PlanRequest(levels=("micro", "area"))
    show(bare_window, replace(toy_contents(), rules=rules, request=request))
    return bare_window


def answered(window) -> None:
    """Let the question about levels be asked and answered now."""
    window.layers.levels.refresh()
    window.session._poll()


def asked(window) -> list[str]:
    return [arguments["level"] for name, arguments in window.session.desk.asked if name == "show_level"]


def listed(window) -> list[str]:
    rows = window.layers.list
    return [rows.item(i).text() for i in range(rows.count())]


def test_levels_are_listed_where_the_question_asks_for_them(window) -> None:
    assert not {"微网格", "片区网格"} & set(listed(window))
    window.session.workspace.set_request(PlanRequest(levels=("micro",)))
    assert "微网格" in listed(window)
    window.session.workspace.set_request(PlanRequest())
    assert "微网格" not in listed(window)


def test_nothing_is_worked_out_before_a_level_is_ticked(levels) -> None:
    answered(levels)
    assert asked(levels) == []
    levels.layers.set_shown("level.micro", True)
    assert asked(levels) == ["micro"]


def test_a_ticked_level_is_drawn_named_and_told(levels) -> None:
    for level in ("micro", "area"):
        levels.layers.set_shown(f"level.{level}", True)
    answered(levels)
    session = levels.session
    micro, area = (session.levels[f"level.{level}"][1] for level in ("micro", "area"))
    assert micro.people.tolist() == [200] * 12
    assert area.people.sum() == 2400
    pairs = np.unique(np.column_stack([micro.plan.assignment, session.plan.assignment]), axis=0)
    assert len(pairs) == 12, "each micro-grid lies in one grid"
    layer = session.scene.reference["level.micro"]
    assert [label.lines[0] for label in layer_labels(layer)][:2] == ["01 / 200", "02 / 200"]
    rows = {name: value for name, value, _link in rows_at(session, levels.canvas.at(middle(levels)))}
    assert "200" in rows["微网格"]
    assert "片区网格" in rows


def middle(window):
    """Return the pixel of the first area."""
    atoms = window.session.workspace.district.atoms
    x, y = window.canvas.view.to_screen(atoms.x[0], atoms.y[0])
    return QPoint(round(x), round(y)).toPointF()


def test_levels_follow_each_step_and_its_undo(levels) -> None:
    levels.layers.set_shown("level.micro", True)
    answered(levels)
    session = levels.session
    first = session.levels["level.micro"][1]
    session.do(MoveAtoms((2,), int(session.plan.assignment[0])))
    rows = {name for name, _value, _link in rows_at(session, levels.canvas.at(middle(levels)))}
    assert "微网格" not in rows, "what is of an earlier plan is not told"
    answered(levels)
    now = session.levels["level.micro"][1]
    assert now.people.sum() == 2400
    assert now.plan.assignment[2] != first.plan.assignment[2]
    session.undo()
    answered(levels)
    assert session.levels["level.micro"][1].plan.assignment.tolist() == first.plan.assignment.tolist()
    count = len(asked(levels))
    answered(levels)
    assert len(asked(levels)) == count, "nothing is asked twice"


def test_level_without_limits_is_refused_in_a_sentence(window) -> None:
    said = []
    window.session.said.connect(lambda text, kind: said.append((kind, text)))
    window.session.workspace.set_request(PlanRequest(levels=("micro",)))
    window.layers.set_shown("level.micro", True)
    answered(window)
    assert [kind for kind, _text in said] == ["error"]
    assert "微网格" in said[0][1]


def test_limits_of_a_level_can_be_set_in_the_rules(window) -> None:
    places = dict(places_of(window.session.workspace.district, {}))
    assert places["微网格"] == ("kind", "微网格")
    assert places["片区网格"] == ("kind", "片区")
