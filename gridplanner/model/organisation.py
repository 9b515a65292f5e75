# SPDX-License-Identifier: LGPL-3.0-or-later
"""The party organisation as a tree: street work committee down to the member household."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import Communities
from gridplanner.model.kinds import Severity
from gridplanner.model.staff import Branch
from gridplanner.texts import _

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Organisation:
    """Units of a tree, parents before children.

    Parameters
    ----------
    codes, names : tuple of str
    parent : int64[n]
        Index of the superior unit; -1 for a root.
    depth : int64[n]
        0 for a root.
    members : int64[n]
        Full members of the unit itself.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    parent: IntArray
    depth: IntArray
    members: IntArray

    def __len__(self) -> int:
        """Return the number of units."""
        return len(self.codes)

    def totals(self) -> IntArray:
        """Return the members of each unit with all below it, int64[n]."""
        total = self.members.copy()
        # Deepest first, one level at a time: children are summed before their parent is.
        for level in range(int(self.depth.max(initial=0)), 0, -1):
            here = np.flatnonzero(self.depth == level)
            np.add.at(total, self.parent[here], total[here])
        return total

    def walk(self) -> Iterator[int]:
        """Yield the units as an outline shows them: each before its children, children in list order."""
        below: dict[int, list[int]] = defaultdict(list)
        for unit, parent in enumerate(self.parent.tolist()):
            below[parent].append(unit)
        waiting = below[-1][::-1]
        while waiting:
            unit = waiting.pop()
            yield unit
            waiting += below[unit][::-1]


def organisation_from_table(
    codes: Sequence[str], names: Sequence[str], parents: Sequence[str], members: Sequence[int]
) -> tuple[Organisation, tuple[Finding, ...]]:
    """Build a tree from a list in any order.

    A unit whose superior is unknown becomes a root, a circle is cut at its first unit, a repeated
    code is left out; each is a finding.

    Examples
    --------
    >>> tree, findings = organisation_from_table(["b", "a"], ["支部", "党工委"], ["a", ""], [5, 0])
    >>> [tree.names[i] for i in tree.walk()], tree.totals().tolist(), findings
    (['党工委', '支部'], [5, 5], ())
    """
    index: dict[str, int] = {}
    findings = []
    for row, code in enumerate(codes):
        if code in index:
            findings.append(_fault(_("Organisation '{code}' is listed twice; the first entry counts."), code))
        else:
            index[code] = row
    superior: dict[int, int] = {}
    for code, row in index.items():
        superior[row] = index.get(parents[row], -1)
        if parents[row] and superior[row] < 0:
            findings.append(_fault(_("The superior of organisation '{code}' is not in the list."), code))
    depth, circles = _depths(superior)
    for row in circles:
        superior[row] = -1
        text = _("Organisation '{code}' is its own superior by a detour; it is shown at the top.")
        findings.append(_fault(text, codes[row]))
    if circles:
        depth, _none = _depths(superior)
    order = sorted(index.values(), key=lambda row: (depth[row], row))
    at = {row: i for i, row in enumerate(order)}
    tree = Organisation(
        tuple(codes[row] for row in order),
        tuple(names[row] for row in order),
        np.array([at.get(superior[row], -1) for row in order], np.int64),
        np.array([depth[row] for row in order], np.int64),
        np.array([members[row] for row in order], np.int64),
    )
    return tree, tuple(findings)


def _depths(superior: dict[int, int]) -> tuple[dict[int, int], list[int]]:
    """Return the depth of each unit, and one unit of each circle."""
    depth: dict[int, int] = {-1: -1}
    circles = []
    for start in superior:
        path, on_path = [], set()
        unit = start
        while unit not in depth:
            if unit in on_path:
                circles.append(unit)
                depth[unit] = 0
                break
            path.append(unit)
            on_path.add(unit)
            unit = superior[unit]
        for below in reversed(path):
            if below not in depth:
                depth[below] = depth[superior[below]] + 1
    return depth, circles


def _fault(text: str, code: str) -> Finding:
    """Return a warning about one unit."""
    return Finding(
        "branch",
        Severity.WARNING,
        text.format(code=code),
        _("Correct the list of organisations."),
        subject_kind="branch",
        subjects=(code,),
    )


def organisation_of(communities: Communities, branches: Sequence[Branch]) -> Organisation:
    """Return the tree of a plan: street work committee, community committee, branch, group.

    Branches that are merged or dissolved are left out; groups come from the branch list's own column.
    """
    rows: dict[str, tuple[str, str, int]] = {}
    committees = {b.community_code or b.community: b for b in branches if b.kind == "党委"}
    home: dict[str, str] = {}
    for c in np.argsort(communities.codes.astype(str), kind="stable").tolist():
        street = str(communities.street_codes[c] or communities.street_names[c])
        code, name = str(communities.codes[c]), str(communities.names[c])
        rows[f"J{street}"] = (
            _("{name} party work committee").format(name=communities.street_names[c]),
            "",
            0,
        )
        committee = committees.get(code) or committees.get(name)
        title = committee.name if committee else _("{name} party committee").format(name=name)
        rows[f"S{code}"] = (title, f"J{street}", committee.full_members if committee else 0)
        home |= {code: f"S{code}", name: f"S{code}"}
    living = [b for b in branches if b.status not in ("merge", "dissolve")]
    general = {(b.community_code, b.name): f"Z{b.code}" for b in living if b.kind == "总支"}
    for branch in living:
        if branch.kind == "党委":
            continue
        above = general.get((branch.community_code, branch.superior)) or (
            home.get(branch.community_code) or home.get(branch.community) or ""
        )
        rows[f"Z{branch.code}"] = (branch.name, above, branch.full_members)
        for i, group in enumerate(group_names(branch), 1):
            rows[f"X{branch.code}-{i}"] = (group, f"Z{branch.code}", 0)
    names, parents, members = zip(*rows.values(), strict=True) if rows else ((), (), ())
    return organisation_from_table(list(rows), names, parents, members)[0]


def group_names(branch: Branch) -> tuple[str, ...]:
    """Return the building groups of a branch by name; a bare number makes numbered ones.

    Examples
    --------
    >>> group_names(Branch("z", "支部", groups="2")), group_names(Branch("z", "支部", groups="东院；西院"))
    (('第1党小组', '第2党小组'), ('东院', '西院'))
    """
    text = branch.groups.strip()
    if text.isascii() and text.isdigit():
        return tuple(_("Group {n}").format(n=i) for i in range(1, min(int(text), 50) + 1))
    for mark in "；;，,、":
        text = text.replace(mark, " ")
    return tuple(text.split())
