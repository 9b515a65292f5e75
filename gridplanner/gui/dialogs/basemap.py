# SPDX-License-Identifier: LGPL-3.0-or-later
"""Choose what lies under the map: a file, or an address that the planner enters; off at every start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSlider,
    QVBoxLayout,
)
from shiboken6 import isValid

from gridplanner.errors import UserError
from gridplanner.gui.dialogs.ask import AskDialog, Field
from gridplanner.gui.widgets import button, label
from gridplanner.texts import _
from gridplanner.workspace.intake.basemaps import PICTURES, Basemap, TileCache, check_basemap

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell

_KEY = "basemaps"


class BasemapDialog(QDialog):
    """A list that stays beside the map.

    Signals
    -------
    chosen : Basemap or None - show this one, or none
    faded : float - opacity of the grids over it
    """

    chosen = Signal(object)
    faded = Signal(float)

    def __init__(self, window: Shell, cache: TileCache, shown: Basemap | None, opacity: float) -> None:
        super().__init__(window)
        self.setWindowTitle(_("Basemap"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        self._settings, self._session, self._cache = window.settings, window.session, cache
        self._basemaps = [Basemap(**kept) for kept in self._settings.get(_KEY, [])]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(
            label(
                _(
                    "A file on this computer, or a map service whose address you enter. Nothing is asked "
                    "from the network until you tick a service here, and none is on when the program starts."
                ),
                "quiet",
            )
        )
        self.list = QListWidget()
        self.list.setAccessibleName(_("Basemaps"))
        self.list.itemChanged.connect(self._ticked)
        layout.addWidget(self.list, 1)
        layout.addLayout(self._buttons())
        layout.addLayout(self._fading(opacity))
        layout.addLayout(self._keeping())
        self._fill(shown)
        self._tell()

    def _buttons(self) -> QHBoxLayout:
        """Build what can be done with the list."""
        row = QHBoxLayout()
        for text, run in (
            (_("Add a file..."), self._add_file),
            (_("Add a service..."), self._add_service),
            (_("Remove"), self._remove),
        ):
            row.addWidget(button(text, run))
        row.addStretch(1)
        return row

    def _fading(self, opacity: float) -> QHBoxLayout:
        """Build the slider."""
        row = QHBoxLayout()
        row.addWidget(QLabel(_("Grids over it, opacity")))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(10, 100)
        self.slider.setValue(round(opacity * 100))
        self.slider.setAccessibleName(_("Grids over it, opacity"))
        self.percent = QLabel(f"{self.slider.value()} %")
        self.slider.valueChanged.connect(self._faded)
        row.addWidget(self.slider, 1)
        row.addWidget(self.percent)
        return row

    def _keeping(self) -> QHBoxLayout:
        """Build what is told of the kept tiles."""
        row = QHBoxLayout()
        self.kept = label(role="quiet", wrap=False)
        row.addWidget(self.kept, 1)
        self.clear: QPushButton = button(_("Clear"), self._clear)
        row.addWidget(self.clear)
        return row

    def _fill(self, shown: Basemap | None) -> None:
        """List the basemaps; the one on the map is ticked."""
        self.list.blockSignals(True)
        self.list.clear()
        for basemap in self._basemaps:
            item = QListWidgetItem(basemap.title)
            item.setToolTip(basemap.address)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            on = Qt.CheckState.Checked if basemap == shown else Qt.CheckState.Unchecked
            item.setCheckState(on)
            self.list.addItem(item)
        self.list.blockSignals(False)

    def _ticked(self, item: QListWidgetItem) -> None:
        """Show the basemap that was ticked, at most one."""
        on = item.checkState() == Qt.CheckState.Checked
        basemap = self._basemaps[self.list.row(item)] if on else None
        self._fill(basemap)
        self.chosen.emit(basemap)

    def add(self, basemap: Basemap) -> bool:
        """Take a basemap into the list and show it; False (and a sentence) where it cannot be shown."""
        try:
            check_basemap(basemap)
        except UserError as error:
            self.kept.setText(str(error))
            return False
        self._basemaps = [b for b in self._basemaps if b.address != basemap.address] + [basemap]
        self._keep()
        self._fill(basemap)
        self.chosen.emit(basemap)
        return True

    def _add_file(self) -> None:
        """Ask for a file."""
        patterns = " ".join(f"*{suffix}" for suffix in (*PICTURES, ".mbtiles"))
        path, _chosen = QFileDialog.getOpenFileName(
            self, _("Basemap"), "", f"{_('Pictures and tiles')} ({patterns})"
        )
        if path:
            self.add(Basemap(path))

    def _add_service(self) -> None:
        """Ask for an address."""
        answer = AskDialog.ask(
            self,
            _("Map service"),
            [
                Field("address", _("Address"), "", required=True),
                Field("shifted", _("Tiles are in GCJ-02 (phone maps)"), False),
                Field("degrees", _("Tiles by longitude and latitude (WMTS sets named c)"), False),
            ],
            _(
                "XYZ: https://.../{z}/{x}/{y}.png; WMTS: the address of its capabilities, or of one tile "
                "with {TileMatrix}, {TileCol} and {TileRow}. The service sees which area you look at."
            ),
        )
        if answer and "{" not in str(answer["address"]):
            self.ask_layers(str(answer["address"]).strip(), shifted=bool(answer["shifted"]))
        elif answer:
            self.add(
                Basemap(
                    str(answer["address"]), shifted=bool(answer["shifted"]), degrees=bool(answer["degrees"])
                )
            )

    def ask_layers(self, address: str, *, shifted: bool) -> None:
        """Ask a service for its capabilities, and add the layer that the planner chooses."""
        if not address.lower().startswith(("http://", "https://")):
            self.add(Basemap(address))
            return
        self.kept.setText(_("Asking the map service..."))

        def found(layers: Sequence[Any]) -> None:
            if not isValid(self):
                return  # closed while the service thought
            self._tell()
            choices = [(layer.title, i) for i, layer in enumerate(layers)]
            field = Field("layer", _("Layer"), 0, choices=choices)
            answer = (
                AskDialog.ask(self, _("Layers of the map service"), [field]) if layers[1:] else {"layer": 0}
            )
            if answer:
                layer = layers[int(str(answer["layer"]))]
                self.add(Basemap(layer.address, shifted=shifted, degrees=layer.degrees))

        def refused(error: Exception) -> bool:
            if isinstance(error, UserError) and isValid(self):
                self.kept.setText(str(error))
                return True
            return False

        self._session.ask("wmts_layers", found, refused=refused, address=address)

    def _remove(self) -> None:
        """Take the basemap in hand off the list and the map."""
        row = self.list.currentRow()
        if row < 0:
            return
        was_on = self.list.item(row).checkState() == Qt.CheckState.Checked
        del self._basemaps[row]
        self._keep()
        self._fill(None)
        if was_on:
            self.chosen.emit(None)

    def _keep(self) -> None:
        """Remember the list."""
        self._settings.set(_KEY, [asdict(b) for b in self._basemaps])

    def _faded(self, value: int) -> None:
        """Let the basemap shine through more or less."""
        self.percent.setText(f"{value} %")
        self.faded.emit(value / 100)

    def _tell(self) -> None:
        """Say how much is kept on the disk."""
        size = self._cache.size()
        self.kept.setText(
            _("Tiles kept on this computer: {mb} MB of at most {most} MB").format(
                mb=f"{size / 1e6:.1f}", most=f"{self._cache.limit_bytes / 1e6:.0f}"
            )
        )
        self.clear.setEnabled(size > 0)

    def _clear(self) -> None:
        """Remove the kept tiles."""
        self._cache.clear()
        self._tell()
