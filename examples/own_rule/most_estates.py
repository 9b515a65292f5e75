# SPDX-License-Identifier: LGPL-3.0-or-later
"""A rule of one's own: no grid holds buildings of more than six estates.

Install it beside the program (`pip install examples/own_rule`), then name it in CONFIG.toml:

    [rules]
    own = ["most_estates"]
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.rules.case import Case, label
from gridplanner.rules.registry import Rule

MOST = 6


def check(case: Case) -> Iterator[Finding]:
    """Yield an error for each general grid with too many estates."""
    atoms = case.district.atoms
    for grid in case.general():
        own = atoms.estate[(case.plan.assignment == grid) & (atoms.people > 0)]
        estates = np.unique(own[own >= 0])
        if len(estates) <= MOST:
            continue
        x, y = case.place(grid)
        yield Finding(
            rule="most_estates",
            severity=Severity.ERROR,
            text=f"网格 {label(case.plan.grids[grid])} 涉及 {len(estates)} 个小区，超过 {MOST} 个。",
            remedy="请将部分小区调入相邻网格。",
            hard=True,
            subject_kind="grid",
            subjects=(case.plan.grids[grid].code,),
            value=len(estates),
            limit=MOST,
            people=int(case.measures.people[grid]),
            x=x,
            y=y,
        )


RULE = Rule("most_estates", "小区数", "", check)
