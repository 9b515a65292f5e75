# SPDX-License-Identifier: LGPL-3.0-or-later
"""A finished plan in a few lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gridplanner.model.kinds import Severity
from gridplanner.model.outcome import Outcome
from gridplanner.texts import _

_LISTED = 50


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
    before, after = outcome.before.plan, outcome.after.plan
    lines = [
        _("{name}: {communities} communities, {atoms} smallest areas, {people} people").format(
            name=outcome.title,
            communities=len(outcome.district.communities),
            atoms=len(outcome.district.atoms),
            people=int(outcome.district.atoms.people.sum()),
        ),
        _("General grids {before} -> {after}, dedicated grids {old} -> {new}").format(
            before=int(before.general().sum()),
            after=int(after.general().sum()),
            old=int((~before.general()).sum()),
            new=int((~after.general()).sum()),
        ),
        _change_line(outcome),
    ]
    lines += [
        _("Certificate, {objective}: plan {value}, proven bound {bound}, gap {gap}").format(
            objective=_(name),
            value=figure(name, b.value),
            bound=figure(name, b.bound),
            gap=figure(name, b.gap),
        )
        for name, b in outcome.certificate.total.items()
    ]
    errors = [f for f in outcome.after.findings if f.counts and f.severity is Severity.ERROR]
    lines.append(_("Errors that remain: {n}").format(n=len(errors)))
    lines += listed((f.text for f in errors), 20)
    if outcome.summary:
        lines.append(_("Took {seconds:.1f} s").format(seconds=outcome.summary["seconds"]))
    lines.append(_("Written to {folder}").format(folder=out))
    return lines


def figure(objective: str, value: float) -> str:
    """Return a figure of a certificate as people write it: the deviation in per cent, the others whole.

    Examples
    --------
    >>> figure("pieces", 63.0), figure("deviation", 0.0398)
    ('63', '3.98%')
    """
    return f"{value:.2%}" if objective == "deviation" else f"{value:.10g}"


def _change_line(outcome: Outcome) -> str:
    """Return what becomes of the grids; one line for a change, another for a division from nothing."""
    change = outcome.change
    if not outcome.before.plan.n_grids:
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
