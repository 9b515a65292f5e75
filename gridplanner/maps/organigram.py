# SPDX-License-Identifier: LGPL-3.0-or-later
"""The party organisation as a picture: an overview by street, and a page with the branches of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from gridplanner.maps.compose import Draft, Page, best_layout, window_frame
from gridplanner.maps.fonts import text_width
from gridplanner.maps.furniture import Block, fitted
from gridplanner.maps.marks import Mark, Rect, Stroke, Text, polyline, rectangle
from gridplanner.maps.scene import Scene
from gridplanner.maps.sheets import head
from gridplanner.maps.skeleton import list_layout
from gridplanner.model.organisation import Organisation, organisation_of
from gridplanner.texts import _

_LINE = "#5b1a1a"
_STREET_FILL, _COMMUNITY_FILL, _JOINT_FILL, _NEW_FILL = "#f3dcd9", "#f7efe0", "#fbeed2", "#dfeedd"
#: Heights of a community's box and of a branch's line, in em.
_BOX, _ROW = 2.3, 1.75
#: Sizes of letters that are tried, relative to the house style's.
_SIZES = (2.1, 1.9, 1.7, 1.5, 1.3, 1.15, 1.0, 0.9)

#: How much higher than the mean a column may become, tried in this order.
_FILLS = (1.0, 1.1, 1.2, 1.35, 1.5, 1.7, 2.0, 1e9)

#: Depth, name, remark and colour of a line below a community.
Line = tuple[int, str, str, str]
#: Name and counts of a community, and the lines below it.
Group = tuple[str, str, Sequence[Line]]


def organisation_pages(scene: Scene, paper: str, streets: Sequence[str] = ()) -> list[Page]:
    """Return the overview of the whole organisation, then a page or more for each street.

    Parameters
    ----------
    streets : sequence of str
        Only the pages of these streets, without the overview; all of them for ().
    """
    tree = organisation_of(scene.outcome.district.communities, scene.outcome.after.plan.branches)
    below: dict[int, list[int]] = {}
    for unit in tree.walk():
        below.setdefault(int(tree.parent[unit]), []).append(unit)
    roots = [unit for unit in below.get(-1, []) if tree.codes[unit].startswith("J")]
    chosen = [unit for unit in roots if not streets or tree.codes[unit].removeprefix("J") in streets]
    pages = [] if streets else _overview(scene, paper, tree, below, roots)
    for street in chosen:
        pages += _street(scene, paper, tree, below, street)
    return pages


def _draft(scene: Scene, paper: str, title: str, subtitle: str, key: str = "") -> Draft:
    """Return a page without a map, its columns from edge to edge."""
    layout = list_layout(best_layout(scene, paper, scene.bounds))
    frame = window_frame(layout, scene.bounds)
    return Draft(scene, layout, frame, "organisation", title, subtitle, key)


def _counts(scene: Scene, branches: int, members: int) -> str:
    """Return how many branches and, where people may be counted, members there are."""
    text = _("{branches} branches").format(branches=f"{branches:,}")
    if scene.options.public:
        return text
    return "　".join((text, _("{members} full members").format(members=f"{members:,}")))


def _branches_under(tree: Organisation) -> np.ndarray:
    """Return how many branches stand at or below each unit, int64[n]."""
    count = np.array([code.startswith("Z") for code in tree.codes], np.int64)
    return replace(tree, members=count).totals()


def _overview(
    scene: Scene, paper: str, tree: Organisation, below: dict[int, list[int]], roots: Sequence[int]
) -> list[Page]:
    """Return the pages of streets and their communities: one band per street."""
    total, branches = tree.totals(), _branches_under(tree)
    title = _("{title}: party organisation").format(title=head(scene))
    subtitle = _counts(scene, int(branches[list(roots)].sum()), int(total[list(roots)].sum()))
    draft = _draft(scene, paper, title, subtitle)
    bands = []
    for street in roots:
        facts = [(tree.names[u], _counts(scene, int(branches[u]), int(total[u]))) for u in below[street]]
        own = tree.names[street], _counts(scene, int(branches[street]), int(total[street]))
        bands.append(partial(_band, own=own, units=facts))
    for share in _SIZES:
        size = scene.style.sheet.body * draft.k * share
        pages = _stacked(draft, [partial(band, size=size) for band in bands])
        if len(pages) == 1:
            break
    return pages


def _stacked(draft: Draft, blocks: Sequence[partial[Block]]) -> list[Page]:
    """Return pages with blocks from edge to edge, one below the other."""
    box, pages, flow = draft.layout.columns, list[Page](), draft.flow()
    whole = (Rect(box[0].x, box[0].y, box[-1].right - box[0].x, box[0].height),)
    flow.columns = whole
    for block in blocks:
        if not flow.add(block) and flow.marks:
            pages.append(draft.finish_list(flow))
            flow = draft.flow()
            flow.columns = whole
            flow.add(block)
    return [*pages, draft.finish_list(flow)]


def _band(
    x: float, y: float, width: float, own: tuple[str, str], units: Sequence[tuple[str, str]], size: float
) -> Block:
    """Draw a street's committee at the left, its communities' boxes in rows at the right, joined by lines."""
    high, gap, first = size * 3.6, size * 0.9, size * 17
    wide, stem, drop = size * 13.5, size * 2.2, size * 0.9
    columns = max(1, int((width - first - 2 * stem + gap) / (wide + gap)))
    wide = (width - first - 2 * stem + gap) / columns - gap
    rows = max(1, -(-len(units) // columns))
    left, trunk, step = x + first + 2 * stem, x + first + stem, high + drop + gap
    middle = y + (rows * step - gap) / 2
    marks = _box(Rect(x, middle - high / 2, first, high), own, size, _STREET_FILL)
    stroke = Stroke(_LINE, size * 0.07)
    lines: list[Mark] = [polyline([(x + first, middle), (trunk, middle)], stroke)] if units else []
    for row in range(rows if units else 0):
        # Equals hang from a common line: a line from box to box would read as a chain of command.
        level, here = y + row * step, units[row * columns : (row + 1) * columns]
        last = left + (len(here) - 1) * (wide + gap) + wide / 2
        lines.append(polyline([(trunk, middle), (trunk, level), (last, level)], stroke))
        for column, unit in enumerate(here):
            box = Rect(left + column * (wide + gap), level + drop, wide, high)
            centre = box.x + wide / 2
            lines.append(polyline([(centre, level), (centre, box.y)], stroke))
            marks += _box(box, unit, size, _COMMUNITY_FILL)
    return lines + marks, rows * step + gap


def _box(box: Rect, texts: tuple[str, str], size: float, fill: str) -> list[Mark]:
    """Draw a box with a name and, below it, a smaller line."""
    room, middle = box.width - size * 0.6, box.x + box.width / 2
    name, large = fitted(texts[0], size, room)
    more, small = fitted(texts[1], size * 0.82, room)
    return [
        rectangle(box, Stroke(_LINE, size * 0.07), fill),
        Text(middle, box.y + box.height * 0.33, name, large, bold=True, align="centre"),
        Text(middle, box.y + box.height * 0.72, more, small, "#4a4a4a", align="centre"),
    ]


def _street(
    scene: Scene, paper: str, tree: Organisation, below: dict[int, list[int]], street: int
) -> list[Page]:
    """Return the pages of a street: each community with its branches and their groups."""
    total, branches = tree.totals(), _branches_under(tree)
    subtitle = _counts(scene, int(branches[street]), int(total[street]))
    code = tree.codes[street].removeprefix("J")
    draft = _draft(scene, paper, _("{name}: organisation").format(name=tree.names[street]), subtitle, code)
    groups = []
    for unit in below.get(street, []):
        counts = _counts(scene, int(branches[unit]), int(total[unit]))
        groups.append((tree.names[unit], counts, _lines_below(scene, tree, below, unit)))
    return _balanced(draft, groups) or _running(draft, groups)


def _balanced(draft: Draft, groups: Sequence[Group]) -> list[Page]:
    """Return one page in the largest letters that hold each community whole; [] where none do."""
    columns, body = draft.layout.columns, draft.scene.style.sheet.body * draft.k
    for share in _SIZES:
        size = body * share
        high = [size * (_BOX + _ROW * (len(lines) + 0.5)) + 2.0 * draft.k for _n, _c, lines in groups]
        for fill in _FILLS:
            limit = min(columns[0].height, max([*high, sum(high) / len(columns) * fill]))
            home, used = 0, 0.0
            homes = []
            for one in high:
                if used + one > limit + 1e-6 and used:
                    home, used = home + 1, 0.0
                homes.append(home)
                used += one
            if homes and home < len(columns) and max(high) <= columns[0].height:
                return [_columns(draft, groups, homes, size)]
    return []


def _columns(draft: Draft, groups: Sequence[Group], homes: Sequence[int], size: float) -> Page:
    """Return a page with each community in the column chosen for it."""
    flow, at, box = draft.flow(), 0, draft.layout.columns
    # The columns in use share the whole width: an empty one at the right looks forgotten.
    count, width = homes[-1] + 1, box[-1].right - box[0].x
    wide = (width + flow.gap * 2) / count - flow.gap * 2
    flow.columns = tuple(
        Rect(box[0].x + i * (wide + flow.gap * 2), box[0].y, wide, box[0].height) for i in range(count)
    )
    for (name, counts, lines), home in zip(groups, homes, strict=True):
        if home != at:
            flow.next_column()
            at = home
        flow.add(partial(_community, texts=(name, counts), lines=lines, size=size))
    return draft.finish_list(flow)


def _running(draft: Draft, groups: Sequence[Group]) -> list[Page]:
    """Return pages in the smallest letters, a community parted where a column ends."""
    size = draft.scene.style.sheet.body * draft.k * _SIZES[-1]
    flow, pages = draft.flow(), list[Page]()
    for title, counts, lines in groups:
        left, name = list(lines), title
        while True:
            fit = int((flow.room - _BOX * size) / (_ROW * size)) - 1
            if fit >= min(3, len(left)):
                flow.add(partial(_community, texts=(name, counts), lines=left[:fit], size=size))
                left, name = left[fit:], _("{title} (continued)").format(title=title)
                if not left:
                    break
            if flow.columns_left:
                flow.next_column()
            else:
                pages.append(draft.finish_list(flow))
                flow = draft.flow()
    return [*pages, draft.finish_list(flow)]


def _lines_below(scene: Scene, tree: Organisation, below: dict[int, list[int]], unit: int) -> list[Line]:
    """Return the branches of a community in the order of their grids, each with its groups."""
    plan = scene.outcome.after.plan
    known, total = {f"Z{branch.code}": branch for branch in plan.branches}, tree.totals()
    first: dict[str, str] = {}
    for tie in plan.ties:
        code = plan.grids[tie.grid].code
        first[f"Z{tie.branch}"] = min(code, first.get(f"Z{tie.branch}", code))

    def order(branch: int) -> tuple[str, int]:
        # What leads no grid stands last; a general branch stands where the first of its own does.
        codes = [first.get(tree.codes[unit], "~") for unit in (branch, *below.get(branch, []))]
        return min(codes), branch

    def add(branch: int, depth: int) -> None:
        record = known.get(tree.codes[branch])
        if record is None:
            lines.append((depth, tree.names[branch], "", ""))
            return
        new, members = record.status == "found", int(total[branch])
        remark = _("newly founded") if new else ""
        if not scene.options.public:
            remark = f"{remark}　{members:,}".strip()
        fill = _JOINT_FILL if record.kind == "联合党支部" else _NEW_FILL if new else ""
        lines.append((depth, record.name, remark, fill))
        for part in below.get(branch, []):
            add(part, depth + 1)

    lines: list[Line] = []
    for branch in sorted(below.get(unit, []), key=order):
        add(branch, 1)
    return lines


def _community(
    x: float,
    y: float,
    width: float,
    texts: tuple[str, str],
    lines: Sequence[Line],
    size: float,
) -> Block:
    """Draw a community's box with its branches hanging below it on a trunk line."""
    box, stroke = Rect(x, y, width, size * _BOX), Stroke(_LINE, size * 0.07)
    count = text_width(texts[1], size * 0.8)
    name, large = fitted(texts[0], size, width - count - size * 1.6)
    marks: list[Mark] = [
        rectangle(box, stroke, _COMMUNITY_FILL),
        Text(x + size * 0.5, y + box.height / 2, name, large, bold=True),
        Text(box.right - size * 0.5, y + box.height / 2, texts[1], size * 0.8, "#4a4a4a", align="right"),
    ]
    trunk, last = x + size, box.bottom
    for number, (depth, name, remark, fill) in enumerate(lines):
        middle = box.bottom + (number + 0.75) * size * _ROW
        left = x + size * (0.6 + 1.4 * depth)
        room = box.right - left - size * 0.8 - text_width(remark, size)
        text, fit = fitted(name, size * (0.95 if depth == 1 else 0.85), room)
        marks.append(polyline([(trunk, middle), (left - size * 0.2, middle)], stroke))
        if fill:
            line = Rect(left, middle - size * 0.72, box.right - left, size * 1.44)
            marks.append(rectangle(line, None, fill))
        marks.append(Text(left + size * 0.2, middle, text, fit))
        marks.append(Text(box.right - size * 0.3, middle, remark, size * 0.9, "#4a4a4a", align="right"))
        last = middle
    if lines:
        marks.append(polyline([(trunk, box.bottom), (trunk, last)], stroke))
    return marks, size * (_BOX + _ROW * (len(lines) + 0.5))
