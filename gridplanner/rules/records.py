# SPDX-License-Identifier: LGPL-3.0-or-later
"""Each grid has a well-formed code (T6), a worker (T11) and one leading branch (T12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.rules.case import PROVISIONAL, Case, label
from gridplanner.texts import _, ngettext

#: Lengths of grid codes that begin with the 12 digits of their community: 15 = 12 + 3, 18 = 12 + 3 + 3.
#: The 14 digits of CJ/T 213 and the 20 of CJ/T 349 are built otherwise.
EXTENDS_COMMUNITY = (15, 18)


def check_code(case: Case) -> Iterator[Finding]:
    """Yield a finding for each code used twice or out of its community, and one for all that are missing."""
    missing = [g for g in case.grids.tolist() if case.plan.grids[g].code.startswith(PROVISIONAL)]
    if missing:
        text = ngettext("{n} grid has no code yet.", "{n} grids have no code yet.", len(missing)).format(
            n=len(missing)
        )
        found = _about(case, missing[0], "code", text, _("Assign codes, branches and staff."), hard=True)
        yield replace(found, count=len(missing), subjects=tuple(case.plan.grids[g].code for g in missing))
    counts = Counter(g.code for g in case.plan.grids if g.code)
    given = "communities" in case.district.originals  # a community made for want of a layer has no real code
    for grid in case.grids.tolist():
        record = case.plan.grids[grid]
        community = str(case.district.communities.codes[record.community])
        if record.code.startswith(PROVISIONAL):
            continue
        if counts[record.code] > 1:
            text = _("Code {code} is used by {n} grids.").format(code=record.code, n=counts[record.code])
        elif given and len(record.code) in EXTENDS_COMMUNITY and not record.code.startswith(community):
            text = _("Code {code} does not begin with the code {community} of its community.").format(
                code=record.code, community=community
            )
        else:
            continue
        yield _about(case, grid, "code", text, _("Number the grids again."), hard=True)


def check_worker(case: Case) -> Iterator[Finding]:
    """Yield a finding for each general grid without a full-time worker, once any worker is known."""
    if not case.plan.workers:
        return
    for grid in case.general():
        if not case.plan.grids[grid].worker:
            text = _("Grid {grid} has no full-time worker.").format(grid=label(case.plan.grids[grid]))
            yield _about(case, grid, "worker", text, _("Appoint one from the surplus list."), hard=False)


def check_branch(case: Case) -> Iterator[Finding]:
    """Yield a finding for each grid without exactly one leading branch, once any branch is known."""
    if not case.plan.branches:
        return
    leading = Counter(tie.grid for tie in case.plan.ties if tie.leading)
    for grid in case.grids.tolist():
        if leading[grid] != 1:
            text = _("Grid {grid} has {n} leading party branches instead of one.").format(
                grid=label(case.plan.grids[grid]), n=leading[grid]
            )
            yield _about(case, grid, "branch", text, _("Assign the branches again."), hard=not case.is_today)
    yield from check_idle_branches(case)


def check_idle_branches(case: Case) -> Iterator[Finding]:
    """Yield one remark for the branches that neither lead nor join any grid."""
    tied = {tie.branch for tie in case.plan.ties}
    idle = [b for b in case.plan.branches if b.code not in tied and b.status != "dissolve"]
    if idle and case.whole and case.plan.ties:
        yield Finding(
            rule="branch",
            severity=Severity.INFO,
            text=_("{n} party branches work in no grid: {names}.").format(
                n=len(idle), names=_(", ").join(b.name or b.code for b in idle[:8])
            ),
            remedy=_("Assign the branches again."),
            subject_kind="branch",
            subjects=tuple(b.code for b in idle),
            count=len(idle),
        )


def _about(case: Case, grid: int, rule: str, text: str, remedy: str, *, hard: bool) -> Finding:
    """Build a finding about one grid's record."""
    x, y = case.place(grid)
    return Finding(
        rule=rule,
        severity=Severity.ERROR if hard else Severity.WARNING,
        text=text,
        remedy=remedy,
        hard=hard,
        subject_kind="grid",
        subjects=(case.plan.grids[grid].code,),
        people=int(case.measures.people[grid]),
        x=x,
        y=y,
    )
