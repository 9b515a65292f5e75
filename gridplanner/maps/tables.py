# SPDX-License-Identifier: LGPL-3.0-or-later
"""The tables beside the maps: grids, branches, counts by street and community, buildings to tick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from gridplanner.maps.furniture import HEADING, NOTE_LINE, Block, break_lines, heading, notes, table
from gridplanner.maps.scene import Scene, View
from gridplanner.maps.skeleton import Flow
from gridplanner.texts import _

Group = tuple[str, npt.NDArray[np.bool_]]

#: Height of a table row, in em.
_ROW = 1.62
#: Shares to which the letters of a table shrink, tried in this order, before a row is left out.
_SHARES = tuple(share / 100 for share in range(100, 60, -2))
#: Where a table may go on on a further page, they stay this large: it is read standing.
_LEAST_BEFORE_TURNING = 0.82
#: They may become this small where that saves the further page.
_LEAST_TO_STAY = 0.7
#: Sizes of sentences that are tried before they go on elsewhere.
_SMALLER = (1.0, 0.93, 0.86, 0.8)


@dataclass(frozen=True)
class Table:
    """A table of a sheet.

    Parameters
    ----------
    title : str
    header : sequence of str
    rows : sequence of sequence of str
        A row of one cell heads the rows below it, across all columns.
    shares : sequence of float
        Share of each column in the width.
    align : str
        `l`, `c` or `r` for each column.
    narrow : Table or None
        The same in half the width: taken where the table itself finds no room.
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    shares: Sequence[float]
    align: str
    narrow: Table | None = None


@dataclass(frozen=True)
class Lines:
    """Sentences of a sheet under a heading; each is broken at the column's width."""

    title: str
    lines: Sequence[str]


Content = Table | Lines


def pour(flow: Flow, contents: Sequence[Content], scene: Scene, k: float) -> list[Content]:
    """Set tables and sentences down one after another; return what found no room, in the same order."""
    rest: list[Content] = []
    for content in contents:
        if rest:
            rest.append(content)
        elif isinstance(content, Table):
            table = _folded(flow, content, scene, k)
            share = _share(flow, table, _size(scene, k))
            share = share if share >= _LEAST_TO_STAY else _LEAST_BEFORE_TURNING
            left = add_table(flow, table, _size(scene, k) * share)
            rest += [replace(table, rows=left, narrow=None)] if left else []
        else:
            lines = add_lines(flow, content, scene, k)
            rest += [Lines(content.title, lines)] if lines else []
    return rest


def add_lines(flow: Flow, content: Lines, scene: Scene, k: float) -> list[str]:
    """Add sentences, continued in the next columns; return what found no room."""
    sizes, left = scene.style.sheet, list(content.lines)
    top = sizes.body * 1.1 * k * HEADING

    def draw(x: float, y: float, width: float, part: Sequence[str], share: float) -> Block:
        marks, high = heading(x, y, width, content.title, sizes.body * 1.1 * k)
        drawn, more = notes(x, y + high, width, part, sizes, k * share)
        return marks + drawn, high + more

    # Somewhat smaller letters are better than a line or two on a page of their own.
    fitting = [s for s in _SMALLER if draw(0.0, 0.0, flow.width, left, s)[1] <= flow.room]
    share = fitting[0] if fitting and not flow.columns_left else 1.0
    size = sizes.caption * k * share
    while left:
        part, rest = _first_lines(left, int((flow.room - top) / (size * NOTE_LINE) - 0.5), size, flow.width)
        if part:
            flow.add(partial(draw, part=part, share=share))
            left = rest
        elif not flow.columns_left:
            break
        if left and flow.columns_left:
            flow.next_column()
        elif left:
            break
    return left


def _first_lines(texts: Sequence[str], room: int, size: float, width: float) -> tuple[list[str], list[str]]:
    """Return the sentences that fit into a number of lines, the last one perhaps in part, and the rest."""
    part: list[str] = []
    for number, text in enumerate(texts):
        lines = break_lines(text, size, width)
        if len(lines) > room:
            # A sentence is parted only where at least two of its lines stay together.
            head = ["".join(lines[:room])] if room >= 2 else []
            return part + head, ["".join(lines[room:]) if head else text, *texts[number + 1 :]]
        part.append(text)
        room -= len(lines)
    return part, []


def _folded(flow: Flow, content: Table, scene: Scene, k: float) -> Table:
    """Return the table, or its narrow form and the flow's columns in halves where it finds no room."""
    if content.narrow is None or _share(flow, content, _size(scene, k)) >= _LEAST_BEFORE_TURNING:
        return content
    flow.split(2)
    return content.narrow


