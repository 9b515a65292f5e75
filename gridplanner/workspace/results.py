# SPDX-License-Identifier: LGPL-3.0-or-later
"""A finished plan in a few lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gridplanner.model.certificate import Certificate
from gridplanner.model.change import ChangeTotals
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.outcome import Outcome
from gridplanner.model.plan import Plan
from gridplanner.texts import _

_LISTED = 50
#: Subjects of the findings that say why a question cannot be answered: a community, a pair, a number.
_ASKED = ("community", "atom", "")


def listed(texts: Iterable[str], at_most: int = _LISTED) -> list[str]:
    """Return texts as a list for the terminal: the first of many, and how many more there are.

    Examples
    --------
    >>> listed(["a", "b"])
    ['  - a', '  - b']
    """
    every = list(texts)
    lines = [f"  - {text}" for text in every[:at_most]]
    if len(every) > at_most:
        lines.append(_("    and {n} more").format(n=len(every) - at_most))
    return lines


def result_lines(outcome: Outcome, out: Path) -> list[str]:
    """Return the lines that tell what was planned, what it breaks, and where it lies."""
    lines = [
        _("{name}: {communities} communities, {atoms} smallest areas, {people} people").format(
            name=outcome.title,
            communities=len(outcome.district.communities),
            atoms=len(outcome.district.atoms),
            people=int(outcome.district.atoms.people.sum()),
        ),
        *plan_lines(outcome.before.plan, outcome.after.plan, outcome.change, outcome.certificate),
        *_level_lines(outcome),
        *error_lines(outcome.after.findings),
    ]
    if outcome.summary:
        lines.append(_("Took {seconds:.1f} s").format(seconds=outcome.summary["seconds"]))
    lines.append(_("Written to {folder}").format(folder=out))
    return lines


def plan_lines(before: Plan, after: Plan, change: ChangeTotals, certificate: Certificate) -> list[str]:
    """Return the lines on a plan and its proof: how many grids, what becomes of them, how good it is."""
    return [
        _("General grids {before} -> {after}, dedicated grids {old} -> {new}").format(
            before=int(before.general().sum()),
            after=int(after.general().sum()),
            old=int((~before.general()).sum()),
            new=int((~after.general()).sum()),
        ),
        _change_line(before, change),
        *(
            _("Certificate, {objective}: plan {value}, proven bound {bound}, gap {gap}").format(
                objective=_(name),
                value=figure(name, b.value),
                bound=figure(name, b.bound),
                gap=figure(name, b.gap),
            )
            for name, b in certificate.total.items()
        ),
    ]


def error_lines(findings: Iterable[Finding]) -> list[str]:
    """Return the errors that count: first why the rules cannot be met, with the way out, then each breach."""
    errors = [f for f in findings if f.counts and f.severity is Severity.ERROR]
    reasons = [f for f in errors if f.subject_kind in _ASKED]
    texts = [_("{text} {remedy}").format(text=f.text, remedy=f.remedy) for f in reasons] + [
        f.text for f in errors if f not in reasons
    ]
    return [_("Errors that remain: {n}").format(n=len(errors)), *listed(texts, 20)]


def figure(objective: str, value: float) -> str:
    """Return a figure of a certificate as people write it: the deviation in per cent, the others whole.

    Examples
    --------
    >>> figure("pieces", 63.0), figure("deviation", 0.0398)
    ('63', '3.98%')
    """
    return f"{value:.2%}" if objective == "deviation" else f"{value:.10g}"


def _level_lines(outcome: Outcome) -> list[str]:
    """Return how many grids each further level has."""
    words = {"micro": _("Micro-grids: {n}"), "area": _("Area grids: {n}")}
    return [words[level].format(n=plan.n_grids) for level, plan in outcome.levels.items()]


def _change_line(before: Plan, change: ChangeTotals) -> str:
    """Return what becomes of the grids; one line for a change, another for a division from nothing."""
    if not before.n_grids:
        return _("No grids today: {new} new ones").format(new=change.new)
    return _(
        "Kept {kept}, merged {merged}, split {split}, reshaped {reshaped}, new {new}; "
        "{moved} people change grid"
    ).format(
        kept=change.kept,
        merged=change.merged,
        split=change.split,
        reshaped=change.reshaped,
        new=change.new,
        moved=change.people_moved,
    )
