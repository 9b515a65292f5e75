# SPDX-License-Identifier: LGPL-3.0-or-later
"""Write down what becomes of each branch: status, name, kind, reason, ties, findings."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from gridplanner.assign.branch_desk import Desk, Settlement
from gridplanner.assign.branch_size import JOINT_KIND, JOINT_MODE, SINGLE_KIND, SINGLE_MODE, divide_large
from gridplanner.assign.naming import fill_template, unique_names
from gridplanner.assign.options import AssignOptions
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import GridKind, Severity
from gridplanner.model.staff import Branch, BranchTie
from gridplanner.texts import _

COMMITTEE_KIND = "党委"
_NUMBERED = re.compile(r"第?[0-9０-９一二三四五六七八九十百零、]+网格")


def write_records(desk: Desk, options: AssignOptions, doubts: Sequence[Finding]) -> Settlement:
    """Return the settlement that stands on the desk."""
    led: dict[int, list[int]] = defaultdict(list)
    for grid, branch in sorted(desk.leader.items()):
        if grid not in desk.committees:
            led[branch].append(grid)
    taken: dict[int, list[int]] = defaultdict(list)
    for branch, target in sorted(desk.merged.items()):
        taken[target].append(branch)
    listed = [
        _listed(desk, branch, led.get(branch, []), taken.get(branch, []), options)
        for branch in range(len(desk.branches))
    ]
    new = [_founded(desk, branch, options) for branch in sorted(desk.founded)]
    committees, committee_ties, flags = _committees(desk, listed)
    branches = _with_unique_names([*listed, *new, *committees])
    # New branches stand behind today's list in the order they were founded in.
    row = {branch: i for i, branch in enumerate([*range(len(desk.branches)), *sorted(desk.founded)])}
    ties = [_tie(grid, branches[row[b]].code, len(led[b]) > 1) for b in sorted(led) for grid in led[b]]
    ties += [
        BranchTie(grid, branches[branch].code, leading=False, reason=_("Works in the grid as well."))
        for grid, branch in desk.joined
    ]
    ties = sorted([*ties, *committee_ties], key=lambda tie: (tie.grid, not tie.leading, tie.branch))
    divided, settled, large = divide_large(branches, ties, desk.party)
    named = _with_unique_names(divided)
    return Settlement(tuple(named), settled, (*doubts, *flags, *large))


def _listed(desk: Desk, branch: int, led: list[int], taken: list[int], options: AssignOptions) -> Branch:
    """Return a branch of today's list with what becomes of it."""
    record = desk.branches[branch]
    if branch in desk.merged:
        return _dissolved_or_merged(desk, branch)
    members = desk.members[branch]
    general = [grid for grid in led if desk.plan.grids[grid].kind is GridKind.GENERAL]
    if not general:
        return replace(record, full_members=members, status="keep", reason=_quiet_reason(desk, branch, led))
    kind = record.kind
    if kind in (SINGLE_KIND, JOINT_KIND):
        kind = JOINT_KIND if len(general) > 1 else SINGLE_KIND
    name = _new_name(desk, record, general, kind, options)
    mode = JOINT_MODE if len(general) > 1 else (record.setting_mode or SINGLE_MODE)
    reason = _leader_reason(desk, branch, general, taken)
    status = "keep" if name == record.name else "rename"
    return replace(
        record, name=name, kind=kind, setting_mode=mode, full_members=members, status=status, reason=reason
    )


def _dissolved_or_merged(desk: Desk, branch: int) -> Branch:
    """Return a branch that is no more: merged with its members, dissolved where it had none."""
    record, target = desk.branches[branch], desk.merged[branch]
    while target in desk.merged:
        target = desk.merged[target]
    name = desk.branches[target].name if target < len(desk.branches) else ""
    if not record.full_members and not record.probationary:
        return replace(
            record, status="dissolve", reason=_("It has no members; {name} leads the grid.").format(name=name)
        )
    return replace(
        record,
        status="merge",
        reason=_("Merged into {name} with {n} full members, as the grids were merged.").format(
            name=name, n=record.full_members
        ),
    )


def _quiet_reason(desk: Desk, branch: int, led: list[int]) -> str:
    """Say why a branch that leads no general grid stays as it is."""
    if led:
        return _("Branch of the unit; it leads the dedicated grid.")
    if desk.is_committee(branch):
        return _("Committee of the community.")
    if branch in desk.second and desk.branches[branch].grids:
        return _("Stays as the second branch of its grid: together they would exceed the usual size.")
    if branch in desk.second:
        return _("The members work in the grid that its meeting place lies in.")
    return _("Not tied to a grid; stays as it is.")


def _leader_reason(desk: Desk, branch: int, general: list[int], taken: list[int]) -> str:
    """Say why a branch leads its grids."""
    if len(general) > 1:
        text = _("Joint branch of {n} neighbouring grids with {members} full members.").format(
            n=len(general), members=desk.members[branch]
        )
    else:
        ground = dict(desk.laid.grids_of(branch))
        kept = ground.get(general[0], 0)
        if kept:
            text = _("{n} people of the grid keep the branch they know.").format(n=kept)
        else:
            text = _("The nearest branch of the community.")
    if taken:
        names = "、".join(desk.branches[b].name for b in taken)
        text += _(" Takes in {names}.").format(names=names)
    return text


