# SPDX-License-Identifier: LGPL-3.0-or-later
"""Keeps the micro-grids and area grids on the map in step with the plan in work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer

from gridplanner.gui.session import Session
from gridplanner.model.plan import Plan
from gridplanner.workspace.scene.scene import LevelView

#: Milliseconds without a step after which shown levels are worked out anew.
AFTER_MS = 400
PREFIX = "level."


class LevelLayers(QObject):
    """Asks the worker for the levels that are ticked, whenever they no longer fit the plan.

    Parameters
    ----------
    session : Session
    shown : callable
        Returns the keys of the ticked layers.
    """

    def __init__(self, session: Session, shown: Callable[[], list[str]], parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._shown = session, shown
        self._asked: dict[str, tuple[object, ...]] = {}
        self._timer = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._timer.timeout.connect(self.refresh)
        session.opened.connect(self._asked.clear)
        session.changed.connect(lambda _change: self._timer.start())

    def refresh(self) -> None:
        """Ask for what is ticked and not of the plan, the rules and the question of now."""
        workspace = self._session.workspace
        if workspace is None:
            return
        now = (workspace.plan, workspace.rules, workspace.contents.request)
        for key in self._shown():
            # Same objects: a plan is never changed, every step makes another one.
            if key.startswith(PREFIX) and tuple(map(id, self._asked.get(key, ()))) != tuple(map(id, now)):
                self._asked[key] = now
                self._ask(key, *now)

    def _ask(self, key: str, plan: Plan, rules: object, request: object) -> None:
        """Ask for one level; an answer that a later step has overtaken is let go."""
        self._session.ask(
            "show_level",
            lambda view: self._take(key, plan, view),
            level=key.removeprefix(PREFIX),
            plan=plan,
            rules=rules,
            request=request,
            amendments=self._session.workspace.contents.amendments,
        )

    def _take(self, key: str, plan: Plan, view: LevelView) -> None:
        """Show a level."""
        session = self._session
        if session.scene is None or session.plan is not plan:
            return
        session.levels = {**session.levels, key: (plan, view)}
        session.scene = replace(session.scene, reference={**session.scene.reference, key: view.layer})
        session.redrawn.emit()
