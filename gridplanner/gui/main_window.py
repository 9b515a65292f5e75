# SPDX-License-Identifier: LGPL-3.0-or-later
"""The window: steps on top, their panel on the left, the map, and the docks around it."""

from __future__ import annotations

import gc
import threading
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QDockWidget,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gridplanner.gui import theme
from gridplanner.gui.actions import BEGINS, CONDITIONS, action_rows, menu_titles
from gridplanner.gui.canvas.canvas import MapCanvas
from gridplanner.gui.groups import make_groups
from gridplanner.gui.groups.file import IN_FOLDERS
from gridplanner.gui.map_controller import MapController
from gridplanner.gui.models.action import make_action
from gridplanner.gui.panels.charts import ChartsPanel
from gridplanner.gui.panels.findings import FindingsPanel
from gridplanner.gui.panels.history import HistoryPanel
from gridplanner.gui.panels.layers import LayersPanel
from gridplanner.gui.panels.pages import make_pages
from gridplanner.gui.panels.scenarios import ScenarioBox
from gridplanner.gui.panels.start import StartPage
from gridplanner.gui.panels.steps import STEPS, StepBar
from gridplanner.gui.panels.table import TablePanel
from gridplanner.gui.session import Session
from gridplanner.gui.settings import Settings
from gridplanner.gui.shell import Shell
from gridplanner.gui.status import MapStatus, step_states
from gridplanner.gui.widgets import MessageBar
from gridplanner.texts import _

#: Milliseconds after the first paint until the kernels may be loaded.
QUIET_MS = 250
#: Pixels below which the panel of a step would be cut.
PAGE_WIDTH = 312
#: Pixels of a screen below which layers and findings share one place.
LOW_SCREEN = 780
OPENABLE = (*IN_FOLDERS, ".toml", ".json", ".gml")


class _Kernels(QObject):
    """Tells the window that the kernels are loaded."""

    loaded = Signal(object)


