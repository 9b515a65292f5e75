# SPDX-License-Identifier: LGPL-3.0-or-later
"""The tables beside the maps: grids, branches, counts by street and community, buildings to tick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplanner.maps.furniture import Block, heading, notes, table
from gridplanner.maps.scene import Scene
from gridplanner.maps.skeleton import Flow
from gridplanner.texts import _

#: Height of a table row, in em.
_ROW = 1.62
#: Letters of a table shrink to this share before a row is left out.
_LEAST = 0.62


@dataclass(frozen=True)
class Table:
    """A table of a sheet: heading, head row, rows, share of each column's width, and its alignment."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    shares: Sequence[float]
    align: str


def add_table(flow: Flow, content: Table, scene: Scene, k: float, more: str = "") -> int:
    """Add a table, continued in the next columns; return how many rows found no room.

    The letters shrink, down to a limit, before a row is left out; a last line then says `more`.
    """
    size = scene.style.sheet.body * k * 0.95
    room = flow.room + sum(column.height for column in flow.columns[len(flow.columns) - flow.columns_left :])
    needed = (len(content.rows) + 4 + 3 * flow.columns_left) * _ROW * size
    size *= min(1.0, max(_LEAST, room / needed))
    left = list(content.rows)
    while left:
        fit = int((flow.room - size * 2.4 - size * 0.8) / (_ROW * size)) - 1
        if fit < 1:
            if not flow.columns_left:
                return len(left)
            flow.next_column()
            continue
        part, left = left[:fit], left[fit:]
        if left and not flow.columns_left and more:
            part, left = part[:-1], [part[-1], *left]
            words = more.format(count=len(left))
            part.append([words if number == 1 else "" for number in range(len(content.header))])

        def draw(x: float, y: float, width: float, part: list[Sequence[str]] = part) -> Block:
            marks, top = heading(x, y, width, content.title, size * 1.1)
            widths = [width * share for share in content.shares]
            drawn, high = table(x, y + top, widths, content.header, part, size, content.align)
            return marks + drawn, top + high

        flow.add(draw)
    return 0


def leading_branches(scene: Scene) -> dict[int, str]:
    """Return the name of the leading branch of each grid."""
    plan = scene.outcome.after.plan
    names = {branch.code: branch.name for branch in plan.branches}
    return {tie.grid: names.get(tie.branch, tie.branch) for tie in plan.ties if tie.leading}


def add_grid_tables(scene: Scene, flow: Flow, rows: Sequence[int], k: float) -> None:
    """Add the table of grids and that of their leading branches."""
    view, measures = scene.after, scene.outcome.after.measures
    body, people = [], not scene.options.public
    for row in rows:
        radius = measures.radius_m[row]
        numbers = [f"{view.households[row]:,}", f"{view.people[row]:,}"] if people else []
        far = f"{radius:,.0f}" if np.isfinite(radius) else "—"
        change = view.records[row].change
        body.append([view.numbers[row], view.name(row), *numbers, far, change.value if change else ""])
    head = [
        *(_("No."), _("Grid name")),
        *((_("Households"), _("People")) if people else ()),
        *(_("Radius m"), _("Change")),
    ]
    shares = (0.09, 0.34, 0.12, 0.13, 0.16, 0.16) if people else (0.1, 0.54, 0.18, 0.18)
    more = _("… {count} more: see the register")
    add_table(flow, Table(_("Grids"), head, body, shares, "rlrrrc" if people else "rlrc"), scene, k, more)
    branches = leading_branches(scene)
    if branches:
        lines = [[view.numbers[row], branches.get(row, _("none yet"))] for row in rows]
        head = [_("No."), _("Party branch")]
        add_table(flow, Table(_("Leading party branches"), head, lines, (0.12, 0.88), "rl"), scene, k, more)


def add_limits(scene: Scene, flow: Flow, rows: Sequence[int], k: float) -> None:
    """Add the limits on four sides of each grid, in words."""
    lines = []
    for row in rows:
        limits = scene.after.records[row].limits
        if any(limits):
            words = zip((_("East: "), _("South: "), _("West: "), _("North: ")), limits, strict=True)
            text = "，".join(word + limit for word, limit in words if limit)
            lines.append(
                _("{number} {name}: {limits}").format(
                    number=scene.after.numbers[row], name=scene.after.name(row), limits=text
                )
            )
    if lines:
        sizes = scene.style.sheet

        def draw(x: float, y: float, width: float) -> Block:
            marks, top = heading(x, y, width, _("Limits on four sides"), sizes.body * 1.1 * k)
            drawn, high = notes(x, y + top, width, lines, sizes, k)
            return marks + drawn, top + high

        flow.add(draw)


def street_table(scene: Scene) -> Table:
    """Return the counts by street, before and after; by community where streets have no names."""
    if not scene.has_streets:
        return community_table(scene, range(len(scene.outcome.district.communities)))
    groups = [(scene.street_name(key), scene.street_of_community == key) for key in scene.streets]
    return _counts(scene, _("Grids by street"), _("Street"), groups, with_communities=True)


def community_table(scene: Scene, communities: Sequence[int]) -> Table:
    """Return the counts by community of a street."""
    places = scene.outcome.district.communities
    groups = [(str(places.names[c]), np.arange(len(places)) == c) for c in communities]
    return _counts(scene, _("Grids by community"), _("Community"), groups, with_communities=False)


def _counts(
    scene: Scene,
    title: str,
    name: str,
    groups: Sequence[tuple[str, npt.NDArray[np.bool_]]],
    with_communities: bool,
) -> Table:
    """Return grids before and after and people of groups of communities, with their sum."""
    before, after = scene.before, scene.after
    rows, sums = [], np.zeros(4, np.int64)
    for text, inside in groups:
        old = int((inside[before.community] & before.plan.general()).sum())
        new = int((inside[after.community] & after.plan.general()).sum())
        numbers = np.array([int(inside.sum()), old, new, int(after.people[inside[after.community]].sum())])
        sums += numbers
        rows.append([text, *(f"{n:,}" for n in numbers)])
    rows.append([_("Total"), *(f"{n:,}" for n in sums)])
    header = [name, _("Communities"), _("Grids before"), _("Grids after"), _("People")]
    keep = [0, 1, 2, 3, 4] if with_communities else [0, 2, 3, 4]
    if scene.options.public:
        keep.remove(4)
    first = 0.34
    shares = (first, *[(1 - first) / (len(keep) - 1)] * (len(keep) - 1))
    cells = [[row[i] for i in keep] for row in rows]
    return Table(title, [header[i] for i in keep], cells, shares, "l" + "r" * (len(keep) - 1))