def _size(scene: Scene, k: float) -> float:
    """Return the em of tables, mm."""
    return scene.style.sheet.body * k * 0.95


def add_table(flow: Flow, content: Table, size: float) -> list[Sequence[str]]:
    """Add a table in letters of an em of `size` mm, continued in the next columns.

    Returns
    -------
    list of row
        The rows that found no room.
    """
    left = list(content.rows)
    while left:
        fit = _rows_in(flow.room, size)
        if fit < min(2, len(left)):
            if not flow.columns_left:
                return left
            flow.next_column()
            continue
        part, left = _parted(left, fit)

        def draw(x: float, y: float, width: float, part: list[Sequence[str]] = part) -> Block:
            marks, top = heading(x, y, width, content.title, size * 1.1)
            widths = [width * share for share in content.shares]
            drawn, high = table(x, y + top, widths, content.header, part, size, content.align)
            return marks + drawn, top + high

        flow.add(draw)
    return []


def _rows_in(room: float, size: float) -> int:
    """Return how many rows stand in a column's height (mm) below heading and head row."""
    return int((room - size * 2.4 - size * 0.8) / (_ROW * size)) - 1


def _parted(rows: list[Sequence[str]], fit: int) -> tuple[list[Sequence[str]], list[Sequence[str]]]:
    """Return the first rows and the rest; a head never stands last, and parted rows get theirs again."""
    part, rest = rows[:fit], rows[fit:]
    if rest and len(part) > 1 and len(part[-1]) == 1:
        part, rest = part[:-1], [part[-1], *rest]
    heads = [row for row in part if len(row) == 1]
    if rest and heads and len(rest[0]) > 1:
        rest = [heads[-1], *rest]
    return part, rest


def add_if_room(flow: Flow, contents: Sequence[Content], scene: Scene, k: float) -> None:
    """Add what is welcome but not needed: all of it, or nothing."""
    if not pour(replace(flow, marks=[]), contents, scene, k):
        pour(flow, contents, scene, k)


def _share(flow: Flow, content: Table, size: float) -> float:
    """Return to which share letters must shrink for a table to find room; 0 where none is enough."""
    rooms = [flow.room, *(column.height for column in flow.columns[len(flow.columns) - flow.columns_left :])]
    for share in _SHARES:
        left = list(content.rows)
        for room in rooms:
            fit = _rows_in(room, size * share)
            left = _parted(left, fit)[1] if fit >= min(2, len(left)) else left
        if not left:
            return share
    return 0.0


def leading_branches(scene: Scene) -> dict[int, str]:
    """Return the name of the leading branch of each grid."""
    plan = scene.outcome.after.plan
    names = {branch.code: branch.name for branch in plan.branches}
    return {tie.grid: names.get(tie.branch, tie.branch) for tie in plan.ties if tie.leading}


def grid_tables(scene: Scene, rows: Sequence[int]) -> list[Content]:
    """Return the table of grids and that of their leading branches."""
    view, measures = scene.after, scene.outcome.after.measures
    body, people = [], not scene.options.public
    for row in rows:
        radius = measures.radius_m[row]
        numbers = [scene.count(view.households[row]), scene.count(view.people[row])] if people else []
        far = f"{radius:,.0f}" if np.isfinite(radius) else "—"
        change = view.records[row].change
        body.append([view.numbers[row], view.name(row), *numbers, far, change.value if change else ""])
    head = [
        *(_("No."), _("Grid name")),
        *((_("Households"), _("People")) if people else ()),
        *(_("Radius m"), _("Change")),
    ]
    shares = (0.09, 0.34, 0.12, 0.13, 0.16, 0.16) if people else (0.1, 0.54, 0.18, 0.18)
    tables: list[Content] = [Table(_("Grids"), head, body, shares, "rlrrrc" if people else "rlrc")]
    branches = leading_branches(scene)
    if branches:
        lines = [[view.numbers[row], branches.get(row, _("none yet"))] for row in rows]
        head = [_("No."), _("Party branch")]
        tables.append(Table(_("Leading party branches"), head, lines, (0.12, 0.88), "rl"))
    return tables


def four_limits(scene: Scene, rows: Sequence[int]) -> list[Content]:
    """Return the limits on four sides of each grid, in words; nothing where no grid has any."""
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
    return [Lines(_("Limits on four sides"), lines)] if lines else []


def missing_lines(view: View, missing: Sequence[str]) -> list[Content]:
    """Return the names of the grids that found no place for a label; nothing where all did."""
    if not missing:
        return []
    row_of = {view.key(row): row for row in range(view.plan.n_grids)}
    names = [_("{name} ({code})").format(name=view.name(row_of[key]), code=key[-6:]) for key in missing]
    return [Lines(_("Grids not labelled on the map"), ["、".join(names)])]


