# SPDX-License-Identifier: LGPL-3.0-or-later
"""Edits with the pointer on a real canvas: what moves, what is refused, what undo brings back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from gridplanner.gui.models.expression import matching
from gridplanner.gui.tools.cut import side_of_line
from gridplanner.gui.tools.move import inside_polygon
from gridplanner.gui.tools.totals import PairTotals, _lines
from gridplanner.model.kinds import GridKind
from gridplanner.model.layers import Layer
from gridplanner.model.plan import Plan
from gridplanner.model.ruleset import Band, RuleSet
from gridplanner.workspace.commands import EditGrid, MergeGrids
from gridplanner.workspace.scene.live import WITHIN
from tests.builders import SIDE_M
from tests.gui.conftest import show, toy_contents

LEFT = Qt.MouseButton.LeftButton


def spot(window, atom: int, dx: float = 0.0, dy: float = 0.0) -> QPoint:
    """Return the pixel of an atom's point."""
    atoms = window.session.workspace.district.atoms
    x, y = window.canvas.view.to_screen(atoms.x[atom] + dx, atoms.y[atom] + dy)
    return QPoint(round(x), round(y))


def click(qtbot, window, atom: int, keys=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.mouseClick(window.canvas, LEFT, keys, spot(window, atom))


def grid_of(window, atom: int) -> int:
    return int(window.session.plan.assignment[atom])


def same_plan(a: Plan, b: Plan) -> bool:
    return a.grids == b.grids and (a.assignment == b.assignment).all()


def test_every_atom_is_picked_at_its_point(window) -> None:
    for atom in range(24):
        at = window.canvas.at(spot(window, atom).toPointF())
        assert at.feature == atom


def test_click_selects_and_control_adds(window, qtbot) -> None:
    click(qtbot, window, 0)
    assert window.session.selection == (grid_of(window, 0),)
    click(qtbot, window, 2, Qt.KeyboardModifier.ControlModifier)
    assert set(window.session.selection) == {grid_of(window, 0), grid_of(window, 2)}
    click(qtbot, window, 2, Qt.KeyboardModifier.ControlModifier)
    assert window.session.selection == (grid_of(window, 0),)


def test_merge_undo_redo(window) -> None:
    window.session.select((0, 1))
    window.groups["edit"].merge()
    assert window.session.plan.n_grids == 5
    window.session.undo()
    assert window.session.plan.n_grids == 6
    window.session.redo()
    assert window.session.plan.n_grids == 5


def test_click_tool_moves_one_atom(window, qtbot) -> None:
    window.groups["tools"].click()
    window.session.select((0,))
    click(qtbot, window, 2)
    assert grid_of(window, 2) == 0
    assert len(window.session.workspace.contents.journal) >= 1


def test_rectangle_and_lasso_move_the_same_atoms(window, qtbot) -> None:
    for name in ("rectangle", "lasso"):
        window.session.select((0,))
        getattr(window.groups["tools"], name)()
        canvas = window.canvas
        a, b = spot(window, 2, -30, 30), spot(window, 8, 30, -30)
        corners = [a, QPoint(b.x(), a.y()), b, QPoint(a.x(), b.y())]
        qtbot.mousePress(canvas, LEFT, pos=a)
        for corner in corners[1:] if name == "lasso" else [b]:
            qtbot.mouseMove(canvas, corner)
        qtbot.mouseRelease(canvas, LEFT, pos=corners[-1] if name == "lasso" else b)
        assert [grid_of(window, i) for i in (2, 8)] == [0, 0], name
        window.session.undo()
        assert grid_of(window, 2) == 1


def test_brush_stroke_is_one_step(window, qtbot) -> None:
    window.groups["tools"].brush()
    window.session.select((0,))
    canvas = window.canvas
    qtbot.mousePress(canvas, LEFT, pos=spot(window, 2))
    qtbot.mouseMove(canvas, spot(window, 3))
    qtbot.mouseRelease(canvas, LEFT, pos=spot(window, 3))
    assert [grid_of(window, i) for i in (2, 3)] == [0, 0]
    window.session.undo()
    assert [grid_of(window, i) for i in (2, 3)] == [1, 1]


def test_border_drag_previews_then_moves(window, qtbot) -> None:
    window.groups["tools"].border()
    canvas, before = window.canvas, window.session.plan
    start = spot(window, 1, SIDE_M * 0.47)
    qtbot.mousePress(canvas, LEFT, pos=start)
    tool = window.groups["tools"].made["border"]
    assert tool.drag is not None
    assert set(tool.drag.pair) == {0, 1}
    qtbot.mouseMove(canvas, spot(window, 2, SIDE_M * 0.2))
    assert 2 in tool.drag.atoms
    assert window.session.plan is before, "nothing may change before the release"
    totals = PairTotals.of(window.session, tool.drag.pair, tool.drag.atoms, tool.drag.to)
    assert sum(g.people for g in totals.grids) == 800
    qtbot.mouseRelease(canvas, LEFT, pos=spot(window, 2, SIDE_M * 0.2))
    assert grid_of(window, 2) == 0
    window.session.undo()
    assert grid_of(window, 2) == 1


def test_escape_cancels_a_border_drag(window, qtbot) -> None:
    window.groups["tools"].border()
    qtbot.mousePress(window.canvas, LEFT, pos=spot(window, 1, SIDE_M * 0.47))
    qtbot.mouseMove(window.canvas, spot(window, 2))
    qtbot.keyClick(window.canvas, Qt.Key.Key_Escape)
    qtbot.mouseRelease(window.canvas, LEFT, pos=spot(window, 2))
    assert grid_of(window, 2) == 1
    assert window.map.shown is window.session.plan


def test_split_by_a_line(window, qtbot) -> None:
    window.groups["tools"].split()
    window.session.select((0,))
    top, bottom = spot(window, 0, SIDE_M / 2, SIDE_M), spot(window, 6, SIDE_M / 2, -SIDE_M)
    qtbot.mouseClick(window.canvas, LEFT, pos=top)
    qtbot.mouseClick(window.canvas, LEFT, pos=bottom)
    qtbot.mouseDClick(window.canvas, LEFT, pos=bottom)
    assert window.session.plan.n_grids == 7
    assert grid_of(window, 0) != grid_of(window, 1)
    assert grid_of(window, 0) == grid_of(window, 6)


def test_atoms_of_another_community_never_move(bare_window, qtbot) -> None:
    show(bare_window, toy_contents("AABB\nAABB", "aabb\naabb"))
    bare_window.groups["tools"].click()
    bare_window.session.select((0,))
    click(qtbot, bare_window, 2)
    assert grid_of(bare_window, 2) == 1


def test_a_locked_grid_keeps_its_atoms(window, qtbot) -> None:
    window.session.select((1,))
    window.groups["edit"].lock()
    window.groups["tools"].click()
    window.session.select((0,))
    click(qtbot, window, 2)
    assert grid_of(window, 2) == 1


def test_only_from_one_grid(window, qtbot) -> None:
    window.groups["tools"].set_only_from(3)
    window.groups["tools"].click()
    window.session.select((0,))
    click(qtbot, window, 2)
    assert grid_of(window, 2) == 1
    click(qtbot, window, 12)
    assert grid_of(window, 12) == 0


def test_retire_is_refused_while_not_empty(window) -> None:
    said: list[str] = []
    window.session.said.connect(lambda text, _kind: said.append(text))
    window.session.select((0,))
    window.groups["edit"].retire()
    assert window.session.plan.n_grids == 6
    assert said


def test_fill_gives_gaps_to_the_grid_with_fewest_people(bare_window) -> None:
    show(bare_window, toy_contents("AA.B\nAA.B"))
    bare_window.groups["edit"].fill()
    assert (bare_window.session.plan.assignment >= 0).all()


def test_repair_gives_strays_to_their_neighbour(bare_window) -> None:
    show(bare_window, toy_contents("AABA\nAABB"))
    bare_window.groups["edit"].repair()
    assert grid_of(bare_window, 3) == grid_of(bare_window, 2)


@pytest.mark.parametrize(
    ("drawing", "name"), [("AA..BB\nAA..BB", "fill"), ("AABAB\nAABBB", "repair"), ("AABBCC", "lock")]
)
def test_what_is_asked_for_once_is_undone_at_once(bare_window, drawing, name) -> None:
    show(bare_window, toy_contents(drawing))
    session = bare_window.session
    session.select(range(session.plan.n_grids))
    before, written = session.plan, len(session.workspace.contents.journal)
    getattr(bare_window.groups["edit"], name)()
    after = session.plan
    assert not same_plan(after, before)
    session.undo()
    assert same_plan(session.plan, before)
    session.redo()
    assert same_plan(session.plan, after)
    steps = [line.action.partition(":")[0] for line in session.workspace.contents.journal[written:]]
    assert steps == ["scenario", "Together", "undo", "redo"]


def test_the_selection_stays_on_its_grids_when_others_get_new_numbers(window) -> None:
    session = window.session
    last = session.plan.grids[5]
    session.select((0, 1, 5))
    session.do(MergeGrids((0, 1), into=0))
    assert [session.plan.grids[g].code for g in session.selection] == [session.plan.grids[0].code, last.code]
    session.undo()
    assert [session.plan.grids[g].code for g in session.selection] == [session.plan.grids[0].code, last.code]


def test_return_ends_the_line_and_opens_no_form(window, qtbot, monkeypatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(window.groups["edit"], "properties", lambda: asked.append(1))
    window.show()
    window.session.select((0, 1))
    window.groups["edit"].merge()
    window.session.select((grid_of(window, 0),))
    window.groups["tools"].split()
    window.canvas.setFocus()
    for dx, dy in ((SIDE_M, SIDE_M), (SIDE_M, -2 * SIDE_M)):
        qtbot.mouseClick(window.canvas, LEFT, Qt.KeyboardModifier.ShiftModifier, spot(window, 0, dx, dy))
    before = window.session.plan.n_grids
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return)
    assert window.session.plan.n_grids == before + 1
    assert not asked


def test_a_split_into_several_is_one_step(window) -> None:
    window.session.select((0, 1, 2))
    window.groups["edit"].merge()
    before = window.session.plan
    window.groups["edit"].split_into(grid_of(window, 0), 3)
    window.session.undo()
    assert same_plan(window.session.plan, before)


def test_a_grid_is_copied_with_its_kind_and_name(window) -> None:
    session, workspace = window.session, window.session.workspace
    workspace.add_scenario("甲", session.plan)
    workspace.add_scenario("乙", session.plan)
    session.select((0,))
    session.do(EditGrid(0, name="校园", kind=GridKind.DEDICATED, dedicated_kind="school"))
    held, code = session.plan.assignment == 0, session.plan.grids[0].code
    window.groups["edit"].copy_to(0, "甲")
    assert workspace.contents.current == "甲"
    (made,) = session.selection
    record = session.plan.grids[made]
    assert (record.name, record.kind, record.dedicated_kind) == ("校园", GridKind.DEDICATED, "school")
    assert record.code == code, "the grid it takes the place of gives it its code"
    assert ((session.plan.assignment == made) == held).all()


def test_copied_merger_leaves_no_empty_grids(window) -> None:
    session, workspace = window.session, window.session.workspace
    workspace.add_scenario("甲", session.plan)
    workspace.add_scenario("乙", session.plan)
    session.select((0, 1))
    window.groups["edit"].merge()
    merged = session.plan
    grid = grid_of(window, 0)
    window.groups["edit"].copy_to(grid, "甲")
    assert same_plan(session.plan, merged)
    session.undo()
    assert session.plan.n_grids == merged.n_grids + 1


def test_split_evenly_is_connected_and_even(window) -> None:
    window.session.select((0, 1, 2))
    window.groups["edit"].merge()
    grid = grid_of(window, 0)
    window.groups["edit"].split_into(grid, 3)
    assert window.session.plan.n_grids == 6
    parts = [
        np.flatnonzero(window.session.plan.assignment == g) for g in {grid_of(window, i) for i in range(12)}
    ]
    for part in parts:
        assert len(window.session.neighbours.parts(part)) == 1
        assert 200 <= len(part) * 100 <= 600


@pytest.mark.parametrize(
    ("text", "count"), [("people > 399", 6), ("人口 < 400", 0), ("people >= 400 and kind = 专属", 0)]
)
def test_select_by_expression(window, text: str, count: int) -> None:

    assert len(matching(text, window.table.model)) == count


def test_inside_polygon_knows_a_concave_ring() -> None:
    ring = np.array([[0, 0], [4, 0], [4, 4], [2, 1], [0, 4]], float)
    x, y = np.array([1.0, 2.0, 3.0, 2.0]), np.array([1.0, 3.0, 1.0, 0.5])
    assert inside_polygon(x, y, ring).tolist() == [True, False, True, True]


def test_side_of_a_bent_line() -> None:
    line = np.array([[0, 0], [0, 10], [10, 10]], float)
    left = side_of_line(np.array([-1.0, 5.0, 5.0]), np.array([5.0, 5.0, 15.0]), line)
    assert left.tolist() == [True, False, True]


def test_areas_marked_without_a_selection_become_a_new_grid(window, qtbot) -> None:
    window.session.select(())
    window.groups["tools"].brush()
    qtbot.mousePress(window.canvas, LEFT, pos=spot(window, 2))
    qtbot.mouseMove(window.canvas, spot(window, 3))
    qtbot.mouseRelease(window.canvas, LEFT, pos=spot(window, 3))
    assert window.map.marked == {2, 3}
    window.groups["edit"].new_grid()
    assert window.session.plan.n_grids == 7
    assert grid_of(window, 2) == grid_of(window, 3) == 6
    assert window.session.selection == (6,)


def test_scenarios_are_switched_in_the_toolbar(window) -> None:
    window.session.workspace.add_scenario("甲", window.session.plan)
    window.session.select((0, 1))
    window.groups["edit"].merge()
    box = window.scenarios
    assert box.currentData() == "甲"
    box.setCurrentIndex(box.findData(""))
    box.activated.emit(box.currentIndex())
    assert window.session.plan.n_grids == 6
    box.setCurrentIndex(box.findData("甲"))
    box.activated.emit(box.currentIndex())
    assert window.session.plan.n_grids == 5


def test_an_expression_sees_the_plan_as_it_is_while_the_table_is_hidden(window) -> None:
    session = window.session
    assert not window.table.isVisible()
    before = matching("people > 0", window.table.model)
    session.do(MergeGrids((0, 1)))
    assert len(matching("people > 0", window.table.model)) == len(before) - 1


def test_a_border_drag_counts_the_load_where_weights_are_set(bare_window) -> None:
    contents = toy_contents()
    n = len(contents.district.buildings)
    elderly = np.zeros(n)
    elderly[2] = 80
    columns = {"code": contents.district.buildings.codes, "elderly": elderly}
    layer = Layer("buildings", "楼栋", None, columns)
    district = replace(contents.district, originals={"buildings": layer})
    rules = RuleSet(people=Band(300, 600), weights={"elderly": 2.0})
    show(bare_window, replace(contents, district=district, rules=rules))
    session = bare_window.session
    totals = PairTotals.of(session, (0, 1), np.array([2]), 0)
    given, taken = totals.grids[0], totals.grids[1]
    assert (given.people, given.load, taken.people, taken.load) == (500, 660, 300, 300)
    assert (given.good, taken.good) == (False, True), "the limits count the load"
    assert "660" in _lines(given)[0]
    assert session.totals.state[1] == WITHIN, "400 people and a load of 560"


@pytest.mark.parametrize("tool", ["border", "rectangle", "brush", "lasso", "split"])
def test_a_tool_paints_only_its_own_mark_on_a_map_with_the_focus(window, qtbot, tool: str) -> None:
    """The rim of the focus was filled with whatever brush a tool had left: the whole map turned red."""
    canvas = window.canvas
    window.session.select([0])
    getattr(window.groups["tools"], tool)()
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus, timeout=60_000)
    far = spot(window, 23)
    before = canvas.grab().toImage().pixelColor(far)
    qtbot.mousePress(canvas, LEFT, pos=spot(window, 1, SIDE_M * 0.47))
    qtbot.mouseMove(canvas, spot(window, 2))
    during = canvas.grab().toImage().pixelColor(far)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert before == during
