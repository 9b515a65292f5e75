# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a tool of the map is: it takes the pointer and draws over the map."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QWidget

from gridplanner.gui.canvas.view import View


@dataclass(frozen=True)
class MapPoint:
    """Where the pointer is, and what lies under it.

    Parameters
    ----------
    x, y : float
        Metres.
    px, py : float
        Pixels.
    feature : int
        Polygon under the pointer, -1 for none.
    button : Qt.MouseButton
    keys : Qt.KeyboardModifier
    """

    x: float
    y: float
    px: float
    py: float
    feature: int
    button: Qt.MouseButton = Qt.MouseButton.NoButton
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier


class Tool(QObject):
    """What the pointer does; the base pans with any button."""

    name = "pan"
    cursor = Qt.CursorShape.OpenHandCursor

    def pressed(self, at: MapPoint) -> bool:
        """Take a press; False leaves it to panning."""
        return False

    def moved(self, at: MapPoint) -> None:
        """Take a move, with or without a button."""

    def released(self, at: MapPoint) -> None:
        """Take a release."""

    def double_clicked(self, at: MapPoint) -> None:
        """Take a double click."""

    def key(self, event: QKeyEvent) -> bool:
        """Take a key; False leaves it to the window."""
        return False

    def wants(self, key: int) -> bool:
        """Tell whether a key that is a shortcut of the window too is meant for the tool now."""
        return False

    def cancel(self) -> None:
        """Forget what was begun (Esc, another tool)."""

    def paint(self, painter: QPainter, view: View) -> None:
        """Draw what the tool shows over the map."""


class ToolWidget(QWidget):
    """A widget with a tool in hand, which gets its keys before the shortcuts of the window do."""

    tool: Tool

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self.tool.wants(event.key())
        ):
            event.accept()
            return True
        return super().event(event)
