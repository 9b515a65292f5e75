# SPDX-License-Identifier: LGPL-3.0-or-later
"""Void Qt calls must not take references from None: PySide6 6.12.0 on Python 3.11 dies of that."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsRectItem, QLabel

CALLS = 50_000


@pytest.mark.parametrize("method", ["set_text", "line_to", "set_pos", "set_pen", "parent"])
def test_void_calls_leave_the_references_of_none_alone(qapp: object, method: str) -> None:
    label, path, item = QLabel(), QPainterPath(), QGraphicsRectItem()
    pen, place = QPen(), QPointF(1.0, 2.0)
    call = {
        "set_text": lambda: label.setText("网格"),
        "line_to": lambda: path.lineTo(place),
        "set_pos": lambda: item.setPos(place),
        "set_pen": lambda: item.setPen(pen),
        "parent": label.parent,
    }[method]
    call()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        call()
    # Other objects come and go; a fault would show as some 50,000 references.
    assert abs(sys.getrefcount(None) - before) < CALLS // 100
