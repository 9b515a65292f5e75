# SPDX-License-Identifier: LGPL-3.0-or-later
"""The first page: the sample district, recent projects, a place to drop files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from gridplanner.gui import theme
from gridplanner.gui.settings import Settings
from gridplanner.gui.widgets import button, column, label
from gridplanner.texts import _


class DropArea(QFrame):
    """A dashed field that says what may be dropped."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(120)
        layout = QVBoxLayout(self)
        layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        picture = QLabel()
        picture.setPixmap(theme.icon("data").pixmap(32, 32))
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        text = label(
            _("Drop layers, ledgers or a project here (.shp .zip .gpkg .geojson .xlsx .csv)"), "quiet"
        )
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(picture)
        layout.addWidget(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self.palette().placeholderText().color(), 1.4, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        ground = QColor(self.palette().base().color())
        painter.setBrush(ground)
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 8, 8)
        painter.end()


class LeftBehind(QFrame):
    """Projects that were never saved and that a crash would have lost."""

    wanted = Signal(str)
    dropped = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setVisible(False)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(14, 10, 14, 10)
        self._layout.addWidget(label(_("Never saved, kept by the program"), "heading"))
        self.rows: list[QWidget] = []

    def show_lines(self, lines: tuple[Any, ...]) -> None:
        """List the projects; each can be opened again or dropped."""
        for old in self.rows:
            old.deleteLater()
        self.rows = [self._row(line) for line in lines]
        for made in self.rows:
            self._layout.addWidget(made)
        self.setVisible(bool(lines))

    def _row(self, line: Any) -> QWidget:
        """Return one project with its two buttons."""
        text = _("{name}: {n} steps, the last one at {time}").format(
            name=line.name, n=len(line.steps), time=f"{line.since:%m-%d %H:%M}"
        )
        shown = label(text)
        # The steps themselves are the preview.
        shown.setToolTip("\n".join(line.steps[-30:]))
        last = label(_("Last step: {step}").format(step=line.steps[-1]) if line.steps else "", "quiet")
        holder = QWidget()
        layout = QHBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(column(shown, last, spacing=2), 1)
        layout.addWidget(button(_("Bring back"), lambda: self.wanted.emit(line.log), primary=True))
        layout.addWidget(button(_("Drop"), lambda: self._ask_drop(line)))
        return holder

    def _ask_drop(self, line: Any) -> None:
        """Ask before the only copy goes."""
        question = _("Drop the {n} steps of '{name}' for good?").format(n=len(line.steps), name=line.name)
        boxes = QMessageBox.StandardButton
        answer = QMessageBox.question(self, _("Drop"), question, boxes.Yes | boxes.No, boxes.No)
        if answer == boxes.Yes:
            self.dropped.emit(line.log)


class StartPage(QWidget):
    """What the window shows before a project is open."""

    sample_wanted = Signal()
    open_wanted = Signal()
    new_wanted = Signal()
    file_wanted = Signal(str)
    unsaved_wanted = Signal(str)
    unsaved_dropped = Signal(str)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        outer = QHBoxLayout(self)
        outer.addStretch(1)
        middle = QWidget()
        middle.setMaximumWidth(760)
        outer.addWidget(middle, 4)
        outer.addStretch(1)
        layout = QVBoxLayout(middle)
        layout.setContentsMargins(16, 40, 16, 24)
        layout.setSpacing(12)
        layout.addWidget(label(_("Redraw the governance grids of a district"), "title"))
        layout.addWidget(
            label(
                _(
                    "Read the layers, see what is wrong today, set the rules, let the program propose, "
                    "adjust by hand, assign branches and staff, print and hand over."
                ),
                "quiet",
            )
        )
        layout.addSpacing(8)
        layout.addLayout(self._buttons())
        self.left_behind = LeftBehind()
        self.left_behind.wanted.connect(self.unsaved_wanted)
        self.left_behind.dropped.connect(self.unsaved_dropped)
        layout.addWidget(self.left_behind)
        layout.addWidget(DropArea())
        layout.addSpacing(8)
        self._add_recent(layout)
        self.refresh()

    def _buttons(self) -> QHBoxLayout:
        """Build the three ways to begin."""
        buttons = QHBoxLayout()
        self.sample = button(
            _("Try the sample district"), self.sample_wanted.emit, icon="sample", primary=True
        )
        buttons.addWidget(self.sample)
        buttons.addWidget(button(_("New project from layers"), self.new_wanted.emit, icon="new"))
        buttons.addWidget(button(_("Open a project"), self.open_wanted.emit, icon="open"))
        buttons.addStretch(1)
        return buttons

    def _add_recent(self, layout: QVBoxLayout) -> None:
        """Build the list of recent projects."""
        self.heading = label(_("Recent projects"), "heading")
        layout.addWidget(self.heading)
        self.recent = QListWidget()
        self.recent.setAccessibleName(_("Recent projects"))
        self.recent.itemActivated.connect(
            lambda item: self.file_wanted.emit(item.data(Qt.ItemDataRole.UserRole))
        )
        layout.addWidget(self.recent, 1)

    def show_left_behind(self, lines: tuple[Any, ...]) -> None:
        """Offer projects that a crash left without a file."""
        self.left_behind.show_lines(lines)

    def refresh(self) -> None:
        """List the recent projects."""
        self.recent.clear()
        for path in self._settings.recent():
            item = QListWidgetItem(theme.icon("grid"), f"{Path(path).stem}    {Path(path).parent}")
            item.setData(Qt.ItemDataRole.UserRole, path)
            item.setToolTip(path)
            self.recent.addItem(item)
        empty = not self.recent.count()
        if empty:
            item = QListWidgetItem(_("None yet. The sample district takes one click."))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.recent.addItem(item)
