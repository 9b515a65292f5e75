# SPDX-License-Identifier: LGPL-3.0-or-later
"""What an action is: a row of data, and when it can be used."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

from gridplanner.gui import theme
from gridplanner.gui.session import Session


@dataclass(frozen=True)
class ActionRow:
    """One action.

    Parameters
    ----------
    id : str
    text : str
        In the user's language.
    menu : str
        Key of `menu_titles()`, "" for none.
    run : str
        `group.method` on the window: `file.open` is `window.groups["file"].open()`.
    icon, shortcut : str
    when : str
        Key of `CONDITIONS`.
    checkable : bool
    toolbar : bool
    """

    id: str
    text: str
    menu: str
    run: str
    icon: str = ""
    shortcut: str = ""
    when: str = "always"
    checkable: bool = False
    toolbar: bool = False

    @property
    def on_map(self) -> bool:
        """Whether its keys belong to the map: typing in a field must not merge grids."""
        key = self.shortcut.removeprefix("Shift+")
        return len(key) == 1 or key == "Return" or self.shortcut == "Shift+Delete"


def plain(text: str) -> str:
    """Return the text of an action without the letter that opens it in a menu.

    Examples
    --------
    >>> plain("保存(&S)"), plain("&Save")
    ('保存', 'Save')
    """
    return re.sub(r"\(&.\)", "", text).replace("&", "")


def make_action(row: ActionRow, parent: QObject) -> QAction:
    """Return the action of a row; what it does is connected by the window."""
    action = QAction(theme.icon(row.icon), row.text, parent)
    action.setObjectName(row.id)
    action.setCheckable(row.checkable)
    if row.shortcut:
        action.setShortcut(QKeySequence(row.shortcut))
    if row.on_map:
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    name = plain(row.text)
    action.setToolTip(f"{name}  ({row.shortcut})" if row.shortcut else name)
    return action


CONDITIONS: Mapping[str, Callable[[Session], bool]] = {
    "always": lambda s: True,
    "idle": lambda s: not s.busy,
    "file_idle": lambda s: bool(s.path) and not s.busy,
    "busy": lambda s: s.busy,
    "project": lambda s: s.workspace is not None,
    "project_idle": lambda s: s.workspace is not None and not s.busy,
    "selection": lambda s: bool(s.selection),
    "two": lambda s: len(s.selection) > 1,
    "one": lambda s: len(s.selection) == 1,
    "undo": lambda s: s.workspace is not None and bool(s.workspace.undo_label),
    "redo": lambda s: s.workspace is not None and bool(s.workspace.redo_label),
    "proposal": lambda s: s.proposal is not None,
    "scenario": lambda s: s.workspace is not None and bool(s.workspace.contents.current),
}
