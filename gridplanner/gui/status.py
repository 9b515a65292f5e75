# SPDX-License-Identifier: LGPL-3.0-or-later
"""The status bar (place, scale, CRS, totals, progress) and the state of each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QProgressBar, QPushButton, QStatusBar

from gridplanner.gui.canvas.tool import MapPoint
from gridplanner.gui.canvas.view import PIXELS_PER_METRE, View
from gridplanner.gui.models.findings import LATER_RULES
from gridplanner.gui.panels.steps import StepState
from gridplanner.gui.session import Session
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell

SCALES = (500, 1000, 2000, 5000, 10000, 25000, 50000, 100000)


def step_states(session: Session) -> dict[str, StepState]:
    """Return the state of each step, as the step bar shows it."""
    workspace = session.workspace
    if workspace is None:
        return {step: StepState() for step in ("data", "check", "rules", "plan", "edit", "staff", "export")}
    reading = sum(f.counts for f in workspace.contents.findings)
    today = sum(f.counts for f in session.today_findings)
    later = () if session.staffed else LATER_RULES
    now = sum(f.counts and f.rule not in later for f in session.findings) - reading
    planned = bool(workspace.contents.current)
    return {
        "data": StepState("findings" if reading else "done", reading),
        "check": StepState("findings" if today else "done" if session.today_measures else "open", today),
        "rules": StepState("done"),
        "plan": StepState("done" if planned else "open"),
        "edit": StepState(
            "findings" if planned and now else "done" if planned else "open", now if planned else 0
        ),
        "staff": StepState("done" if planned and session.assigned else "open"),
        "export": StepState(),
    }


class MapStatus(QStatusBar):
    """Coordinates, scale box, CRS, totals; the progress of long work with its stop button."""

    def __init__(self, window: Shell) -> None:
        super().__init__()
        self._window = window
        self.setSizeGripEnabled(False)
        self.progress_text = QLabel()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(160)
        self.stop = QPushButton(_("Stop"))
        self.stop.clicked.connect(window.session.cancel)
        self.totals = QLabel()
        self.place = QLabel()
        self.place.setMinimumWidth(self.fontMetrics().horizontalAdvance("X 0000000.0  Y 0000000.0  "))
        self.place.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.scale = QComboBox()
        self.scale.setEditable(True)
        self.scale.setAccessibleName(_("Scale"))
        self.scale.setToolTip(_("Scale"))
        for n in SCALES:
            self.scale.addItem(f"1:{n:,}", n)
        self.scale.setMinimumWidth(120)
        self.scale.lineEdit().returnPressed.connect(self._on_scale)
        self.scale.activated.connect(lambda _i: self._on_scale())
        self.crs = QLabel()
        self.crs.setContentsMargins(4, 0, 12, 0)
        for widget in (self.progress_text, self.progress, self.stop):
            self.addWidget(widget)
        for fixed in (self.totals, self.place, self.scale, self.crs):
            self.addPermanentWidget(fixed)
        self.show_progress("", 0, 0)

    def show_progress(self, text: str, done: int, total: int) -> None:
        """Show what the worker is doing; "" when idle."""
        busy = bool(text)
        for widget in (self.progress_text, self.progress, self.stop):
            widget.setVisible(busy)
        self.progress_text.setText(text)
        self.progress.setRange(0, max(0, total))
        self.progress.setValue(done)

    def show_point(self, at: MapPoint) -> None:
        """Show where the pointer is."""
        self.place.setText(f"X {at.x:,.1f}  Y {at.y:,.1f}")

    def show_view(self, view: View) -> None:
        """Show the scale."""
        if not self.scale.lineEdit().hasFocus():
            self.scale.setEditText(f"1:{view.denominator:,.0f}")

    def _on_scale(self) -> None:
        """Take a scale typed or chosen."""
        digits = "".join(c for c in self.scale.currentText().split(":")[-1] if c.isdigit())
        canvas = self._window.canvas
        if digits and int(digits):
            canvas.zoom_by(PIXELS_PER_METRE / int(digits) / canvas.view.scale)
        self.show_view(canvas.view)
        canvas.setFocus()

    def show_session(self, session: Session) -> None:
        """Show the CRS, and totals of the selection or of the plan."""
        workspace = session.workspace
        for shown in (self.scale, self.place):
            shown.setVisible(workspace is not None)
        if workspace is None:
            self.totals.setText("")
            self.crs.setText("")
            return
        self.crs.setText(workspace.district.crs[:24])
        self.crs.setToolTip(workspace.district.crs)
        totals = session.totals
        if session.selection:
            chosen = list(session.selection)
            self.totals.setText(
                _("{n} selected: {people} people, {households} households").format(
                    n=len(chosen),
                    people=f"{int(totals.people[chosen].sum()):,}",
                    households=f"{int(totals.households[chosen].sum()):,}",
                )
            )
            return
        general = int((totals.general & (totals.atoms > 0)).sum())
        self.totals.setText(
            _("{general} general and {dedicated} dedicated grids, mean {mean} people").format(
                general=general, dedicated=int((~totals.general).sum()), mean=f"{totals.mean_people:,.0f}"
            )
        )
