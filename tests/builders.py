# SPDX-License-Identifier: LGPL-3.0-or-later
r"""Toy towns for tests, drawn as ASCII: one character is one square atom.

The first row is the north. A letter or digit names the old grid of the atom, `.` a gap. A second
drawing of the same size may name the communities; by default all belong to one. The people are one
number for all atoms or one per atom in reading order.

Example
-------
>>> from tests.builders import town
>>> district = town("AAB\nAAB\nCCB")
>>> [g.code[-3:] for g in district.grids_before], len(district.atoms)
(['001', '002', '003'], 9)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from shapely import box, union_all

from gridplanner.model.adjacency import Adjacency, EdgeKind
from gridplanner.model.atoms import Atoms, Buildings, ObjectArray
from gridplanner.model.jurisdiction import Communities, District
from gridplanner.model.kinds import GridKind
from gridplanner.model.plan import GridRecord, Plan

SIDE_M = 100.0
ORIGIN = (400_000.0, 3_500_000.0)
CRS = "EPSG:4545"


def objects(values: Iterable[object]) -> ObjectArray:
    """Return a flat object array; numpy alone would unpack geometries and sequences."""
    listed = list(values)
    out = np.empty(len(listed), dtype=object)
    out[:] = listed
    return out


def town(
    grids: str,
    communities: str = "",
    people: int | Sequence[int] = 100,
    *,
    estates: str = "",
    dedicated: str = "",
    barriers: Iterable[tuple[int, int]] = (),
    bridges: Iterable[tuple[int, int]] = (),
    side_m: float = SIDE_M,
) -> District:
    """Return a district of square atoms, each with one building in its middle.

    Parameters
    ----------
    grids : str
        Rows of equal length: the letter of each atom's old grid, `.` for none, a space for no atom.
    communities : str
        Rows of the same size: the letter of each atom's community; one community if empty.
    people : int or sequence of int
        People per atom; one household for each two people.
    estates : str
        Rows of the same size: the letter of each atom's estate, `.` for none.
    dedicated : str
        Letters of the old grids that are dedicated.
    barriers, bridges : pairs of atom indices
        Borders that a barrier closes; atoms that a bridge joins.
    side_m : float
        Side of an atom, metres.
    """
    rows = _rows(grids)
    cells = [(r, c) for r, row in enumerate(rows) for c, letter in enumerate(row) if letter != " "]
    community_of, names = _letters(communities or "\n".join("a" * len(row) for row in rows), cells)
    letters = [rows[r][c] for r, c in cells]
    codes = sorted(set(letters) - {"."})
    squares = objects(_square(r, c, len(rows), side_m) for r, c in cells)
    atoms = _atoms(squares, community_of, [codes.index(x) if x != "." else -1 for x in letters], people)
    estate_of, estate_names = _letters(estates, cells) if estates else (np.full(len(cells), -1), [])
    atoms = Atoms(**{**vars(atoms), "estate": estate_of.astype(np.int32)})
    return District(
        name="示意区",
        crs=CRS,
        communities=_communities(squares, community_of, names),
        atoms=atoms,
        adjacency=_adjacency(cells, side_m, set(barriers), set(bridges)),
        buildings=_buildings(atoms, estate_names),
        grids_before=_records(codes, letters, community_of, dedicated),
        grids_before_geometry=objects(
            union_all(squares[[i for i, x in enumerate(letters) if x == code]]) for code in codes
        ),
        estates=objects(f"{name}小区" for name in estate_names),
    )


def plan_of(district: District, drawing: str, codes: Mapping[str, str] | None = None) -> Plan:
    """Return a plan drawn over a town: a letter per grid, `.` for unassigned atoms."""
    rows = _rows(drawing)
    letters = [letter for row in rows for letter in row if letter != " "]
    names = sorted(set(letters) - {"."})
    assignment = np.array([names.index(x) if x != "." else -1 for x in letters], np.int32)
    grids = []
    for g, name in enumerate(names):
        community = int(district.atoms.community[np.flatnonzero(assignment == g)[0]])
        code = (codes or {}).get(name, f"{district.communities.codes[community]}{g + 1:03d}")
        grids.append(GridRecord(code, f"第{g + 1}网格", community))
    return Plan(assignment, tuple(grids), name="示意方案")


def _rows(drawing: str) -> list[str]:
    rows = [row for row in drawing.strip("\n").splitlines() if row.strip()]
    indent = min(len(row) - len(row.lstrip()) for row in rows)
    return [row[indent:] for row in rows]


def _letters(drawing: str, cells: list[tuple[int, int]]) -> tuple[npt.NDArray[np.int32], list[str]]:
    """Return the index of each cell's letter and the letters; -1 for a dot."""
    rows = _rows(drawing)
    letters = [rows[r][c] for r, c in cells]
    names = sorted(set(letters) - {"."})
    return np.array([names.index(x) if x != "." else -1 for x in letters], np.int32), names


