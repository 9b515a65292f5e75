# SPDX-License-Identifier: LGPL-3.0-or-later
"""The numbers that papers quote, as texts by field name."""

from __future__ import annotations

from collections import Counter

import numpy as np

from gridplanner.model.change import deviation
from gridplanner.model.kinds import GridKind, Severity
from gridplanner.model.outcome import Division, Outcome
from gridplanner.reports.staff import staff_count
from gridplanner.reports.summary import branch_summary
from gridplanner.reports.words import mode_word
from gridplanner.texts import _


def plan_facts(outcome: Outcome) -> dict[str, str]:
    """Return every field that a paper's template may name.

    Numbers are grouped by thousands as Chinese papers read them; shares are in per cent.
    """
    district, change = outcome.district, outcome.change
    people = int(district.atoms.people.sum())
    plan = outcome.after.plan
    status = Counter(worker.status for worker in plan.workers)
    committees = {branch.code for branch in plan.branches if branch.kind == "党委"}
    facts = {
        "district": district.name,
        "title": outcome.title,
        "date": outcome.made_on,
        "state": _states().get(plan.status, plan.status),
        "mode": mode_word(outcome.request.mode),
        "communities": _n(len(district.communities)),
        "people": _n(people),
        "households": _n(int(district.atoms.households.sum())),
        "moved_share": f"{change.people_moved / people:.1%}" if people else "0%",
        "stay": _n(status["stay"]),
        "move": _n(status["move"]),
        "committee_grids": _n(sum(tie.leading and tie.branch in committees for tie in plan.ties)),
    }
    facts |= {name: _n(getattr(change, name)) for name in change.__slots__}
    facts |= _division_facts(outcome.before, "before") | _division_facts(outcome.after, "after")
    staff = staff_count(outcome)
    facts |= {name: _n(getattr(staff, name)) for name in staff.__slots__}
    branches = branch_summary(outcome.before.plan, plan)
    facts |= {f"branches_{name}": _n(value) for name, value in branches.items()}
    facts["branches_before"], facts["grids_without"] = _n(branches["existing"]), _n(branches["grids_without"])
    return facts


def _division_facts(division: Division, when: str) -> dict[str, str]:
    """Return the numbers of one division."""
    general = division.plan.general()
    people = division.measures.people[general]
    rules = Counter(f.rule for f in division.findings if f.counts)
    errors = sum(f.counts and f.severity is Severity.ERROR for f in division.findings)
    spread = deviation(people)
    values = {
        "grids": _n(int(general.sum())),
        "dedicated": _n(sum(record.kind is GridKind.DEDICATED for record in division.plan.grids)),
        "min": _n(int(people.min()) if len(people) else 0),
        "max": _n(int(people.max()) if len(people) else 0),
        "mean": _n(round(float(people.mean())) if len(people) else 0),
        "deviation": "—" if np.isnan(spread) else f"{spread:.1%}",
        "errors": _n(errors),
        "overlap": _n(rules["overlap"]),
        "gap": _n(rules["gap"]),
    }
    return {f"{name}_{when}": text for name, text in values.items()}


def _states() -> dict[str, str]:
    """Return the words for the state of a plan."""
    return {
        "draft": _("draft for consultation"),
        "consulted": _("consulted"),
        "submitted": _("submitted for approval"),
        "approved": _("approved version"),
    }


def _n(value: int) -> str:
    """Return a whole number with its thousands grouped."""
    return f"{value:,}"
