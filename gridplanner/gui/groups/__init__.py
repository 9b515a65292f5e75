# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the actions do, in groups: `edit.merge` of a row is `merge()` of the group `edit`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridplanner.gui.groups.edit import EditGroup
from gridplanner.gui.groups.facts import FactsGroup
from gridplanner.gui.groups.file import FileGroup
from gridplanner.gui.groups.help import HelpGroup
from gridplanner.gui.groups.map import MapGroup
from gridplanner.gui.groups.offices import OfficesGroup
from gridplanner.gui.groups.plan import PlanGroup
from gridplanner.gui.groups.settle import SettleGroup
from gridplanner.gui.groups.tools import ToolsGroup
from gridplanner.gui.groups.view import ViewGroup

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell


def make_groups(window: Shell) -> dict[str, Any]:
    """Return the groups of one window."""
    return {
        "file": FileGroup(window),
        "edit": EditGroup(window),
        "view": ViewGroup(window),
        "tools": ToolsGroup(window),
        "map": MapGroup(window),
        "facts": FactsGroup(window),
        "plan": PlanGroup(window),
        "offices": OfficesGroup(window),
        "settle": SettleGroup(window),
        "help": HelpGroup(window),
    }
