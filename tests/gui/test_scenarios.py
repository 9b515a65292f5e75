# SPDX-License-Identifier: LGPL-3.0-or-later
"""Scenarios: notes, comparison in numbers, on maps and by people, the flow chart, opinions and approval."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog

from gridplanner.gui.canvas.pins import pin_at
from gridplanner.gui.dialogs.ask import AskDialog
from gridplanner.gui.dialogs.compare import CompareDialog
from gridplanner.gui.dialogs.import_scenario import ImportScenarioDialog
from gridplanner.gui.dialogs.paper_trail import PaperTrailDialog
from gridplanner.gui.panels.flow_chart import flows_of
from gridplanner.maps import raster
from gridplanner.workspace.appoint import AppointWorker
from gridplanner.workspace.commands import EditGrid, MergeGrids, MoveAtoms, RetireGrid
from gridplanner.workspace.scene import registry as scene_registry
from gridplanner.workspace.scene.commands import RecordOpinion, SetStatus, last_status, latest, opinions
from tests.gui.conftest import show, toy_contents


@pytest.fixture
def two(window: Any) -> Any:
    """A window with two scenarios: one with two grids merged, one with an area moved."""
    workspace = window.session.workspace
    workspace.add_scenario("甲", window.session.before)
    window.session.select((0, 1))
    window.groups["edit"].merge()
    workspace.add_scenario("乙", window.session.before)
    window.session.do(MoveAtoms((2,), 0))
    return window


def test_notes_are_kept_recorded_and_shown(two: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AskDialog, "ask", classmethod(lambda *_a, **_k: {"notes": "街道意见稿"}))
    assert two.actions_by_id["notes"].isEnabled()
    two.actions_by_id["notes"].trigger()
    contents = two.session.workspace.contents
    assert contents.scenarios["乙"].notes == "街道意见稿"
    assert contents.scenarios["甲"].notes == ""
    assert contents.journal[-1].action.startswith("notes")
    assert two.session.plan is contents.scenarios["乙"].plan, "the plan is as it was"
    assert two.session.unsaved
    two.session.undo()
    assert two.session.workspace.contents.scenarios["乙"].notes == "", "writing notes is a step like others"
    two.session.redo()
    from PySide6.QtCore import Qt

    box = two.scenarios
    assert box.itemData(box.findData("乙"), Qt.ItemDataRole.ToolTipRole) == "街道意见稿"


def compared(two: Any, qtbot: Any) -> CompareDialog:
    dialog = CompareDialog(two, two.session, raster)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_numbers_of_every_plan_stand_side_by_side(two: Any, qtbot: Any) -> None:
    dialog = compared(two, qtbot)
    heads = [dialog.numbers.horizontalHeaderItem(c).text() for c in range(3)]
    assert heads == ["现状", "甲", "乙"]
    grids = [dialog.numbers.item(0, c).text() for c in range(3)]
    assert grids == ["6", "5", "6"]
    dialog.close()


def test_maps_show_the_ticked_plans_and_move_together(two: Any, qtbot: Any) -> None:
    dialog = compared(two, qtbot)
    maps = dialog.maps
    dialog.tabs.setCurrentIndex(1)
    assert len(maps.canvases) == 2
    maps.ticks[1].setChecked(True)
    assert len(maps.canvases) == 3
    maps.canvases[0].zoom_by(3.0)
    assert {round(c.view.scale, 9) for c in maps.canvases} == {round(maps.canvases[0].view.scale, 9)}
    assert (
        len({c.view.centre for c in maps.canvases} if hasattr(maps.canvases[0].view, "centre") else {1}) == 1
    )
    assert not np.array_equal(maps.canvases[0]._paint.keys, maps.canvases[1]._paint.keys)
    for tick in maps.ticks:
        tick.setChecked(False)
    assert maps.canvases == []
    dialog.close()


def test_people_are_conserved_between_any_two_plans(two: Any, qtbot: Any) -> None:
    dialog = compared(two, qtbot)
    total = int(two.session.workspace.district.atoms.people.sum())
    for left in range(3):
        for right in range(3):
            dialog.left.setCurrentIndex(left)
            dialog.right.setCurrentIndex(right)
            dialog.home.setCurrentIndex(0)
            dialog._show_people()
            rows = range(dialog.people.rowCount())
            assert sum(int(dialog.people.item(r, 2).text().replace(",", "")) for r in rows) == total
            dialog.home.setCurrentIndex(1)
            dialog._show_people()
            last = dialog.people.item(dialog.people.rowCount() - 1, dialog.people.columnCount() - 1)
            assert int(last.text().replace(",", "")) == total, "one community holds all of this town"
    dialog.close()


def test_the_flow_chart_follows_the_selection(two: Any) -> None:
    session = two.session
    flows = flows_of(session.workspace.district, session.before, session.plan, 0)
    assert flows.people.sum() == session.workspace.district.atoms.people.sum()
    assert len(flows.left) == 6
    assert (flows.people > 0).sum() == 7, "one old grid goes to two new ones, the others to one"
    two.actions_by_id["panel_charts"].setChecked(True)
    two.groups["view"].panel_charts()
    session.select((0,))
    chart = two.charts.flow
    assert chart.flows is not None
    picture = chart.grab().toImage()
    assert len({picture.pixel(x, 60) for x in range(0, picture.width(), 3)}) > 2


def test_the_flow_chart_begins_where_most_people_move(two: Any) -> None:
    session = two.session
    district = session.workspace.district
    assert flows_of(district, session.before, session.plan, -1).title == str(district.communities.names[0])


def test_an_answer_joins_its_opinion(two: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    session = two.session
    session.do(EditGrid(0, code="519999001001001"))
    session.do(RecordOpinion("居民甲", "希望保留", "", "519999001001001"))
    dialog = PaperTrailDialog(two, session)
    qtbot.addWidget(dialog)
    places: list[Any] = []
    dialog.place_wanted.connect(places.append)
    assert dialog.table.rowCount() == 1
    dialog.table.setCurrentCell(0, 0)
    monkeypatch.setattr(AskDialog, "ask", classmethod(lambda *_a, **_k: {"answer": "已采纳"}))
    dialog.answer()
    assert dialog.table.rowCount() == 1
    assert dialog.table.item(0, 3).text() == "已采纳"
    contents = session.workspace.contents
    register = opinions(contents.journal, contents.current)
    assert [o.answer for o in register] == ["", "已采纳"], "the journal keeps both"
    assert latest(register)[0].time == register[0].time
    dialog.table.setCurrentCell(0, 0)
    dialog.show_grid()
    assert places == [[0]]
    assert session.selection == (0,)


def test_notes_of_an_approved_plan_may_change_but_not_its_grids(two: Any) -> None:
    session = two.session
    assert session.do(SetStatus("approved", "民发〔2026〕1号", "2026-01-01"))
    plan = session.plan
    assert not session.do(MoveAtoms((3,), 0))
    session.workspace.set_notes("乙", "已批")
    assert session.plan is plan


def test_the_log_of_steps_grows_and_catches_up_when_it_is_shown(window) -> None:
    session, table = window.session, window.history.table
    session.do(EditGrid(0, name="甲"))
    assert table.rowCount() == 0, "nobody sees it"
    window.actions_by_id["panel_history"].trigger()
    shown = table.rowCount()
    assert shown == len(session.workspace.contents.journal)
    session.do(EditGrid(0, name="乙"))
    session.undo()
    journal = session.workspace.contents.journal
    assert table.rowCount() == shown + 2 == len(journal)
    assert table.item(0, 2).text() == journal[-1].action.partition(": ")[2]
    show(window, toy_contents())
    assert table.rowCount() == 0, "another project, another log"


def test_opinions_are_pins_at_their_place(two: Any, monkeypatch: pytest.MonkeyPatch, qtbot: Any) -> None:
    session, canvas = two.session, two.canvas
    session.do(EditGrid(0, code="519999001001001"))
    session.do(RecordOpinion("居民甲", "希望保留", "", "519999001001001"))
    x, y = canvas.view.to_ground(200, 150)
    answers = {"who": "居民乙", "text": "路口太窄", "answer": "已采纳"}
    monkeypatch.setattr(
        AskDialog, "ask", classmethod(lambda _c, _p, _t, fields: {**answers, "place": fields[3].value})
    )
    two.groups["view"]._enter_opinion(canvas.at(QPointF(200, 150)))
    by_grid, by_spot = canvas.tips.pins
    assert (by_grid.answered, by_spot.answered) == (False, True)
    assert (by_spot.x, by_spot.y) == pytest.approx((x, y), abs=0.06)
    assert pin_at(canvas.tips.pins, canvas.view, 200, 140) is by_spot
    assert "路口太窄" in by_spot.text
    assert pin_at(canvas.tips.pins, canvas.view, 300, 40) is None
    dialog = PaperTrailDialog(two, session)
    qtbot.addWidget(dialog)
    dialog.spot_wanted.connect(two.map.zoom_to_place)
    dialog.table.setCurrentCell(1, 0)
    dialog.show_grid()
    assert (canvas.view.x, canvas.view.y) == pytest.approx((x, y), abs=0.06)
    two.layers.set_shown("opinions", False)
    assert not canvas.tips.pins


def test_a_grid_gets_a_colour_of_its_own(window: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QColorDialog, "getColor", staticmethod(lambda *_a: QColor("#aa3355")))
    window.groups["view"]._choose_colour(2)
    assert window.layers.style == "grid"
    held = window.session.plan.assignment == 2
    assert set(window.canvas._paint.colours[:-1][held].tolist()) == {0xFFAA3355}
    assert [row.colour for row in window.map.legend()] == ["#aa3355"]
    window.session.undo()
    assert 0xFFAA3355 not in window.canvas._paint.colours


@pytest.mark.parametrize(
    "step",
    [
        EditGrid(0, locked=True),
        EditGrid(0, name="改名"),
        MoveAtoms((3,), 0),
        RetireGrid(0),
        MergeGrids((0, 1)),
        AppointWorker(0, ""),
    ],
)
def test_an_approved_plan_takes_no_step_and_gives_none_back(two: Any, step: Any) -> None:
    session = two.session
    assert session.do(EditGrid(0, note="送审"))
    assert session.do(SetStatus("approved", "民发〔2026〕1号", "2026-01-01"))
    plan = session.plan
    assert not session.do(step)
    session.undo()
    assert session.plan is plan and plan.status == "approved"
    # Opinions still come in, and an approval given by mistake is taken back in the open.
    assert session.do(RecordOpinion("居民", "赞成"))
    assert session.do(SetStatus("draft"))
    assert session.do(EditGrid(0, locked=True))


@pytest.mark.parametrize("day", ["2026-13-45", "2026-02-30", "2026/01/31", "20260131", "昨天"])
def test_a_status_is_dated_by_a_day_of_the_calendar(two: Any, day: str) -> None:
    assert not two.session.do(SetStatus("consulted", "", day))
    assert two.session.do(SetStatus("consulted", "", "2026-01-31"))
    contents = two.session.workspace.contents
    assert "2026-01-31" in last_status(contents.journal, contents.current)


def test_a_copy_of_an_approved_plan_is_a_draft_that_can_be_edited(two: Any, monkeypatch: Any) -> None:
    session = two.session
    assert session.do(SetStatus("approved", "民发〔2026〕1号", "2026-01-01"))
    monkeypatch.setattr(AskDialog, "ask", lambda *_a, **_k: {"name": "修订稿"})
    two.groups["plan"].duplicate()
    assert session.workspace.contents.current == "修订稿" and session.plan.status == "draft"
    assert session.do(EditGrid(0, name="改名"))


def colleague(two: Any) -> dict[str, Any]:
    """Scenarios of another file: one of a name that is used here, one that is not."""
    scenarios = two.session.workspace.contents.scenarios
    return {"甲": scenarios["甲"].plan, "丙": scenarios["乙"].plan}


def test_a_colleagues_scenarios_are_seen_beside_ones_own_and_one_is_taken(two: Any, qtbot: Any) -> None:
    dialog = ImportScenarioDialog(two, two.session, colleague(two), raster)
    qtbot.addWidget(dialog)
    dialog.show()
    heads = [dialog.numbers.horizontalHeaderItem(c).text() for c in range(4)]
    assert heads == ["现状", "乙", "同事：甲", "同事：丙"]
    assert [tick.isChecked() for tick in dialog.maps.ticks] == [True, False, False, True]
    assert dialog.plan() is colleague(two)["丙"] and dialog.name.text() == "丙"
    ok = dialog.buttons.button(dialog.buttons.StandardButton.Ok)
    assert ok.isEnabled()
    dialog.which.setCurrentIndex(0)
    assert [tick.isChecked() for tick in dialog.maps.ticks] == [True, False, True, False]
    assert dialog.name.text() == "甲（导入）" and ok.isEnabled()
    dialog.name.setText("甲")
    assert not ok.isEnabled() and not dialog.note.isHidden()
    dialog.reject()


@pytest.mark.parametrize("taken", [True, False])
def test_importing_a_scenario_or_not(two: Any, monkeypatch: Any, taken: bool) -> None:
    theirs = colleague(two)
    monkeypatch.setitem(scene_registry.TASKS, "scenarios_of", lambda *_a, **_k: theirs)
    monkeypatch.setattr(ImportScenarioDialog, "exec", lambda _self: taken)
    two.groups["plan"].import_from("同事.gpkg")
    two.session._poll()
    assert ("丙" in two.session.workspace.contents.scenarios) is taken