def _new_name(desk: Desk, record: Branch, general: list[int], kind: str, options: AssignOptions) -> str:
    """Return the branch's name: a numbered one follows its grid, another one stays what people call it."""
    if _NUMBERED.search(record.name):
        first = desk.plan.grids[general[0]]
        if len(general) == 1:
            name = fill_template(options.branch_name_template, {"grid": first.name, "code": first.code})
            return name if _NUMBERED.search(first.name) else record.name
        numbers = [match.group() for g in general if (match := _NUMBERED.search(desk.plan.grids[g].name))]
        if len(numbers) == len(general):
            figures = "、".join(number.removeprefix("第").removesuffix("网格") for number in numbers)
            place = str(desk.district.communities.names[first.community])
            return _joint_name(f"{place}第{figures}网格")
    if kind == JOINT_KIND and "联合" not in record.name:
        return _joint_name(record.name.removesuffix("党支部").removesuffix("支部"))
    if kind == SINGLE_KIND:
        return record.name.replace("联合党支部", "党支部")
    return record.name


def _joint_name(stem: str) -> str:
    """Return the name of a joint branch."""
    return f"{stem}联合党支部"


def _founded(desk: Desk, branch: int, options: AssignOptions) -> Branch:
    """Return the record of a new branch."""
    grid, given = desk.founded[branch]
    record = desk.plan.grids[grid]
    units = desk.district.communities
    donors = "、".join(
        _("{n} of {name}").format(n=count, name=desk.branches[donor].name) for donor, count in given
    )
    return Branch(
        code=f"ZB{record.code}",
        name=fill_template(options.branch_name_template, {"grid": record.name, "code": record.code}),
        kind=SINGLE_KIND,
        community=str(units.names[record.community]),
        community_code=str(units.codes[record.community]),
        street=str(units.street_names[record.community]),
        setting_mode=SINGLE_MODE,
        superior=desk.branches[given[0][0]].superior,
        full_members=desk.members[branch],
        status="found",
        reason=_("Estimated by share of people, members who live here: {donors}.").format(donors=donors),
    )


def _committees(desk: Desk, listed: Sequence[Branch]) -> tuple[list[Branch], list[BranchTie], list[Finding]]:
    """Return the community committees that lead grids, their ties, and a flag for each grid."""
    by_community: dict[int, list[int]] = defaultdict(list)
    for grid, community in sorted(desk.committees.items()):
        by_community[community].append(grid)
    known = {desk.community_of(b): listed[b] for b in range(len(listed)) if desk.is_committee(b)}
    made, ties, flags = [], [], []
    for community, grids in sorted(by_community.items()):
        if community not in known:
            made.append(_committee(desk, community))
            known[community] = made[-1]
        committee = known[community]
        reason = _("Its neighbours together have too few members; the community committee leads.")
        ties += [BranchTie(grid, committee.code, joint=len(grids) > 1, reason=reason) for grid in grids]
        flags += [_flag(desk, grid, committee) for grid in grids]
    return made, ties, flags


def _committee(desk: Desk, community: int) -> Branch:
    """Return the committee of a community that the list does not name."""
    units = desk.district.communities
    name = str(units.names[community])
    return Branch(
        code=f"DW{units.codes[community]}",
        name=f"{name}党委",
        kind=COMMITTEE_KIND,
        community=name,
        community_code=str(units.codes[community]),
        street=str(units.street_names[community]),
        reason=_("Committee of the community; the branch list does not name it."),
    )


def _flag(desk: Desk, grid: int, committee: Branch) -> Finding:
    """Report a grid that the committee leads."""
    record, (x, y) = desk.plan.grids[grid], desk.grid_xy[grid].tolist()
    return Finding(
        "branch_members",
        Severity.WARNING,
        _(
            "Grid {grid} and its neighbours have fewer than {n} full members together; {name} leads it."
        ).format(grid=record.name, n=desk.party.min_members, name=committee.name),
        _("Transfer members, recruit some, or ask the superior organisation to send a branch (派驻促建)."),
        subject_kind="grid",
        subjects=(record.code,),
        limit=float(desk.party.min_members),
        unit=_("members"),
        x=x,
        y=y,
    )


def _tie(grid: int, code: str, joint: bool) -> BranchTie:
    """Return the leading tie of a grid."""
    reason = _("Joint with neighbouring grids.") if joint else ""
    return BranchTie(grid, code, leading=True, joint=joint, reason=reason)


def _with_unique_names(branches: Sequence[Branch]) -> list[Branch]:
    """Tell living branches of one name apart; branches that are no more keep the name they had."""
    alive = [i for i, branch in enumerate(branches) if branch.status not in ("merge", "dissolve")]
    result = list(branches)
    for i, name in zip(alive, unique_names([branches[i].name for i in alive]), strict=True):
        result[i] = replace(result[i], name=name)
    return result
