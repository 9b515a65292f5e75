# SPDX-License-Identifier: LGPL-3.0-or-later
"""The layer panel: what is shown, in which order, and how grids are coloured."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gridplanner.gui import theme
from gridplanner.gui.canvas.overlay import layer_swatch
from gridplanner.gui.canvas.style import style_names
from gridplanner.gui.level_layers import PREFIX, LevelLayers
from gridplanner.gui.session import Session
from gridplanner.gui.widgets import Legend, label
from gridplanner.texts import _

#: Layers on at the start; the others wait for a tick.
BASEMAP = "basemap"
SHOWN_FIRST = ("opinions", "labels", BASEMAP, "atoms", "roads", "barriers", "bridges", "streets")


def layer_title(key: str) -> str:
    """Return a layer's name in the user's language."""
    titles = {
        "opinions": _("Opinions received"),
        "labels": _("Labels"),
        "basemap": _("Basemap"),
        "atoms": _("Borders of the smallest areas"),
        "grids_before": _("Today's grids as delivered"),
        "roads": _("Roads"),
        "barriers": _("Barriers (rivers, railways)"),
        "bridges": _("Bridges"),
        "buildings": _("Buildings"),
        "estates": _("Estates"),
        "sites": _("Candidate sites"),
        "stations": _("Service stations"),
        "streets": _("Streets"),
        "branches": _("Places of party branches"),
        "staff": _("Staff"),
        "level.micro": _("Micro-grids"),
        "level.area": _("Area grids"),
    }
    if key.startswith("nets."):
        name = key.removeprefix("nets.")
        return _("Net: {name}").format(name=net_names().get(name, name))
    return titles.get(key, key)


def role_title(role: str) -> str:
    """Return a role's name in the user's language."""
    own = {
        "": _("do not use"),
        "communities": _("Communities"),
        "grids": _("Today's grids"),
        "atoms": _("Ready-made smallest areas"),
        "people": _("People table"),
        "stairs": _("Stairs (units)"),
    }
    return own.get(role) or layer_title(role)


def net_names() -> dict[str, str]:
    """Return the usual names of departmental nets."""
    return {
        "party": _("party building"),
        "environment": _("environment"),
        "illegal_building": _("illegal building"),
        "petitions": _("petitions"),
        "work_safety": _("work safety"),
    }


class LayersPanel(QWidget):
    """Layers with check boxes; dragging changes the order of drawing."""

    changed = Signal()
    zoom_wanted = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(8)
        layout.addWidget(label(_("Colour of the grids"), "quiet"))
        self.style_box = QComboBox()
        self.style_box.setAccessibleName(_("Colour of the grids"))
        for key, text in style_names().items():
            self.style_box.addItem(text, key)
        self.style_box.setCurrentIndex(self.style_box.findData("people"))
        self.style_box.currentIndexChanged.connect(lambda _i: self.changed.emit())
        layout.addWidget(self.style_box)
        self.legend = Legend()
        layout.addWidget(self.legend)
        layout.addWidget(label(_("Layers, the top one is drawn last"), "quiet"))
        self.list = QListWidget()
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setAccessibleName(_("Layers"))
        self.list.itemChanged.connect(lambda _item: self.changed.emit())
        self.list.model().rowsMoved.connect(lambda *_a: self.changed.emit())
        self.list.itemDoubleClicked.connect(
            lambda item: self.zoom_wanted.emit(item.data(Qt.ItemDataRole.UserRole))
        )
        layout.addWidget(self.list, 1)
        self.levels = LevelLayers(session, self.shown, self)
        self.changed.connect(self.levels.refresh)
        session.opened.connect(self.refresh)
        session.changed.connect(lambda _change: self._list_levels())

    @property
    def style(self) -> str:  # type: ignore[override]  # the word of the domain; Qt's style() is not used
        """The style in use."""
        return str(self.style_box.currentData())

    def set_style(self, key: str) -> None:
        """Choose a style."""
        self.style_box.setCurrentIndex(max(0, self.style_box.findData(key)))

    def refresh(self) -> None:
        """List the layers of the project."""
        scene = self._session.scene
        self.list.blockSignals(True)
        self.list.clear()
        keys: list[str] = []
        if scene:
            kept = (key for key in scene.reference if not key.startswith(PREFIX))
            reference = sorted(kept, key=_depth, reverse=True)
            keys = ["opinions", "labels", *reference, "grids_before", "atoms"]
        for key in keys:
            self._add(key)
        self.list.blockSignals(False)
        self._list_levels()
        self.changed.emit()

    def _list_levels(self) -> None:
        """List the further levels that the question asks for, under the labels."""
        workspace = self._session.workspace
        levels = workspace.contents.request.levels if workspace is not None else ()
        wanted = [f"{PREFIX}{level}" for level in levels]
        there = [self._key(i) for i in range(self.list.count())]
        if [key for key in there if key.startswith(PREFIX)] == wanted:
            return
        self.list.blockSignals(True)
        for row in reversed(range(len(there))):
            if there[row].startswith(PREFIX) and there[row] not in wanted:
                self.list.takeItem(row)
        for key in wanted:
            if key not in there:
                self._add(key, min(2, self.list.count()))
        self.list.blockSignals(False)
        self.changed.emit()

    def _add(self, key: str, row: int = -1) -> None:
        """Add a layer at a row, at the end by default."""
        scene = self._session.scene
        layer = scene.reference.get(key) if scene is not None else None
        known = layer is not None
        icon = QIcon(layer_swatch(layer, dark=theme.is_dark())) if known else theme.icon("layers")
        item = QListWidgetItem(icon, layer_title(key))
        item.setData(Qt.ItemDataRole.UserRole, key)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if key in SHOWN_FIRST else Qt.CheckState.Unchecked)
        self.list.insertItem(row if row >= 0 else self.list.count(), item)

    def set_ground(self, there: bool) -> None:
        """List the basemap at the bottom while there is one."""
        rows = [i for i in range(self.list.count()) if self._key(i) == BASEMAP]
        if there and not rows:
            self.list.blockSignals(True)
            self._add(BASEMAP)
            self.list.blockSignals(False)
        for row in [] if there else rows[::-1]:
            self.list.takeItem(row)
        self.changed.emit()

    def _key(self, row: int) -> str:
        """Return the key of a row."""
        return str(self.list.item(row).data(Qt.ItemDataRole.UserRole))

    def shown(self) -> list[str]:
        """Return the keys of the ticked layers, bottom first."""
        items = [self.list.item(i) for i in range(self.list.count())]
        keys = [
            item.data(Qt.ItemDataRole.UserRole)
            for item in items
            if item.checkState() == Qt.CheckState.Checked
        ]
        return keys[::-1]

    def set_shown(self, key: str, shown: bool) -> None:
        """Tick or untick a layer."""
        for i in range(self.list.count()):
            if self.list.item(i).data(Qt.ItemDataRole.UserRole) == key:
                self.list.item(i).setCheckState(Qt.CheckState.Checked if shown else Qt.CheckState.Unchecked)


def _depth(key: str) -> int:
    """Return how far down a layer lies at the start: water under roads under buildings under marks."""
    order = ("barriers", "estates", "roads", "bridges", "buildings", "sites", "stations")
    return order.index(key) if key in order else len(order)