def _square(row: int, column: int, rows: int, side: float) -> object:
    west, south = ORIGIN[0] + column * side, ORIGIN[1] + (rows - 1 - row) * side
    return box(west, south, west + side, south + side)


def _atoms(
    squares: ObjectArray,
    community: npt.NDArray[np.int32],
    old_grid: list[int],
    people: int | Sequence[int],
) -> Atoms:
    n = len(squares)
    persons = np.full(n, people, np.int64) if isinstance(people, int) else np.array(people, np.int64)
    middles = np.array([(g.centroid.x, g.centroid.y) for g in squares])
    return Atoms(
        ids=objects(f"T{i + 1:05d}" for i in range(n)),
        geometry=squares,
        community=community.astype(np.int32),
        old_grid=np.array(old_grid, np.int32),
        people=persons,
        households=persons // 2,
        area_m2=np.array([g.area for g in squares]),
        x=middles[:, 0],
        y=middles[:, 1],
        estate=np.full(n, -1, np.int32),
        building=objects(f"B{i + 1:05d}" for i in range(n)),
    )


def _buildings(atoms: Atoms, estates: list[str]) -> Buildings:
    n = len(atoms)
    return Buildings(
        codes=atoms.building,
        names=objects(f"{i + 1}幢" for i in range(n)),
        estates=objects(f"{estates[e]}小区" if e >= 0 else "" for e in atoms.estate),
        atom=np.arange(n, dtype=np.int32),
        x=atoms.x,
        y=atoms.y,
        people=atoms.people,
        households=atoms.households,
        geometry=objects(g.centroid for g in atoms.geometry),
    )


def _communities(squares: ObjectArray, community: npt.NDArray[np.int32], names: list[str]) -> Communities:
    n = len(names)
    return Communities(
        codes=objects(f"511902001{i + 1:03d}" for i in range(n)),
        names=objects(f"示意{name}社区" for name in names),
        types=objects(["商品住宅型"] * n),
        street_codes=objects(["511902001"] * n),
        street_names=objects(["示意街道"] * n),
        geometry=objects(union_all(squares[community == i]) for i in range(n)),
    )


def _records(
    codes: list[str], letters: list[str], community: npt.NDArray[np.int32], dedicated: str
) -> tuple[GridRecord, ...]:
    records = []
    for number, code in enumerate(codes):
        home = int(community[letters.index(code)])
        kind = GridKind.DEDICATED if code in dedicated else GridKind.GENERAL
        text = f"511902001{home + 1:03d}{number + 1:03d}"
        unit = "学校" if kind is GridKind.DEDICATED else ""
        records.append(GridRecord(text, f"{code}网格", home, kind, unit))
    return tuple(records)


def _adjacency(
    cells: list[tuple[int, int]], side: float, barriers: set[tuple[int, int]], bridges: set[tuple[int, int]]
) -> Adjacency:
    index = {cell: i for i, cell in enumerate(cells)}
    edges: dict[tuple[int, int], tuple[float, EdgeKind]] = {}
    for (r, c), i in index.items():
        for other in ((r, c + 1), (r + 1, c)):
            if other in index:
                pair = (min(i, index[other]), max(i, index[other]))
                edges[pair] = (side, EdgeKind.BARRIER if pair in barriers else EdgeKind.BORDER)
    for pair in bridges:
        edges[pair] = (edges.get(pair, (0.0, EdgeKind.BORDER))[0], EdgeKind.BRIDGE)
    pairs = sorted(edges)
    return Adjacency(
        a=np.array([a for a, _ in pairs], np.int32),
        b=np.array([b for _, b in pairs], np.int32),
        length_m=np.array([edges[p][0] for p in pairs]),
        kind=np.array([edges[p][1] for p in pairs], np.int8),
    )
