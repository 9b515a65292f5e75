# SPDX-License-Identifier: LGPL-3.0-or-later
"""The headline indicators of the health check: uneven sizes, crossing areas, redundant staff, balance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from gridplanner.gui.widgets import Figures, label
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.gui.session import Session
    from gridplanner.workspace.scene.headlines import Headline


class HeadlineCard(QWidget):
    """Indicators of today's division, and beside them what the plan in work makes of them."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._asked_on: tuple[object, ...] = ()
        self.title = label(_("Headline indicators"), "heading")
        self.figures = Figures()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.title)
        layout.addWidget(self.figures)

    def refresh(self) -> None:
        """Have the worker count again what rests on another state than that shown; only while seen."""
        workspace = self._session.workspace
        if workspace is None:
            self.figures.show_rows([])
            self._asked_on = ()
            return
        contents = workspace.contents
        plan = workspace.plan if contents.current else None
        state = (contents.amendments, workspace.rules, plan, contents.current)
        if not self.isVisible() or self._same(state):
            return
        self._asked_on = state
        self._session.ask(
            "headlines",
            lambda found: self._take(found, state),
            rules=workspace.rules,
            amendments=contents.amendments,
            plan=plan,
        )

    def _same(self, state: tuple[object, ...]) -> bool:
        """Tell whether these are the objects asked about last."""
        return len(self._asked_on) == len(state) and all(
            one is two or (isinstance(one, str) and one == two)
            for one, two in zip(self._asked_on, state, strict=True)
        )

    def _take(self, found: tuple[Headline, ...], state: tuple[object, ...]) -> None:
        """Show the answer, unless the state has changed meanwhile or the window is gone."""
        if not isValid(self) or not self._same(state):
            return
        plan = state[2] is not None
        self.title.setText(
            _("Headline indicators: today → {plan}").format(plan=state[3])
            if plan
            else _("Headline indicators")
        )
        self.figures.show_rows(
            [(one.title, f"{one.before} → {one.after}" if one.after else one.before, "") for one in found]
        )
        self.figures.setToolTip("\n".join(f"{one.title}: {one.formula}" for one in found))
