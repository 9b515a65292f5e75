# SPDX-License-Identifier: LGPL-3.0-or-later
"""What lies under the map: basemaps and scanned maps."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from gridplanner.errors import UserError
from gridplanner.gui.canvas.basemap import PictureGround, TileGround, undecoded
from gridplanner.gui.dialogs.beside import lay_aside
from gridplanner.gui.settings import user_folder
from gridplanner.texts import _
from gridplanner.workspace.intake.basemaps import Basemap, TileCache, Tiles, Warp

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell


class MapGroup:
    """What is laid under the map."""

    def __init__(self, window: Shell) -> None:
        self._window = window
        self._session = window.session
        self.cache = TileCache(user_folder() / "cache" / "tiles")
        self.shown: Basemap | None = None
        self._session.opened.connect(self._forget)

    def _forget(self) -> None:
        """Another project begins without a basemap."""
        self.shown = None

    def basemap(self) -> None:
        """Choose a basemap."""
        from gridplanner.gui.dialogs.basemap import BasemapDialog  # rarely needed

        dialog = self._window.findChild(BasemapDialog)
        if dialog is None:
            dialog = BasemapDialog(self._window, self.cache, self.shown, self._window.map.opacity)
            dialog.chosen.connect(self.show)
            dialog.faded.connect(
                lambda opacity: self._window.map.set_ground(self._window.map.ground, opacity)
            )
        dialog.show()
        lay_aside(dialog)
        dialog.raise_()

    def scan(self) -> None:
        """Put a scanned map on the ground and lay it under the map."""
        from gridplanner.gui.dialogs.scan import ScanDialog  # rarely needed

        tools = self._window.groups["tools"]
        tools.control()
        dialog = self._window.findChild(ScanDialog)
        if dialog is None:
            dialog = ScanDialog(self._window, tools.made["control"])
        dialog.show()
        dialog.raise_()

    def show(self, basemap: Basemap | None) -> None:
        """Show a basemap, None for none."""
        self.shown = basemap
        scene = self._session.scene
        if basemap is None or scene is None:
            self._window.map.set_ground(None)
        elif basemap.picture:
            self._session.ask(
                "place_picture", lambda lattice: self._lay_picture(basemap, lattice), basemap=basemap
            )
        else:
            self._session.ask(
                "warp",
                lambda warp: self._lay_tiles(basemap, warp),
                extent=scene.extent,
                shifted=basemap.shifted,
            )

    def _lay_picture(self, basemap: Basemap, lattice: np.ndarray) -> None:
        """Lay a picture under the map, unless another basemap was chosen meanwhile."""
        if self.shown == basemap:
            ground = PictureGround(basemap.address, lattice, self._window.canvas)
            ground.broken.connect(lambda: self._drop_broken(ground, basemap))
            self._window.map.set_ground(ground)

    def _drop_broken(self, ground: PictureGround, basemap: Basemap) -> None:
        """Say that a picture cannot be shown, instead of a map with nothing under it."""
        if self._window.map.ground is ground:
            self.shown = None
            self._window.map.set_ground(None)
        self._session.said.emit(undecoded(basemap.address), "error")

    def _lay_tiles(self, basemap: Basemap, warp: Warp) -> None:
        """Lay tiles under the map, unless another basemap was chosen meanwhile."""
        if self.shown != basemap:
            return
        try:
            tiles = Tiles(basemap, self.cache)
        except UserError as error:
            self._session.said.emit(str(error), "error")
            return
        if basemap.online:
            self._session.said.emit(
                _("The basemap comes from the network: {address}").format(address=basemap.address), "info"
            )
            threading.Thread(target=self.cache.prune, name="prune", daemon=True).start()
        self._window.map.set_ground(TileGround(tiles, warp, self._window.canvas))
