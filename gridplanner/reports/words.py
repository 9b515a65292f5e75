# SPDX-License-Identifier: LGPL-3.0-or-later
"""Words of the papers for kinds, states and rules, in the user's language."""

from __future__ import annotations

from gridplanner.model.kinds import Severity
from gridplanner.rules.registry import RULES
from gridplanner.texts import _


def severity_word(severity: Severity) -> str:
    """Return the word for a severity."""
    words = {Severity.ERROR: _("error"), Severity.WARNING: _("warning"), Severity.INFO: _("remark")}
    return words[severity]


def branch_status_word(status: str) -> str:
    """Return the word for what becomes of a branch; the community committee has none."""
    words = {
        "found": _("to be founded"),
        "keep": _("stays"),
        "rename": _("renamed"),
        "merge": _("merged"),
        "dissolve": _("to be dissolved"),
    }
    return words.get(status, "")


def worker_status_word(status: str) -> str:
    """Return the word for what becomes of a worker."""
    words = {"stay": _("keeps the post"), "move": _("moves to another grid"), "surplus": _("without a post")}
    return words.get(status, status)


def objective_word(name: str) -> str:
    """Return the name of an objective of the certificate."""
    words = {
        "grids": _("Number of general grids"),
        "pieces": _("Pieces of old grids"),
        "deviation": _("Mean deviation of grid size"),
    }
    return words.get(name, name)


def rule_word(name: str) -> str:
    """Return the name of a rule as papers print it."""
    words = {
        "people": _("People per grid"),
        "households": _("Households per grid"),
        "service_radius": _("Service radius"),
        "contiguity": _("One connected part"),
        "nesting": _("Inside one community"),
        "overlap": _("No overlap"),
        "gap": _("No blank ground"),
        "code": _("Codes well formed and unique"),
        "branch": _("One leading branch per grid"),
        "worker": _("One worker per general grid"),
        "branch_members": _("Size of a branch"),
        "barriers": _("Not across rivers and railways"),
        "estates": _("Estates stay whole"),
    }
    if name in words:
        return words[name]
    origins = {
        "read": _("Reading the input"),
        "repair": _("Repair of the input"),
        "plan": _("Why a rule cannot be kept"),
        "write": _("Losses in the output"),
        "unplaced": _("People without a place"),
        "release": _("New release of the layers"),
        "merge": _("Merging of street plans"),
    }
    labels = {rule.name: _(rule.label) for rule in RULES}
    return labels.get(name) or origins.get(name.partition(".")[0], name)


def mode_word(mode: str) -> str:
    """Return the words for a planning mode."""
    words = {
        "keep": _("least change to today's grids"),
        "balance": _("grids of even size"),
        "compact": _("compact grids"),
    }
    return words.get(mode, mode)
