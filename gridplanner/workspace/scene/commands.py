# SPDX-License-Identifier: LGPL-3.0-or-later
"""The paper trail of a plan: its status, and the register of opinions received.

Opinions live in the append-only journal, so that none can be lost or changed afterwards; an answer
is an entry of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import Plan
from gridplanner.model.project import JournalEntry
from gridplanner.texts import _

STATUSES = ("draft", "consulted", "submitted", "approved")
_BAR = " | "


def status_names() -> dict[str, str]:
    """Return the statuses in the user's language."""
    return {
        "draft": _("draft"),
        "consulted": _("consulted"),
        "submitted": _("submitted"),
        "approved": _("approved"),
    }


@dataclass(frozen=True)
class SetStatus:
    """Move a plan along draft, consulted, submitted, approved; an approved plan is locked."""

    status: str
    document: str = ""
    day: str = ""

    @property
    def label(self) -> str:
        """Name the step."""
        return _("Status {status}, document {document}, {day}").format(
            status=status_names().get(self.status, self.status),
            document=self.document or "-",
            day=self.day or "-",
        )

    def apply(self, plan: Plan, district: District) -> Plan:
        """Return the plan with the other status."""
        if self.status not in STATUSES:
            raise UserError(_("Unknown status {status}.").format(status=self.status))
        if self.status == "approved" and not self.document:
            raise UserError(_("An approval needs the number of its document."))
        return replace(plan, status=self.status)


@dataclass(frozen=True)
class RecordOpinion:
    """Enter an opinion received, or the answer to one, in the register."""

    who: str
    text: str
    answer: str = ""
    place: str = ""

    @property
    def label(self) -> str:
        """Name the step; the register reads it back."""
        parts = (self.who, self.text, self.answer, self.place)
        return _BAR.join(part.replace("|", "/").replace("\n", " ") for part in parts)

    def apply(self, plan: Plan, district: District) -> Plan:
        """Return the plan as it is: an opinion changes nothing by itself."""
        if not self.who or not self.text:
            raise UserError(_("An opinion needs a name and a text."))
        return replace(plan)


@dataclass(frozen=True, slots=True)
class Opinion:
    """One line of the register."""

    time: str
    who: str
    text: str
    answer: str
    place: str


def opinions(journal: Iterable[JournalEntry], scenario: str) -> tuple[Opinion, ...]:
    """Return the register of one scenario, oldest first."""
    found = []
    for entry in journal:
        action, _colon, rest = entry.action.partition(": ")
        parts = rest.split(_BAR)
        if action == "RecordOpinion" and entry.scenario == scenario and len(parts) == 4:
            found.append(Opinion(entry.time, *parts))
    return tuple(found)
