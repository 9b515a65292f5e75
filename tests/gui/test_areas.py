# SPDX-License-Identifier: LGPL-3.0-or-later
"""Areas by expression, whole estates, merging with a choice, names of roads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from gridplanner.errors import UserError
from gridplanner.gui.canvas.labels import layer_labels
from gridplanner.gui.dialogs.ask import AskDialog
from gridplanner.gui.models.areas import matching_areas
from gridplanner.workspace.scene.scene import LineArrays, ReferenceLayer
from tests.gui.conftest import show, toy_contents
from tests.gui.test_corrections import answer, spot

LEFT = Qt.MouseButton.LeftButton
ESTATES = "ee..ff\nee..ff\n......\n......"


@pytest.fixture
def estates(bare_window):
    people = [10 * (i % 6) for i in range(24)]
    show(bare_window, toy_contents(people=people, estates=ESTATES))
    return bare_window


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("people > 40", [5, 11, 17, 23]),
        ("人口 >= 40 且 people < 50", [4, 10, 16, 22]),
        ("people = 0 or people = 50", [0, 5, 6, 11, 12, 17, 18, 23]),
    ],
)
def test_areas_by_expression(estates, text: str, wanted: list[int]) -> None:
    session = estates.session
    assert matching_areas(text, session.workspace.district, session.plan).tolist() == wanted


def test_texts_are_compared_too(estates) -> None:
    session = estates.session
    district = session.workspace.district
    name = str(district.estates[district.atoms.estate[0]])
    assert matching_areas(f"estate = {name}", district, session.plan).tolist() == [0, 1, 6, 7]
    code = session.plan.grids[1].code
    held = np.flatnonzero(session.plan.assignment == 1).tolist()
    assert matching_areas(f"grid ~ {code}", district, session.plan).tolist() == held


@pytest.mark.parametrize("text", ["height > 3", "people", "people > many"])
def test_what_is_no_expression_is_refused(estates, text: str) -> None:
    with pytest.raises(UserError):
        matching_areas(text, estates.session.workspace.district, estates.session.plan)


def test_marked_areas_are_given_to_the_selected_grid(estates) -> None:
    answer({"text": "people = 20 and people < 30"})
    estates.groups["edit"].areas()
    assert estates.map.marked == {2, 8, 14, 20}
    estates.session.select((0,))
    estates.groups["edit"].give()
    assert (estates.session.plan.assignment[[2, 8, 14, 20]] == 0).all()
    estates.session.undo()
    assert estates.session.plan.assignment[2] == 1


def test_giving_nothing_says_so(estates) -> None:
    said = []
    estates.session.said.connect(lambda text, kind: said.append(kind))
    estates.session.select((0,))
    estates.groups["edit"].give()
    assert said == ["info"]


def test_whole_estates_move_with_one_click(estates, qtbot) -> None:
    estates.actions_by_id["whole_estates"].trigger()
    estates.groups["tools"].click()
    estates.session.select((1,))
    qtbot.mouseClick(estates.canvas, LEFT, pos=spot(estates, 7))
    assert (estates.session.plan.assignment[[0, 1, 6, 7]] == 1).all()
    estates.actions_by_id["whole_grids"].trigger()
    assert not estates.actions_by_id["whole_estates"].isChecked()
    qtbot.mouseClick(estates.canvas, LEFT, pos=spot(estates, 4))
    assert (estates.session.plan.assignment[[4, 5, 10, 11]] == 1).all()
    estates.actions_by_id["whole_grids"].trigger()
    qtbot.mouseClick(estates.canvas, LEFT, pos=spot(estates, 12))
    assert estates.session.plan.assignment[12] == 1
    assert estates.session.plan.assignment[13] != 1


def test_merging_keeps_the_code_that_was_chosen(window) -> None:
    codes = [window.session.plan.grids[g].code for g in (0, 1)]

    def choose() -> None:
        form = next(w for w in QApplication.topLevelWidgets() if isinstance(w, AskDialog) and w.isVisible())
        form.widgets["into"].setCurrentIndex(1)
        form.accept()

    QTimer.singleShot(50, choose)
    window.session.select((0, 1))
    window.groups["edit"].merge_choosing()
    left = {g.code for g in window.session.plan.grids}
    assert codes[1] in left
    assert codes[0] not in left


def test_names_of_roads_are_written_where_there_is_room(window) -> None:
    scene = window.session.scene
    road = np.array([[0.0, 200.0], [300.0, 200.0], [600.0, 200.0]]) + scene.extent[:2]
    lines = LineArrays(road, np.array([0, 3], np.int64))
    layer = ReferenceLayer("roads", "道路", "line", lines=lines, names=np.array(["人民路"], dtype=object))
    made = layer_labels(layer)
    assert [label.lines for label in made] == [("人民路",)]
    assert made[0].x == scene.extent[0] + 300
    window.session.scene = replace(scene, reference={"roads": layer})
    window.map.set_layers(["roads", "labels"])
    assert any(label.lines == ("人民路",) for label in window.canvas._content.labels)
    assert layer_labels(replace(layer, key="buildings")) == ()
