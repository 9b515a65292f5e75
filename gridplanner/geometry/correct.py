# SPDX-License-Identifier: LGPL-3.0-or-later
"""Corrections of atoms by hand: cut one along a line, move a corner that several share.

Both keep the coverage: what neighbours share stays shared, vertex by vertex, and no land is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.ops import split

from gridplanner.errors import UserError
from gridplanner.geometry.segments import shared_segments
from gridplanner.model.adjacency import Adjacency, EdgeKind
from gridplanner.model.amendment import AtomPatch, Outlines
from gridplanner.model.atoms import Atoms, ObjectArray
from gridplanner.model.jurisdiction import District
from gridplanner.texts import _

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
#: A point this near to a border lies on it, metres.
ON_BORDER_M = 1e-6
#: Smaller parts are slips of the hand, m2.
LEAST_PART_M2 = 1.0


@dataclass(frozen=True, eq=False)
class _Change:
    """Rows of the atoms before and after.

    Parameters
    ----------
    rows : int64[k]
        Atoms concerned, ascending; those beyond the number before are new.
    shapes : object[k]
        Afterwards.
    atoms : Atoms
        Afterwards, without shapes.
    parents : int64[k]
    edges : Adjacency
        Afterwards, all with an end in `rows`.
    homes : mapping of building to atom afterwards
    """

    rows: Ints
    shapes: ObjectArray
    atoms: Atoms
    parents: Ints
    edges: Adjacency
    homes: dict[int, int]


def cut_atom(district: District, atom: int, line: Floats) -> tuple[AtomPatch, AtomPatch]:
    """Return the correction that cuts one atom in two, and the one that joins it again.

    People go where their buildings stand; those without a building go by area. The part that holds the
    atom's own point keeps its number.

    Parameters
    ----------
    district : District
    atom : int
    line : float64[k, 2], k >= 2, metres
        Must cross the atom from border to border once.

    Raises
    ------
    UserError
        The line does not cut the atom into exactly two parts.

    Examples
    --------
    >>> from tests.builders import town
    >>> district = town("AB")
    >>> x = float(district.atoms.x[0]) + 10
    >>> patch, back = cut_atom(district, 0, np.array([[x, 0.0], [x, 1e7]]))
    >>> patch.n_atoms, back.n_atoms, patch.atoms.people.tolist()[0] + patch.atoms.people.tolist()[-1]
    (3, 2, 100)
    """
    shape = district.atoms.geometry[atom]
    parts = _two_parts(shape, line)
    own = shapely.Point(district.atoms.x[atom], district.atoms.y[atom])
    if shapely.distance(parts[1], own) < shapely.distance(parts[0], own):
        parts = parts[::-1]
    near = _touching(district, shapely.union_all(parts), exclude=atom)
    fresh = len(district.atoms)
    rows = np.array([*sorted([atom, *near]), fresh], np.int64)
    nodes = shapely.multipoints(_new_corners(parts, shape))
    shapes = np.array(
        [
            parts[0] if r == atom else shapely.snap(district.atoms.geometry[r], nodes, ON_BORDER_M)
            for r in rows[:-1]
        ]
        + [parts[1]],
        dtype=object,
    )
    homes = _homes(district, atom, fresh, parts)
    change = _Change(
        rows,
        shapes,
        _cut_rows(district, atom, rows, parts, homes),
        np.where(rows == fresh, atom, rows),
        _cut_edges(district, atom, rows, shapes),
        homes,
    )
    return _patches(district, change, fresh + 1)


def move_corner(
    district: District, at: tuple[float, float], to: tuple[float, float]
) -> tuple[AtomPatch, AtomPatch]:
    """Return the correction that moves a corner of all atoms that share it, and the one back.

    Parameters
    ----------
    district : District
    at, to : (x, y), metres
        The corner (a vertex of at least one atom), and where it goes.

    Raises
    ------
    UserError
        There is no corner, it lies on a community line, outlines would cross, or a building would
        come to lie in another area.
    """
    rows = _touching(district, shapely.Point(at), exclude=-1)
    if not len(rows):
        raise UserError(_("There is no corner here."))
    before = district.atoms.geometry[rows]
    noded = shapely.snap(before, shapely.Point(at), ON_BORDER_M)
    after = shapely.transform(noded, lambda xy: np.where(_is_at(xy, at)[:, None], to, xy))
    _refuse_torn(district, rows, before, after)
    edges = _relengthened(district.adjacency, rows, after)
    atoms = replace(_rows_of(district.atoms, rows), area_m2=shapely.area(after))
    return _patches(district, _Change(rows, after, atoms, rows.copy(), edges, {}), len(district.atoms))


# --- cutting -------------------------------------------------------------------------------------------


def _two_parts(shape: Any, line: Floats) -> ObjectArray:
    """Return the two parts of an atom."""
    found: ObjectArray = np.array(split(shape, shapely.LineString(line)).geoms, dtype=object)
    parts: ObjectArray = found[shapely.get_type_id(found) == shapely.GeometryType.POLYGON]
    if len(parts) != 2 or (shapely.area(parts) < LEAST_PART_M2).any():
        raise UserError(_("The line must cross the area once, from border to border."))
    return parts


def _new_corners(parts: ObjectArray, shape: Any) -> Floats:
    """Return the corners that the cut puts on the old border."""
    fresh = shapely.get_coordinates(parts)
    old = {tuple(xy) for xy in shapely.get_coordinates(shape).tolist()}
    ends = np.array([xy for xy in fresh.tolist() if tuple(xy) not in old]).reshape(-1, 2)
    on_rim = shapely.distance(shapely.points(ends), shapely.boundary(shape)) < ON_BORDER_M
    return np.unique(ends[on_rim], axis=0)


def _homes(district: District, atom: int, fresh: int, parts: ObjectArray) -> dict[int, int]:
    """Return the part that each building of the atom stands on."""
    standing = np.flatnonzero(district.buildings.atom == atom)
    points = shapely.points(district.buildings.x[standing], district.buildings.y[standing])
    second = shapely.distance(parts[1], points) < shapely.distance(parts[0], points)
    return {int(b): fresh if s else atom for b, s in zip(standing.tolist(), second.tolist(), strict=True)}


def _cut_rows(district: District, atom: int, rows: Ints, parts: ObjectArray, homes: dict[int, int]) -> Atoms:
    """Return the rows after the cut; neighbours only gain corners, so theirs stay."""
    sources = np.where(rows == len(district.atoms), atom, rows)
    made = _rows_of(district.atoms, sources)
    here, there = int(np.flatnonzero(rows == atom)[0]), len(rows) - 1
    columns = {f.name: getattr(made, f.name).copy() for f in fields(Atoms)}
    for name in ("people", "households"):
        columns[name][[here, there]] = _shares(district, name, atom, parts, homes)
    columns["area_m2"][[here, there]] = shapely.area(parts)
    columns["ids"][there] = _fresh_id(district.atoms.ids, str(district.atoms.ids[atom]))
    for place, part, number in ((here, parts[0], atom), (there, parts[1], len(district.atoms))):
        standing = [b for b, home in homes.items() if home == number]
        codes = [str(district.buildings.codes[b]) for b in standing]
        columns["building"][place] = codes[0] if len(codes) == 1 else ""
        if place == there or len(standing) != len(homes):
            columns["x"][place], columns["y"][place] = _point_of(district, part, standing)
    return Atoms(**columns)


def _shares(
    district: District, name: str, atom: int, parts: ObjectArray, homes: dict[int, int]
) -> tuple[int, int]:
    """Return people (or households) of both parts: by building, the rest by area."""
    counts = getattr(district.buildings, name)
    total = int(getattr(district.atoms, name)[atom])
    second = sum(int(counts[b]) for b, home in homes.items() if home != atom)
    rest = max(total - sum(int(counts[b]) for b in homes), 0)
    area = shapely.area(parts)
    second = min(second + round(rest * float(area[1] / area.sum())), total)
    return total - second, second


def _point_of(district: District, part: Any, standing: list[int]) -> tuple[float, float]:
    """Return the point of a part: its building with the most people, else a point inside."""
    if standing:
        main = max(standing, key=lambda b: int(district.buildings.people[b]))
        return float(district.buildings.x[main]), float(district.buildings.y[main])
    inside = part.representative_point()
    return inside.x, inside.y


def _fresh_id(ids: ObjectArray, base: str) -> str:
    """Return an identifier that no atom has."""
    taken = set(ids.tolist())
    return next(name for k in range(2, len(taken) + 3) if (name := f"{base}-{k}") not in taken)


def _cut_edges(district: District, atom: int, rows: Ints, shapes: ObjectArray) -> Adjacency:
    """Return the edges after the cut; what lay between the atom and a neighbour lies there still."""
    links, fresh = district.adjacency, len(district.atoms)
    touching = np.isin(links.a, rows) | np.isin(links.b, rows)
    mine = (links.a == atom) | (links.b == atom)
    found = [
        (int(a), int(b), float(length), int(kind))
        for a, b, length, kind in zip(
            *(getattr(links, n)[touching & ~mine] for n in ("a", "b", "length_m", "kind")), strict=True
        )
    ]
    here = shapes[np.flatnonzero(rows == atom)[0]], shapes[-1]
    found.append((atom, fresh, _common_length(*here), int(EdgeKind.BORDER)))
    for i in np.flatnonzero(mine).tolist():
        other, kind = int(links.a[i] + links.b[i] - atom), int(links.kind[i])
        neighbour = (
            shapes[np.flatnonzero(rows == other)[0]] if other in rows else district.atoms.geometry[other]
        )
        lengths = [_common_length(part, neighbour) for part in here]
        nearer = (
            int(np.argmax(lengths)) if max(lengths) > 0 else int(np.argmin(shapely.distance(here, neighbour)))
        )
        for part, number in enumerate((atom, fresh)):
            joined = kind in (EdgeKind.BRIDGE, EdgeKind.LINK)
            if lengths[part] > 0 or (joined and part == nearer):
                # A bridge has one foot on each bank; along the rest of the border runs the barrier.
                own = int(EdgeKind.BARRIER) if kind == EdgeKind.BRIDGE and part != nearer else kind
                found.append((min(number, other), max(number, other), lengths[part], own))
    return _edges(found, links.min_shared_border_m)


def _common_length(one: Any, other: Any) -> float:
    """Return the length of the border that two shapes share, metres."""
    shared = shared_segments(np.array([one, other], dtype=object))
    return float(shared.length_m[shared.b >= 0].sum())


# --- corners -------------------------------------------------------------------------------------------


def _is_at(xy: Floats, at: tuple[float, float]) -> npt.NDArray[np.bool_]:
    """Tell which vertices are the corner."""
    return np.asarray(np.hypot(xy[:, 0] - at[0], xy[:, 1] - at[1]) < ON_BORDER_M, bool)


def _refuse_torn(district: District, rows: Ints, before: ObjectArray, after: ObjectArray) -> None:
    """Raise UserError where moving the corner would break the coverage or rehouse people."""
    whole = shapely.union_all(before)
    if (
        not shapely.is_valid(after).all()
        or shapely.area(shapely.union_all(after)) < shapely.area(after).sum() - 1e-3
    ):
        raise UserError(_("Outlines would cross. Move the corner less far."))
    if shapely.area(shapely.symmetric_difference(whole, shapely.union_all(after))) > 1e-3:
        raise UserError(_("This corner lies on a community line or at the rim. Correct the layer instead."))
    if len(np.unique(district.atoms.community[rows])) > 1:
        raise UserError(_("This corner lies on a community line or at the rim. Correct the layer instead."))
    standing = np.flatnonzero(np.isin(district.buildings.atom, rows))
    place = {int(row): i for i, row in enumerate(rows)}
    homes = after[[place[int(a)] for a in district.buildings.atom[standing]]]
    points = shapely.points(district.buildings.x[standing], district.buildings.y[standing])
    left = standing[~shapely.intersects(homes, points)]
    if len(left):
        raise UserError(
            _("Building {name} would come to lie in another area. Move the corner less far.").format(
                name=f"{district.buildings.estates[left[0]]}{district.buildings.names[left[0]]}"
                or district.buildings.codes[left[0]]
            )
        )


def _relengthened(links: Adjacency, rows: Ints, shapes: ObjectArray) -> Adjacency:
    """Return the edges with an end in `rows`, those between two of them measured anew."""
    touching = np.flatnonzero(np.isin(links.a, rows) | np.isin(links.b, rows))
    place = {int(row): i for i, row in enumerate(rows)}
    found = []
    for i in touching.tolist():
        a, b, length = int(links.a[i]), int(links.b[i]), float(links.length_m[i])
        if a in place and b in place and length > 0:
            length = _common_length(shapes[place[a]], shapes[place[b]])
        found.append((a, b, length, int(links.kind[i])))
    return _edges(found, links.min_shared_border_m)


# --- both ----------------------------------------------------------------------------------------------


def _touching(district: District, shape: Any, exclude: int) -> Ints:
    """Return the atoms that touch a shape."""
    tree = shapely.STRtree(district.atoms.geometry)
    found = tree.query(shape, predicate="dwithin", distance=ON_BORDER_M)
    return np.sort(found[found != exclude]).astype(np.int64)


def _rows_of(atoms: Atoms, rows: Ints) -> Atoms:
    """Return some rows, without shapes."""
    columns = {f.name: getattr(atoms, f.name)[rows] for f in fields(Atoms)}
    return Atoms(**{**columns, "geometry": np.full(len(rows), None, dtype=object)})


def _edges(found: list[tuple[int, int, float, int]], least: float) -> Adjacency:
    """Return edges sorted by their atoms."""
    found.sort()
    columns = list(zip(*found, strict=True)) or [(), (), (), ()]
    return Adjacency(
        np.array(columns[0], np.int32),
        np.array(columns[1], np.int32),
        np.array(columns[2], np.float64),
        np.array(columns[3], np.int8),
        least,
    )


def _patches(district: District, change: _Change, n_after: int) -> tuple[AtomPatch, AtomPatch]:
    """Return the correction and the one back."""
    before = len(district.atoms)
    old = change.rows[change.rows < before]
    links = district.adjacency
    touching = np.isin(links.a, old) | np.isin(links.b, old)
    buildings = np.array(sorted(change.homes), np.int64)
    homes = np.array([change.homes[b] for b in sorted(change.homes)], np.int64)
    by = AtomPatch(
        n_after,
        change.rows,
        change.parents,
        change.atoms,
        _outlines(change.shapes),
        change.edges,
        buildings,
        homes,
    )
    back = AtomPatch(
        before,
        old,
        old.copy(),
        _rows_of(district.atoms, old),
        _outlines(district.atoms.geometry[old]),
        replace(
            links,
            a=links.a[touching],
            b=links.b[touching],
            length_m=links.length_m[touching],
            kind=links.kind[touching],
        ),
        buildings,
        district.buildings.atom[buildings].astype(np.int64),
    )
    return by, back


def _outlines(shapes: ObjectArray) -> Outlines:
    """Return shapes as rings."""
    rings, part_of = shapely.get_rings(shapes, return_index=True)
    xy, ring_of = shapely.get_coordinates(rings, return_index=True)
    return Outlines(
        np.ascontiguousarray(xy),
        np.searchsorted(ring_of, np.arange(len(rings) + 1)).astype(np.int64),
        np.searchsorted(part_of, np.arange(len(shapes) + 1)).astype(np.int64),
    )