class MainWindow(Shell):
    """The main window: builds its parts and lets each hear of the others."""

    def __init__(self, settings: Settings | None = None, session: Session | None = None) -> None:
        super().__init__(settings, session)
        self.settings = settings or Settings()
        self.session = session or Session(parent=self)
        self.actions_by_id: dict[str, QAction] = {}
        self._painted = self._map_told = self._leaving = self.handed_over = False
        self._kernels = _Kernels(self)
        self._kernels.loaded.connect(self._take_kernels)
        self.setAcceptDrops(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._build_centre()
        self._build_docks()
        self.status = MapStatus(self)
        self.setStatusBar(self.status)
        # Before the pages hear of a project: the first of them is not seen any more then.
        self.session.opened.connect(self._on_opened)
        self.groups = make_groups(self)
        self._build_actions()
        self.pages = make_pages(self)
        for step in STEPS:
            self.page_stack.addWidget(self.pages[step])
        self._connect()
        self.resize(1440, 900)
        self._restore()
        self.refresh()

    # --- building ------------------------------------------------------------------------------------

    def _build_centre(self) -> None:
        """Build step bar, message bar, start page and map."""
        self.steps = StepBar()
        self.canvas = MapCanvas()
        self.canvas.setAccessibleName(_("Map"))
        self.map = MapController(self.session, self.canvas, self)
        self.messages = MessageBar()
        self.start = StartPage(self.settings)
        self.maps = QSplitter(Qt.Orientation.Horizontal)
        self.maps.addWidget(self.canvas)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.start)
        self.stack.addWidget(self.maps)
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.messages)
        layout.addWidget(self.stack, 1)
        self.setCentralWidget(centre)

    def _build_docks(self) -> None:
        """Build the docks: the step's panel left, layers and findings right, tables below."""
        self.page_stack = QStackedWidget()
        self.page_stack.setMinimumWidth(PAGE_WIDTH)
        self.layers = LayersPanel(self.session)
        self.findings = FindingsPanel(self.session)
        self.table = TablePanel(self.session, self.map)
        self.charts = ChartsPanel(self.session)
        self.history = HistoryPanel(self.session)
        self.docks: dict[str, QDockWidget] = {}
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        below = Qt.DockWidgetArea.BottomDockWidgetArea
        self._dock("step", _("Step"), self.page_stack, left)
        self._dock("layers", _("Layers"), self.layers, right)
        self._dock("findings", _("Findings"), self.findings, right)
        self._dock("table", _("Attribute table"), self.table, below)
        self._dock("charts", _("Charts"), self.charts, below)
        self._dock("history", _("History"), self.history, below)
        self.tabifyDockWidget(self.docks["table"], self.docks["charts"])
        self.tabifyDockWidget(self.docks["charts"], self.docks["history"])
        self.setCorner(Qt.Corner.BottomLeftCorner, left)
        self.setCorner(Qt.Corner.BottomRightCorner, right)
        if self.screen().availableGeometry().height() < LOW_SCREEN:
            self.tabifyDockWidget(self.docks["layers"], self.docks["findings"])
        for name in ("table", "charts", "history"):
            self.docks[name].hide()
        self.docks["step"].setTitleBarWidget(QWidget())
        self.resizeDocks([self.docks["step"], self.docks["layers"]], [340, 392], Qt.Orientation.Horizontal)
        self.resizeDocks([self.docks["layers"], self.docks["findings"]], [470, 370], Qt.Orientation.Vertical)

    def _dock(self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> None:
        """Add one dock."""
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setWidget(widget)
        dock.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable | QDockWidget.DockWidgetFeature.DockWidgetClosable
        )
        self.addDockWidget(area, dock)
        self.docks[name] = dock

    def _build_actions(self) -> None:
        """Build menus and toolbar from the rows of `actions.py`."""
        menus = {key: self.menuBar().addMenu(title) for key, title in menu_titles().items()}
        bar = self.addToolBar(_("Tools"))
        bar.setObjectName("tools")
        bar.setMovable(False)
        self.tool_group = QActionGroup(self)
        last = ""
        for row in action_rows():
            action = make_action(row, self)
            if row.on_map:
                self.stack.addAction(action)
            group, method = row.run.split(".")
            action.triggered.connect(lambda _checked=False, g=group, m=method: getattr(self.groups[g], m)())
            if row.id in BEGINS:
                menus[row.menu].addSeparator()
            menus[row.menu].addAction(action)
            if row.menu == "tool":
                self.tool_group.addAction(action)
            if row.toolbar:
                if last and last != row.menu:
                    bar.addSeparator()
                bar.addAction(action)
                last = row.menu
            self.actions_by_id[row.id] = action
        # Whatever a group adds to the first menu, leaving stands last.
        menus["file"].addSeparator()
        menus["file"].addAction(self.actions_by_id["quit"])
        self.actions_by_id["tool_select"].setChecked(True)
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(space)
        self.scenarios = ScenarioBox(self.session)
        bar.addWidget(self.scenarios)
        # Over the docks, not between them: all seven names find room on a small screen.
        self.addToolBarBreak()
        way = self.addToolBar(_("Steps"))
        way.setObjectName("way")
        way.setMovable(False)
        way.layout().setContentsMargins(0, 0, 0, 0)
        way.addWidget(self.steps)

    def _connect(self) -> None:
        """Let every part hear of the others."""
        session = self.session
        for signal in (session.changed, session.judged, session.selected, session.proposed, session.stepped):
            signal.connect(self.refresh)
        session.stepped.connect(self.status.show_progress)
        session.changed.connect(self.messages.pass_on)
        session.said.connect(self.messages.say)
        session.failed.connect(self.show_fault)
        self.steps.chosen.connect(self.show_step)
        self.start.sample_wanted.connect(self.groups["file"].sample)
        self.start.open_wanted.connect(self.groups["file"].open)
        self.start.new_wanted.connect(self.groups["file"].new)
        self.start.file_wanted.connect(lambda path: self.open_files([path]))
        self.start.unsaved_wanted.connect(
            lambda log: self.groups["file"].when_safe(lambda: session.take_unsaved(log))
        )
        self.start.unsaved_dropped.connect(session.drop_unsaved)
        session.left_behind.connect(self._on_left_behind)
        self.layers.changed.connect(self._on_layers)
        self.layers.zoom_wanted.connect(self.groups["view"].zoom_layer)
        self.map.legend_changed.connect(self.layers.legend.set_rows)
        self.map.ground_changed.connect(self.layers.set_ground)
        self.findings.pointed.connect(self.map.show_finding)
        self.findings.waive_wanted.connect(self.groups["plan"].waive)
        self.findings.mend_wanted.connect(self.groups["facts"].mend)
        self.canvas.pointed.connect(self.status.show_point)
        self.canvas.viewed.connect(self.status.show_view)
        self.canvas.menu_wanted.connect(self.groups["view"].context_menu)
        self.groups["tools"].select()

    # --- what happens --------------------------------------------------------------------------------

    def _on_opened(self) -> None:
        """Show the map of a project."""
        self.stack.setCurrentWidget(self.maps)
        self.messages.hide()
        self._on_layers()
        self.canvas.zoom_all()
        self.canvas.setFocus()
        self.show_step("check" if self.steps.current in ("data", "check") else self.steps.current)
        self.refresh()
        if not self._map_told:
            self._map_told = True
            self.canvas.drawn.connect(self.map_painted, Qt.ConnectionType.SingleShotConnection)

    def _on_left_behind(self, lines: tuple[object, ...]) -> None:
        """Offer projects that never had a file on the first page, and say so where it is not seen."""
        self.start.show_left_behind(lines)
        if lines and self.stack.currentWidget() is not self.start:
            text = _("{n} projects that were never saved can be brought back: menu Project, First page.")
            self.messages.say(text.format(n=len(lines)), "warning")

    def _on_layers(self) -> None:
        """Show other layers or colours."""
        shown = self.layers.shown()
        if shown != self.map.layers or not self._map_told:
            # Labels and lines are drawn anew, which another colour does not need.
            self.map.set_layers(shown)
        if self.layers.style != self.map.style:
            self.map.set_style(self.layers.style)

    def show_step(self, step: str) -> None:
        """Show the panel of a step."""
        self.steps.current = step
        self.steps.update()
        self.page_stack.setCurrentIndex(STEPS.index(step))
        if self.session.workspace is not None:
            self.stack.setCurrentWidget(self.maps)

    def refresh(self, *_args: object) -> None:
        """Bring title, actions and the step bar up to date."""
        session = self.session
        for row in action_rows():
            self.actions_by_id[row.id].setEnabled(CONDITIONS[row.when](session))
        workspace = session.workspace
        undo, redo = self.actions_by_id["undo"], self.actions_by_id["redo"]
        undo.setToolTip(_("Undo: {step}").format(step=workspace.undo_label) if workspace else _("Undo"))
        redo.setToolTip(_("Redo: {step}").format(step=workspace.redo_label) if workspace else _("Redo"))
        name = ""
        if workspace is not None:
            name = Path(session.path).stem if session.path else workspace.district.name
            name += _(" (read-only)") if workspace.read_only else ""
            name += "[*] - "
        self.setWindowTitle(f"{name}{_('Grid planner')}[*]" if not name else f"{name}{_('Grid planner')}")
        self.setWindowModified(session.unsaved)
        self.steps.set_states(step_states(session))
        self.status.show_session(session)

    def open_files(self, paths: Sequence[str]) -> None:
        """Open files that were named, dropped or chosen."""
        self.groups["file"].open_paths(list(paths))

    def show_fault(self, text: str) -> None:
        """Show a fault that nobody expected."""
        from gridplanner.gui.dialogs.fault import FaultDialog  # rarely needed

        FaultDialog.tell(self, text)

    def refresh_icons(self) -> None:
        """Draw the icons anew in the colour of the text."""
        for row in action_rows():
            if row.icon:
                self.actions_by_id[row.id].setIcon(theme.icon(row.icon))

    def leave(self) -> None:
        """Close without a question."""
        self.session.workspace = None
        self._leave_now()

    def _leave_now(self) -> None:
        """Close: nothing is unsaved, or it was given up."""
        self._leaving = True
        self.close()

    # --- Qt ------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self._after_first_paint)

    def _after_first_paint(self) -> None:
        """Start the worker; the kernels come after the first map, or in the first quiet moment."""
        gc.enable()
        gc.freeze()
        self.first_painted.emit()
        self.session.desk.start()
        QTimer.singleShot(QUIET_MS, self._warm_when_quiet)

    def _warm_when_quiet(self) -> None:
        """Have the kernels compiled (once per machine) where nobody waits for something else."""
        if self.session.busy and self.session.scene is None:
            QTimer.singleShot(QUIET_MS, self._warm_when_quiet)
        else:
            self.session.look_for_unsaved()
            self.session.ask("warm", lambda _done: self._load_kernels())

    def _load_kernels(self) -> None:
        """Import the compiled kernels in a thread: half a second that nobody waits for."""

        def work() -> None:
            from gridplanner.maps import raster  # numba, kept out of the first paint

            raster.warm_up()
            try:
                self._kernels.loaded.emit(raster)
            except RuntimeError:
                return  # the window was closed meanwhile

        self._loader = threading.Thread(target=work, name="kernels", daemon=True)
        self._loader.start()

    def _take_kernels(self, kernels: ModuleType) -> None:
        """Draw by id buffer from now on."""
        self.canvas.set_kernels(kernels)
        self.groups["view"].kernels = kernels

    def _restore(self) -> None:
        """Bring back the size of the last time, and show whether the dark palette is on."""
        self.actions_by_id["dark"].setChecked(theme.is_dark())
        geometry = self.settings.get("geometry", "")
        if isinstance(geometry, str) and geometry:
            self.restoreGeometry(bytes.fromhex(geometry))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        places = [url.toLocalFile() for url in event.mimeData().urls()]
        if any(place.lower().endswith(OPENABLE) or Path(place).is_dir() for place in places if place):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.open_files(paths)

    def take_over(self, kernels: ModuleType | None) -> None:
        """Stand in for a window that has started the worker already."""
        self._painted = True
        if kernels is not None:
            self._take_kernels(kernels)
        else:
            self._load_kernels()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.handed_over:
            event.accept()
            return
        if self.session.unsaved and not self._leaving:
            # Saving takes a moment in the worker: the window stays until the file stands.
            event.ignore()
            self.groups["file"].when_safe(self._leave_now)
            return
        self.settings.set("geometry", bytes(self.saveGeometry().data()).hex())
        self.canvas.stop()
        self.session.close()
        event.accept()
