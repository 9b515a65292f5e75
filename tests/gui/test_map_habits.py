# SPDX-License-Identifier: LGPL-3.0-or-later
"""Habits of the map: refusals are sentences, maps say what they show, cards leave the place free."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QLabel

from gridplanner.errors import UserError
from gridplanner.gui.app import _on_fault
from gridplanner.gui.dialogs.identify import IdentifyDialog
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
