# SPDX-License-Identifier: LGPL-3.0-or-later
"""The paper trail of a plan: its status, and the register of opinions received.

Opinions live in the append-only journal, so that none can be lost or changed afterwards; an answer
is an entry of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import Plan
from gridplanner.model.project import JournalEntry
from gridplanner.texts import _

STATUSES = ("draft", "consulted", "submitted", "approved")
_BAR = " | "
#: A place on the map in the register: `@` and x, y in metres of the project's system.
_SPOT = re.compile(r"@(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)")


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

    #: Steps that an approved plan still takes.
    past_approval: ClassVar[bool] = True
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
        if self.day and not _is_day(self.day):
            raise UserError(_("'{text}' is no date. Write it as 2026-01-31.").format(text=self.day))
        return replace(plan, status=self.status)


def _is_day(text: str) -> bool:
    """Tell whether a text is a day of the calendar, YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def last_status(journal: Iterable[JournalEntry], scenario: str) -> str:
    """Return the last step of a scenario's status as the journal tells it; "" where there is none."""
    steps = [entry.action.partition(": ") for entry in journal if entry.scenario == scenario]
    return next((text for name, _colon, text in reversed(steps) if name == "SetStatus"), "")


@dataclass(frozen=True)
class RecordOpinion:
    """Enter an opinion received, or the answer to one, in the register."""

    past_approval: ClassVar[bool] = True
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

    @property
    def spot(self) -> tuple[float, float] | None:
        """Where on the map it was entered, metres; None where it only names grids."""
        found = _SPOT.search(self.place)
        return (float(found[1]), float(found[2])) if found else None

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the grids it speaks of."""
        return tuple(c.strip() for c in _SPOT.sub("", self.place).split(";") if c.strip())


def place_text(codes: Iterable[str], spot: tuple[float, float] | None = None) -> str:
    """Return the place of an opinion as the register keeps it.

    Examples
    --------
    >>> place_text(["001", "002"], (500_000.04, 3_000_000.0))
    '001;002;@500000.0,3000000.0'
    """
    return ";".join([*codes, *([f"@{spot[0]:.1f},{spot[1]:.1f}"] if spot is not None else [])])


def latest(found: Iterable[Opinion]) -> list[Opinion]:
    """Return one line per opinion: its newest entry, in the place where it was entered first."""
    lines: dict[tuple[str, str], Opinion] = {}
    for opinion in found:
        first = lines.get((opinion.who, opinion.text))
        kept = replace(opinion, time=first.time) if first is not None else opinion
        lines[opinion.who, opinion.text] = kept
    return list(lines.values())


def opinions(journal: Iterable[JournalEntry], scenario: str) -> tuple[Opinion, ...]:
    """Return the register of one scenario, oldest first."""
    found = []
    for entry in journal:
        action, _colon, rest = entry.action.partition(": ")
        parts = rest.split(_BAR)
        if action == "RecordOpinion" and entry.scenario == scenario and len(parts) == 4:
            found.append(Opinion(entry.time, *parts))
    return tuple(found)
