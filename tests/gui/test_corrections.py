# SPDX-License-Identifier: LGPL-3.0-or-later
"""Corrections through the window: counts, ledger rows, cut areas, corners, drawn grids, caught lines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication

from gridplanner.gui.canvas.snap import Snapper, nearest_on
from gridplanner.gui.dialogs.ask import AskDialog
from gridplanner.gui.dialogs.identify import IdentifyDialog
from gridplanner.gui.dialogs.unplaced import UnplacedDialog
from gridplanner.gui.panels.pages import short_text
from gridplanner.model.layers import Layer
from gridplanner.model.ledger import PLACED
from gridplanner.workspace.scene.scene import LineArrays, ReferenceLayer, polygon_arrays
from tests.builders import SIDE_M
from tests.gui.conftest import show, toy_contents

LEFT = Qt.MouseButton.LeftButton


def pixel(window, x: float, y: float) -> QPoint:
    px, py = window.canvas.view.to_screen(x, y)
    return QPoint(round(px), round(py))


def spot(window, atom: int, dx: float = 0.0, dy: float = 0.0) -> QPoint:
    atoms = window.session.workspace.district.atoms
    return pixel(window, float(atoms.x[atom]) + dx, float(atoms.y[atom]) + dy)


def draw(qtbot, window, *points: QPoint, keys=Qt.KeyboardModifier.ShiftModifier) -> None:
    """Click along a line (freely, by default) and end it with Enter."""
    for point in points:
        qtbot.mouseMove(window.canvas, point)
        qtbot.mouseClick(window.canvas, LEFT, keys, point)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return)
    window.session._poll()


def answer(values: dict) -> None:
    """Fill the next form and press OK."""

    def fill() -> None:
        form = next(w for w in QApplication.topLevelWidgets() if isinstance(w, AskDialog) and w.isVisible())
        for key, value in values.items():
            widget = form.widgets[key]
            if isinstance(value, int):
                widget.setValue(value)
            else:
                widget.setText(value)
        form.accept()

    QTimer.singleShot(50, fill)


def test_counts_of_a_building_are_corrected_from_the_card(window) -> None:
    at = window.canvas.at(spot(window, 3).toPointF())
    IdentifyDialog.tell(window, at)
    card = window.findChild(IdentifyDialog)
    answer({"people": 180, "households": 70, "source": "入户核查", "day": "2026-11-20"})
    card.figures.clicked.emit("building:3")
    session = window.session
    assert session.workspace.district.atoms.people[3] == 180
    assert int(session.totals.people.sum()) == 24 * 100 + 80
    entry = session.workspace.contents.journal[-1]
    assert "people=100->180" in entry.parameters
    assert "source=入户核查" in entry.parameters
    session.judge()
    session._poll()
    judged = [a for n, a in session.desk.asked if n == "judge"][-1]
    assert len(judged["amendments"]) == 1, "the check must see the correction"
    session.undo()
    assert session.workspace.district.atoms.people[3] == 100


def test_a_cancelled_form_and_equal_counts_change_nothing(window) -> None:
    at = window.canvas.at(spot(window, 3).toPointF())
    IdentifyDialog.tell(window, at)
    card = window.findChild(IdentifyDialog)
    answer({"people": 100, "households": 50, "source": "x", "day": ""})
    card.figures.clicked.emit("building:3")
    assert not window.session.workspace.contents.amendments


def test_an_area_is_cut_and_undo_joins_it(window, qtbot) -> None:
    window.session.workspace.add_scenario("方案", window.session.plan)
    window.groups["tools"].cut()
    draw(qtbot, window, spot(window, 7, 20, 60), spot(window, 7, 25, -60))
    session = window.session
    assert len(session.workspace.district.atoms) == 25
    assert len(session.scene.atoms) == 25
    assert window.canvas.at(spot(window, 7, 40).toPointF()).feature == 24
    assert session.plan.assignment[24] == session.plan.assignment[7]
    window.groups["tools"].click()
    session.select((1,))
    qtbot.mouseClick(window.canvas, LEFT, pos=spot(window, 7, 40))
    assert session.plan.assignment[24] == 1
    session.undo()
    session.undo()
    assert len(session.scene.atoms) == 24
    assert window.canvas.at(spot(window, 7, 40).toPointF()).feature == 7


def test_a_corner_moves_for_all_who_share_it(window, qtbot) -> None:
    window.groups["tools"].corner()
    start = spot(window, 7, SIDE_M / 2, -SIDE_M / 2)
    qtbot.mouseMove(window.canvas, start)
    qtbot.mousePress(window.canvas, LEFT, pos=start)
    qtbot.mouseMove(window.canvas, start + QPoint(12, 6))
    qtbot.mouseRelease(window.canvas, LEFT, pos=start + QPoint(12, 6))
    window.session._poll()
    changed = window.session.workspace.district.atoms.area_m2 != SIDE_M**2
    assert np.flatnonzero(changed).tolist() == [7, 8, 13, 14]
    window.session.undo()
    assert (window.session.workspace.district.atoms.area_m2 == SIDE_M**2).all()


def test_a_grid_is_drawn_where_there_are_none(bare_window, qtbot) -> None:
    show(bare_window, toy_contents("....\n...."))
    bare_window.groups["tools"].draw()
    corners = [
        spot(bare_window, 0, -45, 45),
        spot(bare_window, 1, 45, 45),
        spot(bare_window, 5, 45, -45),
        spot(bare_window, 4, -45, -45),
    ]
    draw(qtbot, bare_window, *corners)
    assert bare_window.session.plan.n_grids == 1
    assert np.flatnonzero(bare_window.session.plan.assignment == 0).tolist() == [0, 1, 4, 5]


def test_a_split_shows_both_sides_before_it_is_done(window, qtbot) -> None:
    window.groups["tools"].split()
    window.session.select((0,))
    top, bottom = spot(window, 0, SIDE_M / 2, SIDE_M), spot(window, 6, SIDE_M / 2, -SIDE_M)
    qtbot.mouseClick(window.canvas, LEFT, Qt.KeyboardModifier.ShiftModifier, top)
    window.canvas.tool.moved(window.canvas.at(bottom.toPointF()))
    assert len(window.map.marked) == 2
    qtbot.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert not window.map.marked
    assert window.session.plan.n_grids == 6


def road_scene(scene):
    road = np.array([[0.0, 0.0], [50.0, 5.0], [100.0, 0.0]]) + scene.extent[:2]
    lines = LineArrays(road, np.array([0, 3], np.int64))
    return replace(scene, reference={"roads": ReferenceLayer("roads", "道路", "line", lines=lines)}), road


def test_lines_are_caught_by_roads_and_follow_them(window) -> None:
    scene, road = road_scene(window.session.scene)
    snapper = Snapper.of(scene)
    one = snapper.at(road[0, 0] + 20, road[0, 1] + 5, 10)
    two = snapper.at(road[0, 0] + 90, road[0, 1] - 4, 10)
    assert one.caught and one.line == two.line == 0
    assert snapper.between(one, two).tolist() == [road[1].tolist()]
    assert snapper.between(two, one).tolist() == [road[1].tolist()]
    assert not snapper.at(road[0, 0], road[0, 1] + 60, 10).caught


def test_borders_of_areas_catch_corners_first() -> None:
    import shapely

    square = polygon_arrays(np.array([shapely.box(0, 0, 100, 100)], dtype=object))
    snapper = Snapper([], square)
    assert (snapper.at(98, 97, 10, [0]).x, snapper.at(98, 97, 10, [0]).y) == (100, 100)
    edge = snapper.at(50, 96, 10, [0])
    assert (edge.x, edge.y) == (50, 100)
    assert nearest_on(np.array([[0.0, 0.0], [10.0, 0.0]]), 5.0, 3.0, 4.0)[:3] == (3.0, 5.0, 0.0)


def with_ledger(contents):
    ledger = Layer(
        "people",
        "名册.csv",
        None,
        {
            "estate": np.array(["幸福里", "幸福里"], dtype=object),
            "building": np.array(["9幢", "1幢"], dtype=object),
            "people": np.array([33.0, 10.0]),
            "households": np.array([11.0, 4.0]),
        },
        {PLACED: np.array([0, 1], np.int64)},
        np.array([2, 3], np.int64),
    )
    return replace(contents, district=replace(contents.district, originals={"people": ledger}))


def test_a_row_of_the_ledger_is_placed_by_click(bare_window, qtbot) -> None:
    show(bare_window, with_ledger(toy_contents()))
    bare_window.groups["tools"].place()
    dialog = bare_window.findChild(UnplacedDialog)
    assert dialog.table.rowCount() == 1
    qtbot.mouseClick(bare_window.canvas, LEFT, pos=spot(bare_window, 4, 8, 8))
    bare_window.session._poll()
    district = bare_window.session.workspace.district
    assert (district.buildings.people[4], district.atoms.people[4]) == (133, 133)
    assert dialog.table.rowCount() == 0
    bare_window.session.undo()
    assert bare_window.session.workspace.district.atoms.people[4] == 100
    assert dialog.table.rowCount() == 1
    dialog.close()
    assert bare_window.groups["tools"].made["place"].row == -1


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_texts_of_tool_buttons_fit(window, language: str) -> None:
    from PySide6.QtWidgets import QToolButton

    from gridplanner.texts import use_language

    use_language(language)
    try:
        for button in window.pages["edit"].findChildren(QToolButton):
            action = button.defaultAction()
            if action is None or not action.objectName():
                continue
            text = short_text(action.objectName())
            assert button.fontMetrics().horizontalAdvance(text) <= button.width() - 8, text
    finally:
        use_language("zh_CN")


def test_marked_areas_are_carved_out_as_a_site(window) -> None:
    window.map.mark((0, 1))
    answer({"name": "第一中学"})
    window.groups["edit"].carve()
    record = window.session.plan.grids[-1]
    assert (record.name, str(record.kind)) == ("第一中学", "专属")
    assert np.flatnonzero(window.session.plan.assignment == window.session.plan.n_grids - 1).tolist() == [
        0,
        1,
    ]


def test_steps_brought_back_after_a_crash_reshape_the_map(window, monkeypatch) -> None:
    from gridplanner.geometry.correct import cut_atom
    from gridplanner.workspace.scene.slimming import slim
    from gridplanner.workspace.workspace import Correction, Workspace

    state = window.session.desk.state
    lost = Workspace(state.whole())
    x, y = float(lost.district.atoms.x[7]), float(lost.district.atoms.y[7])
    by, back = cut_atom(lost.district, 7, np.array([[x + 9, y - 99], [x + 9, y + 99]]))
    lost.amend(Correction(by, back, "切开"))

    def restore() -> object:
        state.contents = lost.contents
        return state.contents

    monkeypatch.setattr(state.file, "restore", restore)
    window.session.restore()
    for _k in range(3):
        window.session._poll()
    assert len(window.session.scene.atoms) == 25
    assert window.canvas.at(spot(window, 7, 40).toPointF()).feature == 24
    assert window.session.measures is not None
    assert len(slim(state.whole()).district.atoms) == 25
