# SPDX-License-Identifier: LGPL-3.0-or-later
"""The map during a planning run: which communities wait, are in work, are planned, are proven."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from gridplanner.gui.canvas.style import Facts, LegendRow, argb, make_paint
from gridplanner.gui.models.run import RunProgress
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell

#: Colours of the four states on light and on dark ground; lightness rises and falls with the state.
LIGHT = ("#E4E7EA", "#F2C14E", "#A9D3B4", "#3E8E62")
DARK = ("#3A434C", "#C9962B", "#4F7F63", "#2E7D5B")


def state_names() -> tuple[str, str, str, str]:
    """Return the states in the user's language."""
    return _("waiting"), _("in work"), _("planned"), _("planned, bound sharpened")


class RunMap(QObject):
    """Colours communities by how far the engine is, and gives the map back at the end."""

    def __init__(self, window: Shell) -> None:
        super().__init__(window)
        self._window, self._session = window, window.session
        self.progress: RunProgress | None = None
        self._session.stepped.connect(self._on_step)
        window.map.legend_changed.connect(self._after_repaint)

    def begin(self) -> None:
        """Begin to follow a run."""
        workspace = self._session.workspace
        if workspace is not None:
            names = [str(n) for n in workspace.district.communities.names]
            self.progress = RunProgress(names, os.cpu_count() or 1)
            self._show()

    def _on_step(self, text: str, _done: int, _total: int) -> None:
        """Follow the engine; no text means that it has ended."""
        if self.progress is None:
            return
        if not text:
            self.progress = None
            self._window.map.repaint()
        elif self.progress.take(text):
            self._show()

    def _after_repaint(self, _rows: object) -> None:
        """Keep the run on the map when something else repainted it."""
        if self.progress is not None:
            self._show()

    def _show(self) -> None:
        """Colour the map by the states."""
        workspace, progress, session = self._session.workspace, self.progress, self._session
        if workspace is None or progress is None or session.plan is None:
            return
        dark = self._window.canvas.dark
        tones = DARK if dark else LIGHT
        homes = workspace.district.atoms.community
        facts = Facts(workspace.district, session.before, session.plan, session.totals, session.colours, dark)
        paint = make_paint(facts, "people")[0]
        colours = paint.colours.copy()
        colours[: len(homes)] = np.array([argb(c) for c in tones], np.uint32)[progress.state[homes]]
        plain = np.zeros_like(paint.hatched)
        self._window.canvas.set_paint(replace(paint, colours=colours, hatched=plain))
        rows = zip(tones, state_names(), progress.counts(), strict=True)
        self._window.layers.legend.set_rows(
            tuple(LegendRow(c, _("{text} ({n})").format(text=t, n=n)) for c, t, n in rows)
        )
