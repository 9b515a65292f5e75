# SPDX-License-Identifier: LGPL-3.0-or-later
"""Codes and names of the next level down: micro-grids inside grids, grids inside areas."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np

from gridplanner.assign.naming import unique_names
from gridplanner.assign.numbering import reading_order
from gridplanner.model.atoms import ObjectArray
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import GridKind, Severity
from gridplanner.model.plan import Plan
from gridplanner.texts import _

#: Digits that a level adds to the code above it: 15 + 3 = 18. Own choice.
LEVEL_DIGITS = 3


def number_below(
    upper: Plan, lower: Plan, polygons: ObjectArray, digits: int = LEVEL_DIGITS
) -> tuple[Plan, tuple[Finding, ...]]:
    """Return the lower level with the codes of the upper one continued, in reading order inside each.

    Parameters
    ----------
    upper, lower : Plan
        Two divisions of the same atoms; the upper one has its codes and names.
    polygons : object[lower.n_grids]
        Polygons of the lower level, project CRS.
    digits : int
        Digits that are added to a code.

    Returns
    -------
    plan : Plan
        The lower level with codes, names and community; a grid outside every upper one keeps its code.
    findings : tuple of Finding
        Grids that lie in several upper ones (they count to the one with most of their atoms), and
        upper ones with more parts than the digits can number.
    """
    parent, crossing = _parents(upper, lower)
    findings = [_crosses(lower, grid) for grid in crossing]
    below: dict[int, list[int]] = defaultdict(list)
    for grid in np.argsort(reading_order(polygons), kind="stable").tolist():
        if parent[grid] >= 0:
            below[int(parent[grid])].append(grid)
    records = list(lower.grids)
    for above, grids in sorted(below.items()):
        head = upper.grids[above]
        for number, grid in enumerate(grids, 1):
            micro = lower.grids[grid].kind is GridKind.MICRO
            pattern = _("{grid} micro-grid {n}") if micro else _("{grid} part {n}")
            records[grid] = replace(
                lower.grids[grid],
                code=f"{head.code}{number:0{digits}d}",
                name=pattern.format(grid=head.name, n=number),
                community=head.community,
            )
        if len(grids) >= 10**digits:
            findings.append(_too_many(head.code, head.name, len(grids)))
    names = unique_names([record.name for record in records])
    named = tuple(replace(record, name=name) for record, name in zip(records, names, strict=True))
    return replace(lower, grids=named), tuple(findings)


def _parents(upper: Plan, lower: Plan) -> tuple[np.ndarray, list[int]]:
    """Return the upper grid of each lower one (-1 for none), and the lower ones that lie in several."""
    both = (upper.assignment >= 0) & (lower.assignment >= 0)
    pairs, atoms = np.unique(
        np.column_stack([lower.assignment[both], upper.assignment[both]]), axis=0, return_counts=True
    )
    parent = np.full(lower.n_grids, -1, np.int64)
    # Ascending by atoms, so the upper grid with most of them is written last.
    for row in np.lexsort((-pairs[:, 1], atoms)).tolist():
        parent[pairs[row, 0]] = pairs[row, 1]
    grids, count = np.unique(pairs[:, 0], return_counts=True)
    return parent, grids[count > 1].tolist()


def _crosses(lower: Plan, grid: int) -> Finding:
    """Report a grid that lies in several grids of the level above."""
    record = lower.grids[grid]
    return Finding(
        "nesting",
        Severity.ERROR,
        _("Grid {grid} lies in several grids of the level above.").format(
            grid=record.name or record.code or grid
        ),
        _("Divide it along the border of the level above."),
        hard=True,
        subject_kind="grid",
        subjects=(record.code,),
    )


def _too_many(code: str, name: str, count: int) -> Finding:
    """Report a grid with more parts than its codes have digits for."""
    return Finding(
        "code",
        Severity.ERROR,
        _("Grid {grid} has {n} parts; the code has no room for them.").format(grid=name, n=count),
        _("Choose more digits for this level."),
        hard=True,
        subject_kind="grid",
        subjects=(code,),
    )