def grid_list(scene: Scene, communities: Sequence[int]) -> Table:
    """Return every grid of some communities with its counts: the register of a street's wall map."""
    view, rows = scene.after, []
    places = scene.outcome.district.communities
    for community in communities:
        for row in view.rows_of(community).tolist():
            numbers = (view.households[row], view.people[row])
            counts = [] if scene.options.public else [scene.count(number) for number in numbers]
            rows.append([str(places.names[community]), short_name(view, row), *counts])
    header = [_("Community"), _("Grid name")]
    if scene.options.public:
        names = Table(_("Grids"), header, rows, (0.4, 0.6), "ll")
        return replace(names, narrow=names)
    header += [_("Households"), _("People")]
    full = Table(_("Grids"), header, rows, (0.3, 0.38, 0.16, 0.16), "llrr")
    return replace(full, narrow=_by_head(full))


def _by_head(table: Table) -> Table:
    """Return a table of two words and two numbers in half the width: its first column as heads."""
    body: list[Sequence[str]] = []
    for above, row in zip([[""], *table.rows], table.rows, strict=False):
        body += ([[row[0]]] if row[0] != above[0] else []) + [row[1:]]
    return Table(table.title, table.header[1:], body, (0.58, 0.19, 0.23), table.align[1:])


def short_name(view: View, row: int) -> str:
    """Return a grid's name without its community's, which the sheet says already."""
    name = view.name(row)
    return name.removeprefix(view.community_names[view.community[row]]) or name


def street_table(scene: Scene) -> Table:
    """Return the counts by street, before and after; by community where streets have no names."""
    if not scene.has_streets:
        return community_table(scene, everywhere(scene))
    return _counts(scene, _("Grids by street"), _("Street"), street_groups(scene), with_communities=True)


def community_table(scene: Scene, communities: Sequence[int]) -> Table:
    """Return the counts by community of a street."""
    groups = community_groups(scene, communities)
    return _counts(scene, _("Grids by community"), _("Community"), groups, with_communities=False)


def everywhere(scene: Scene) -> list[int]:
    """Return all communities, by code."""
    codes = scene.outcome.district.communities.codes
    return sorted(range(len(codes)), key=lambda c: (str(codes[c]), c))


def street_groups(scene: Scene) -> list[Group]:
    """Return name and communities (bool[n_communities]) of each street."""
    return [(scene.street_name(key), scene.street_of_community == key) for key in scene.streets]


def community_groups(scene: Scene, communities: Sequence[int]) -> list[Group]:
    """Return name and communities (bool[n_communities]) of single communities."""
    places = scene.outcome.district.communities
    return [(str(places.names[c]), np.arange(len(places)) == c) for c in communities]


def word_counts(
    scene: Scene,
    head: tuple[str, str],
    groups: Sequence[Group],
    words: Sequence[tuple[str, str]],
    of: Sequence[str],
) -> Table:
    """Return how many grids of each group bear each of some words, with their sum.

    Parameters
    ----------
    head : (str, str)
        Title of the table, heading of its first column.
    groups : sequence of (str, bool[n_communities])
    words : sequence of (str, str)
        Word and heading.
    of : sequence of str
        The word of each grid of the plan.
    """
    word, home = np.array(of, dtype=object), scene.after.community
    masks = [(name, inside[home]) for name, inside in groups]
    masks.append((_("Total"), word != ""))
    rows = [
        [name, *(f"{int((mask & (word == key)).sum()):,}" for key, _title in words)] for name, mask in masks
    ]
    rest = 0.66 / len(words)
    return Table(
        head[0],
        [head[1], *(title for _key, title in words)],
        rows,
        (0.34, *[rest] * len(words)),
        "l" + "r" * len(words),
    )


def _counts(
    scene: Scene,
    title: str,
    name: str,
    groups: Sequence[Group],
    with_communities: bool,
) -> Table:
    """Return grids before and after and people of groups of communities, with their sum."""
    before, after = scene.before, scene.after
    rows, sums = [], np.zeros(4, np.int64)
    for text, inside in groups:
        old = int((inside[before.community] & before.general).sum())
        new = int((inside[after.community] & after.general).sum())
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
    full = Table(title, [header[i] for i in keep], cells, shares, "l" + "r" * (len(keep) - 1))
    # In half the width the largest numbers need more than an even share.
    narrow = (0.30, 0.20, 0.21, 0.29) if len(keep) == 4 and 4 in keep else shares
    return replace(full, narrow=replace(full, shares=narrow))
