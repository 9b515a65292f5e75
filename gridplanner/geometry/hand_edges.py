# SPDX-License-Identifier: LGPL-3.0-or-later
"""Passages set by hand: links (a footbridge, a gate), cuts (a closed wall), and what becomes of islands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gridplanner.errors import UserError
from gridplanner.geometry.arrays import IntArray, ObjectArray
from gridplanner.geometry.contiguity import components
from gridplanner.geometry.options import BuildOptions, End
from gridplanner.model.adjacency import Adjacency, EdgeKind
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.texts import _

#: Candidates looked at for the pair of atoms where an island comes nearest.
_NEAREST = 8
Pairs = Sequence[tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Ground:
    """What the ends of a passage are looked up in.

    Parameters
    ----------
    geometry : object[n] of Polygon
        Atoms.
    known : mapping of str to int
        Identifiers of atoms and codes of buildings to the atom they mean.
    community : int[n]
    """

    geometry: ObjectArray
    known: Mapping[str, int]
    community: IntArray


def with_hand_edges(
    adjacency: Adjacency, ground: Ground, options: BuildOptions
) -> tuple[Adjacency, tuple[Finding, ...]]:
    """Return the adjacency with the links and cuts of the options, and a remark on them.

    Raises
    ------
    UserError
        An end names no building, atom or place in the district.
    """
    links = [_ends(ground, pair, "links") for pair in options.links]
    cuts = [_ends(ground, pair, "cuts") for pair in options.cuts]
    if links:
        adjacency = linked(adjacency, links)
    findings = list(_vain_cuts(adjacency, cuts, options))
    if cuts:
        adjacency = _cut(adjacency, cuts)
    joined = island_links(adjacency, ground) if options.islands == "join" else []
    if joined:
        adjacency = linked(adjacency, joined)
    if links or cuts or joined:
        text = _("{links} links and {cuts} cuts set by hand, {islands} islands joined to their community.")
        told = text.format(links=len(links), cuts=len(cuts), islands=len(joined))
        findings.append(Finding("adjacency", Severity.INFO, told, subject_kind="atom"))
    return adjacency, tuple(findings)


def _ends(ground: Ground, pair: tuple[End, End], key: str) -> tuple[int, int]:
    """Return the two atoms of a pair of codes or of points."""
    one, other = (_atom_at(ground, end, key) for end in pair)
    if one == other:
        raise UserError(
            _("[repair] {key}: both ends of {value} lie in the same area.").format(key=key, value=repr(pair))
        )
    return min(one, other), max(one, other)


def _atom_at(ground: Ground, end: object, key: str) -> int:
    """Return the atom that one end means."""
    found: int | None = None
    if isinstance(end, str):
        found = ground.known.get(end)
    elif isinstance(end, tuple) and len(end) == 2 and all(isinstance(v, int | float) for v in end):
        hits = shapely.STRtree(ground.geometry).query(shapely.Point(*end), predicate="intersects")
        found = int(hits.min()) if len(hits) else None
    if found is None:
        raise UserError(
            _("[repair] {key}: {value} is no building, area or place in the district.").format(
                key=key, value=repr(end)
            )
        )
    return found


def linked(adjacency: Adjacency, links: Pairs) -> Adjacency:
    """Return the adjacency with an open edge between each pair, whatever lies between them.

    Examples
    --------
    >>> row = Adjacency(
    ...     np.array([0], np.int32), np.array([1], np.int32), np.array([5.0]), np.ones(1, np.int8)
    ... )
    >>> linked(row, [(0, 1), (1, 2)]).open.tolist()
    [True, True]
    """
    wanted = {tuple(pair) for pair in links}
    here = {(int(a), int(b)): i for i, (a, b) in enumerate(zip(adjacency.a, adjacency.b, strict=True))}
    kind = adjacency.kind.copy()
    kind[[here[pair] for pair in wanted if pair in here]] = EdgeKind.LINK
    fresh = np.array(sorted(wanted - set(here)), np.int32).reshape(-1, 2)
    a, b = np.concatenate([adjacency.a, fresh[:, 0]]), np.concatenate([adjacency.b, fresh[:, 1]])
    order = np.lexsort((b, a))
    return replace(
        adjacency,
        a=a[order],
        b=b[order],
        length_m=np.concatenate([adjacency.length_m, np.zeros(len(fresh))])[order],
        kind=np.concatenate([kind, np.full(len(fresh), EdgeKind.LINK, np.int8)])[order],
    )


def _cut(adjacency: Adjacency, cuts: Pairs) -> Adjacency:
    """Return the adjacency with the edges of some pairs closed."""
    wanted = set(cuts)
    closed = [(int(a), int(b)) in wanted for a, b in zip(adjacency.a, adjacency.b, strict=True)]
    kind = np.where(closed, EdgeKind.CUT, adjacency.kind).astype(np.int8)
    return replace(adjacency, kind=kind)


def _vain_cuts(adjacency: Adjacency, cuts: Pairs, options: BuildOptions) -> list[Finding]:
    """Return a warning for the cuts between atoms that share no open border."""
    pairs = zip(adjacency.a[adjacency.open].tolist(), adjacency.b[adjacency.open].tolist(), strict=True)
    there = set(pairs)
    vain = [str(options.cuts[i]) for i, pair in enumerate(cuts) if pair not in there]
    if not vain:
        return []
    text = _("{n} cuts set by hand lie between areas that do not touch: {pairs}.")
    return [
        Finding(
            rule="adjacency",
            severity=Severity.WARNING,
            text=text.format(n=len(vain), pairs=_(", ").join(vain)),
            remedy=_("Name the two areas on both sides of the wall."),
            subject_kind="atom",
            count=len(vain),
        )
    ]


def island_links(adjacency: Adjacency, ground: Ground) -> list[tuple[int, int]]:
    """Return a link for each part of a community that nothing joins to its largest part.

    Parts are taken by size, the largest first; each is linked where it comes nearest to those before.
    """
    part = components(len(ground.geometry), adjacency, ground.community)
    area = shapely.area(ground.geometry)
    found = []
    for community in np.unique(ground.community):
        mine = np.flatnonzero(ground.community == community)
        sizes = {p: float(area[mine[part[mine] == p]].sum()) for p in np.unique(part[mine]).tolist()}
        order = sorted(sizes, key=lambda p: (-sizes[p], p))
        for i, p in enumerate(order[1:], 1):
            found.append(
                _nearest(ground.geometry, mine[part[mine] == p], mine[np.isin(part[mine], order[:i])])
            )
    return found


def _nearest(geometry: ObjectArray, island: IntArray, rest: IntArray) -> tuple[int, int]:
    """Return the pair of atoms, one of each group, that are nearest; of equal ones the lowest."""
    centres = shapely.get_coordinates(shapely.centroid(geometry[rest]))
    near = (
        cKDTree(centres)
        .query(shapely.get_coordinates(shapely.centroid(geometry[island])), k=min(_NEAREST, len(rest)))[1]
        .reshape(len(island), -1)
    )
    gap = shapely.distance(geometry[island][:, None], geometry[rest[near]])
    one, other = np.unravel_index(int(np.argmin(gap)), gap.shape)
    a, b = int(island[one]), int(rest[near[one, other]])
    return min(a, b), max(a, b)
