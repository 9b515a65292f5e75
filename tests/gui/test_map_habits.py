# SPDX-License-Identifier: LGPL-3.0-or-later
"""Habits of the map: refusals are sentences, maps say what they show, cards leave the place free."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QLabel

from gridplanner.errors import UserError
from gridplanner.gui.app import _on_fault
from gridplanner.gui.canvas.furniture import draw_scale_bar
from gridplanner.gui.canvas.overlay import layer_swatch
from gridplanner.gui.canvas.style import UNASSIGNED, make_paint
from gridplanner.gui.dialogs.identify import IdentifyDialog
from gridplanner.model.kinds import GridKind
from gridplanner.workspace.commands import EditGrid
from gridplanner.workspace.scene.scene import ReferenceLayer
from tests.gui.test_corrections import answer


@pytest.mark.parametrize(
    "text", ["people >>> 3", "people", "height > 3", "people > many", "__import__('os')"]
)
def test_what_is_no_expression_is_told_in_a_sentence(window, text: str) -> None:
    said = []
    window.session.said.connect(lambda sentence, kind: said.append(kind))
    answer({"text": text})
    window.actions_by_id["expression"].trigger()
    assert said == ["warning"]


def test_sentence_for_the_planner_is_no_error_of_the_program(window) -> None:
    said, faults = [], []
    window.session.said.connect(lambda sentence, kind: said.append((sentence, kind)))
    window.show_fault = faults.append
    _on_fault(window, UserError, UserError("Choose a grid."), None)
    assert said == [("Choose a grid.", "warning")]
    assert faults == []


def test_maps_beside_each_other_say_which_is_which(window) -> None:
    def titles(canvas) -> list[str]:
        return [one.text() for one in canvas.findChildren(QLabel) if one.isVisible()]

    window.actions_by_id["side"].trigger()
    twin = window.groups["view"].twin
    assert (titles(twin), titles(window.canvas)) == (["现状"], ["方案"])
    window.actions_by_id["side"].trigger()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert titles(window.canvas) == []


def test_card_of_a_place_stands_at_the_rim_of_the_window(window) -> None:
    canvas = window.canvas
    IdentifyDialog.tell(window, canvas.at(canvas.rect().center().toPointF()))
    card = window.findChild(IdentifyDialog)
    assert window.frameGeometry().right() - card.frameGeometry().right() <= 24
    assert not card.frameGeometry().contains(canvas.mapToGlobal(canvas.rect().center()))


def test_areas_in_no_grid_are_explained_in_the_legend(window) -> None:
    session = window.session
    assert not any("未划入" in row.text for row in window.map.legend())
    plan = session.plan
    assignment = plan.assignment.copy()
    assignment[:3] = -1
    facts = window.map.facts(replace(plan, assignment=assignment))
    for style in ("people", "grid", "branch"):
        row = make_paint(facts, style)[1][-1]
        assert (row.text, row.colour, row.hatched) == ("未划入网格：3 个单元", UNASSIGNED, True), style


def test_scale_bar_stands_on_a_plate_over_whatever_lies_there(window) -> None:
    view = window.canvas.view
    picture = QImage(view.width, view.height, QImage.Format.Format_RGB32)
    picture.fill(QColor("#000000"))
    painter = QPainter(picture)
    draw_scale_bar(painter, view, window.canvas.font(), False)
    painter.end()
    assert picture.pixelColor(13, view.height - 24).lightness() > 200
    assert picture.pixelColor(300, view.height - 24).lightness() == 0


def test_layers_show_how_they_are_drawn() -> None:
    def colours(shape: str, key: str) -> set[int]:
        image = layer_swatch(ReferenceLayer(key, key, shape)).toImage()
        return {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}

    seen = [colours("polygon", "barriers"), colours("line", "roads"), colours("point", "stations")]
    assert all(len(one) > 2 for one in seen)
    assert QColor("#A9CBE6").rgb() in seen[0]
    assert QColor("#2E9E78").rgb() in seen[2]


def test_a_stroke_passes_over_dedicated_grids_a_click_takes_them(window, qtbot) -> None:
    session, tools = window.session, window.groups["tools"]
    session.do(EditGrid(1, kind=GridKind.DEDICATED, dedicated_kind="学校"))
    session.select((0,))
    for name in ("rectangle", "lasso", "brush"):
        tool = tools.made[name]
        assert tool.movable(np.array([2, 3, 12]), 0).tolist() == [12], name
        tools.set_only_from(1)
        assert tool.movable(np.array([2, 3, 12]), 0).tolist() == [2, 3], "asked for by name"
        tools.set_only_from(-1)
    assert tools.made["click"].movable(np.array([2]), 0).tolist() == [2]
    session.do(EditGrid(0, kind=GridKind.DEDICATED, dedicated_kind="学校"))
    assert tools.made["brush"].movable(np.array([2]), 0).tolist() == [2], "between units it may"
