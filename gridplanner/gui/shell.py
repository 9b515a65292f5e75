# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the parts of the window may ask of it: the one type that groups, panels and dialogs know."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QDockWidget, QMainWindow, QSplitter, QStackedWidget, QWidget

if TYPE_CHECKING:
    from gridplanner.gui.canvas.canvas import MapCanvas
    from gridplanner.gui.map_controller import MapController
    from gridplanner.gui.panels.charts import ChartsPanel
    from gridplanner.gui.panels.findings import FindingsPanel
    from gridplanner.gui.panels.history import HistoryPanel
    from gridplanner.gui.panels.layers import LayersPanel
    from gridplanner.gui.panels.start import StartPage
    from gridplanner.gui.panels.steps import StepBar
    from gridplanner.gui.panels.table import TablePanel
    from gridplanner.gui.session import Session
    from gridplanner.gui.settings import Settings
    from gridplanner.gui.widgets import MessageBar


class Shell(QMainWindow):
    """The window as its parts see it; `MainWindow` builds it and answers.

    Parameters
    ----------
    settings : Settings, optional
    session : Session, optional
        The session of the window that this one replaces.

    Signals
    -------
    first_painted : the window was painted for the first time
    map_painted : the map of a project was painted for the first time
    replaced : Shell - another window stands in place of this one
    """

    first_painted = Signal()
    map_painted = Signal()
    replaced = Signal(object)

    settings: Settings
    session: Session
    canvas: MapCanvas
    map: MapController
    maps: QSplitter
    stack: QStackedWidget
    start: StartPage
    steps: StepBar
    messages: MessageBar
    layers: LayersPanel
    findings: FindingsPanel
    table: TablePanel
    charts: ChartsPanel
    history: HistoryPanel
    status: Any  # a MapStatus, which knows the shell
    docks: dict[str, QDockWidget]
    pages: dict[str, QWidget]
    groups: dict[str, Any]
    actions_by_id: dict[str, QAction]
    tool_group: QActionGroup
    handed_over: bool

    def __init__(self, settings: Settings | None = None, session: Session | None = None) -> None:
        super().__init__()

    def show_step(self, step: str) -> None:
        """Show the panel of a step."""
        raise NotImplementedError

    def refresh(self, *_args: object) -> None:
        """Bring title, actions and the step bar up to date."""
        raise NotImplementedError

    def refresh_icons(self) -> None:
        """Draw the icons anew in the colour of the text."""
        raise NotImplementedError

    def open_files(self, paths: Sequence[str]) -> None:
        """Open files that were named, dropped or chosen."""
        raise NotImplementedError

    def show_fault(self, text: str) -> None:
        """Show a fault that nobody expected."""
        raise NotImplementedError

    def take_over(self, kernels: ModuleType | None) -> None:
        """Stand in for a window that has started the worker already."""
        raise NotImplementedError

    def leave(self) -> None:
        """Close without a question."""
        raise NotImplementedError
