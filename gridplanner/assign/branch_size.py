# SPDX-License-Identifier: LGPL-3.0-or-later
"""Branches above the usual size: divided, with or without a general branch above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from gridplanner.assign.naming import chinese_number
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.staff import Branch, BranchTie
from gridplanner.model.staffing import PartyRules
from gridplanner.texts import _

JOINT_KIND, SINGLE_KIND, GENERAL_KIND = "联合党支部", "支部", "总支"
SINGLE_MODE, JOINT_MODE = "单独组建", "区域联建"


def divide_large(
    branches: Sequence[Branch], ties: Sequence[BranchTie], party: PartyRules
) -> tuple[tuple[Branch, ...], tuple[BranchTie, ...], tuple[Finding, ...]]:
    """Return branches and ties in which no branch exceeds the usual size, and what was proposed.

    A branch with too many full members keeps its code, its name and an equal share of them; new
    branches take the other shares. Where it leads several grids the new ones lead some of these,
    else they work in its grid beside it. Under `general` a general branch is founded above them,
    under `report` nothing changes. Members are conserved; the superior organisation decides.

    Parameters
    ----------
    branches : sequence of Branch
        What becomes of each is known.
    ties : sequence of BranchTie

    Source
    ------
    Branch Work Regulations Art. 4: a branch has in general at most 50 full members.
    """
    made: list[Branch] = []
    changed = {tie: tie for tie in ties}
    more: list[BranchTie] = []
    findings: list[Finding] = []
    taken = {branch.code for branch in branches}
    for branch in branches:
        if not _too_large(branch, party):
            made.append(branch)
            continue
        findings.append(_flag(branch, party))
        if party.above_max == "report":
            made.append(branch)
            continue
        parts = _parts(branch, party, taken)
        led = sorted((tie for tie in ties if tie.branch == branch.code and tie.leading), key=lambda t: t.grid)
        for tie, part in _leaders(led, parts):
            changed[tie] = replace(tie, branch=part.code, joint=len(led) > len(parts))
        if len(led) < len(parts):
            more += [_beside(tie.grid, part) for tie in led for part in parts[1:]]
        made += _under_general(branch, parts, taken) if party.above_max == "general" else parts
    kept = sorted([*changed.values(), *more], key=lambda tie: (tie.grid, not tie.leading, tie.branch))
    return tuple(made), tuple(kept), tuple(findings)


def _too_large(branch: Branch, party: PartyRules) -> bool:
    """Tell whether a living branch has more full members than usual."""
    living = branch.status not in ("merge", "dissolve")
    return living and branch.kind in (JOINT_KIND, SINGLE_KIND) and branch.full_members > party.max_members


def _parts(branch: Branch, party: PartyRules, taken: set[str]) -> list[Branch]:
    """Return the branch with its share of the members, and the new ones with theirs."""
    count = ceil(branch.full_members / party.max_members)
    each, rest = divmod(branch.full_members, count)
    share = [each + (number < rest) for number in range(count)]
    text = _("Divided into {count} branches of {sizes} full members, as {members} exceed {limit}.").format(
        count=count, sizes="、".join(map(str, share)), members=branch.full_members, limit=party.max_members
    )
    first = replace(branch, full_members=share[0], reason=" ".join(filter(None, (branch.reason, text))))
    return [first, *(_new_part(branch, number, share[number - 1], taken) for number in range(2, count + 1))]


def _new_part(branch: Branch, number: int, members: int, taken: set[str]) -> Branch:
    """Return a new branch with some of a branch's members."""
    return Branch(
        code=_free_code(f"{branch.code}-{number}", taken),
        name=_numbered_name(branch.name, number),
        kind=SINGLE_KIND,
        community=branch.community,
        community_code=branch.community_code,
        street=branch.street,
        setting_mode=SINGLE_MODE,
        superior=branch.superior,
        full_members=members,
        x=branch.x,
        y=branch.y,
        status="found",
        reason=_("{n} full members of {name}, which is divided.").format(n=members, name=branch.name),
    )


def _numbered_name(name: str, number: int) -> str:
    """Return the name of a further branch beside one.

    Examples
    --------
    >>> _numbered_name("府前社区第1网格党支部", 2)
    '府前社区第1网格第二党支部'
    """
    for ending in ("联合党支部", "党支部", "支部"):
        if name.endswith(ending):
            return f"{name.removesuffix(ending)}第{chinese_number(number)}党支部"
    return f"{name}第{chinese_number(number)}党支部"


def _free_code(code: str, taken: set[str]) -> str:
    """Return a code nobody has, and take it."""
    while code in taken:
        code += "-"
    taken.add(code)
    return code


def _leaders(led: Sequence[BranchTie], parts: Sequence[Branch]) -> list[tuple[BranchTie, Branch]]:
    """Return which part leads which grid: grids of neighbouring numbers stay together."""
    if len(led) < len(parts):
        return []
    return [(tie, parts[at * len(parts) // len(led)]) for at, tie in enumerate(led)]


def _beside(grid: int, part: Branch) -> BranchTie:
    """Return the tie of a new branch that works in a grid which its elder leads."""
    return BranchTie(grid, part.code, leading=False, reason=_("Works in the grid as well."))


def _under_general(branch: Branch, parts: Sequence[Branch], taken: set[str]) -> list[Branch]:
    """Return the parts under a general branch, which has no members of its own."""
    name = branch.name.removesuffix("联合党支部").removesuffix("党支部").removesuffix("支部")
    head = Branch(
        code=_free_code(f"{branch.code}-0", taken),
        name=f"{name}党总支",
        kind=GENERAL_KIND,
        community=branch.community,
        community_code=branch.community_code,
        street=branch.street,
        setting_mode=SINGLE_MODE,
        superior=branch.superior,
        x=branch.x,
        y=branch.y,
        status="found",
        reason=_("{count} branches with {members} full members together.").format(
            count=len(parts), members=branch.full_members
        ),
    )
    return [head, *(replace(part, superior=head.name) for part in parts)]


def _flag(branch: Branch, party: PartyRules) -> Finding:
    """Report a branch above the usual size; a division still needs the superior's leave."""
    done = party.above_max != "report"
    remedy = _("Ask the superior organisation to approve the division.")
    if not done:
        remedy = _("Divide it into two branches, or ask the superior organisation for a general branch.")
    return Finding(
        "branch_members",
        Severity.INFO if done else Severity.WARNING,
        _("Branch {name} has {n} full members, more than {limit}.").format(
            name=branch.name, n=branch.full_members, limit=party.max_members
        ),
        remedy,
        subject_kind="branch",
        subjects=(branch.code,),
        value=float(branch.full_members),
        limit=float(party.max_members),
        unit=_("members"),
    )
