# SPDX-License-Identifier: LGPL-3.0-or-later
"""A new window in place of the old one, around the same project: in another language or palette."""

from __future__ import annotations

from contextlib import suppress
from typing import cast

from PySide6.QtWidgets import QApplication

from gridplanner.gui.language import speak
from gridplanner.gui.session import Session
from gridplanner.gui.shell import Shell


def change_language(window: Shell, code: str) -> Shell:
    """Build the window anew in another language; nothing of the project changes."""
    window.settings.set("language", code)
    speak(cast(QApplication, QApplication.instance()), code)
    new = rebuild(window)
    # The worker's sentences (findings, progress) are made in its own process.
    new.session.ask("speak", lambda _done: new.session.judge(), code=code)
    return new


def rebuild(window: Shell) -> Shell:
    """Put a new window in place of the old one.

    Texts and icons are made where their widget is made, so a new window is the one way that forgets
    none. The session (project, undo steps, recovery log, worker) goes over as it is.
    """
    session, view, step = window.session, window.canvas.view, window.steps.current
    style, kernels, place = window.layers.style, window.canvas.kernels, window.saveGeometry()
    docks = window.saveState()
    _let_go(session)
    session.setParent(None)
    window.canvas.stop()
    new = type(window)(window.settings, session)
    session.setParent(new)
    new.restoreGeometry(place)
    new.restoreState(docks)
    new.take_over(kernels)
    new.show()
    if session.workspace is not None:
        session.opened.emit()
        new.layers.set_style(style)
        session.judged.emit()
        if session.proposal is not None:
            session.proposed.emit()
        new.canvas.look(view)
    new.show_step(step)
    new.refresh()
    window.replaced.emit(new)
    window.handed_over = True
    window.close()
    window.deleteLater()
    return new


def _let_go(session: Session) -> None:
    """Unhook the old window from the session; slots of plain objects would live on otherwise."""
    for signal in (
        session.opened,
        session.changed,
        session.judged,
        session.offered,
        session.overtaken,
        session.left_behind,
        session.selected,
        session.proposed,
        session.redrawn,
        session.stepped,
        session.said,
        session.failed,
    ):
        with suppress(RuntimeError):
            signal.disconnect()
