# SPDX-License-Identifier: LGPL-3.0-or-later
"""Where the contest is held: generated cities, many of them side by side, and Edinburgh.

A town is made once and kept as plain arrays, so that each program starts from the same file in a
process of its own.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.geometry.district import build_district
from gridplanner.io.reading import read_layers
from gridplanner.model.adjacency import Adjacency
from gridplanner.model.atoms import Atoms, Buildings
from gridplanner.model.jurisdiction import Communities, District
from gridplanner.model.kinds import GridKind
from gridplanner.model.plan import GridRecord
from gridplanner.workspace.config import load_config
from tools.make_sample_district import folder_of, specs
from tools.sample_district.spec import CitySpec
from tools.sample_district.write import write_folder

#: Shapes kept or read at a time: a province is read in little more memory than it then takes.
_CHUNK = 50_000
ROOT = Path(__file__).resolve().parents[2]
#: How the chunks of shapes in a kept town are named, and what has shapes.
_SHAPES, _SHAPED = "shapes.", ("atoms", "communities")
Columns = dict[str, npt.NDArray[Any]]
T = TypeVar("T")


def shared_data() -> Path:
    """Return the folder of open data that is read in place."""
    return Path(os.environ.get("GRIDPLANNER_SHARED_DATA", ROOT.parent / "shared" / "data"))


def edinburgh() -> District | None:
    """Return the 4,322 census areas of Edinburgh; None where the open data is not there."""
    if not (shared_data() / "open" / "uk_edinburgh_oa_4322").is_dir():
        return None
    text = (ROOT / "examples" / "edinburgh.toml").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "edinburgh.toml"
        path.write_text(text.replace("../../shared/data", shared_data().as_posix()), encoding="utf-8")
        return _built(path)


def city(spec: CitySpec) -> District:
    """Return one generated city, read from its files as any other would be."""
    with tempfile.TemporaryDirectory() as folder:
        write_folder([folder_of(spec)], Path(folder), total=round(288 * spec.scale))
        return _built(Path(folder) / "config.toml")


def cities(seed: int, number: int) -> Iterator[District]:
    """Yield the cities that `make_sample_district --cities` writes side by side, one after another."""
    yield from map(city, specs(seed, number))


def _built(path: Path) -> District:
    """Return the district of a configuration without the layers that it was made from."""
    config = load_config(path)
    district, _findings = build_district(read_layers(config.layers, config.nets, config.base), config.build)
    buildings = replace(district.buildings, geometry=_no_shapes(len(district.buildings.codes)))
    none = np.empty(0, dtype=object)
    return replace(district, buildings=buildings, grids_before_geometry=none, originals={}, nets={})


def _no_shapes(n: int) -> npt.NDArray[np.object_]:
    """Return what stands for the footprints: the engine measures from the points of buildings alone."""
    return np.empty(n, dtype=object)


def renamed(town: District, number: int) -> District:
    """Return a town under other codes, so that it can stand beside itself."""

    def code(values: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        return _objects(np.array([f"{number:03d}{str(v)[3:]}" for v in values], dtype=str))

    records = tuple(
        replace(g, code=f"{number:03d}{g.code[3:]}", name=f"{number:03d}{g.name[3:]}")
        for g in town.grids_before
    )
    return replace(
        town,
        communities=replace(town.communities, codes=code(town.communities.codes)),
        grids_before=records,
    )


def save(district: District, path: Path) -> None:
    """Keep a district as arrays without a single Python object in them."""
    columns: Columns = {}
    for part in ("communities", "atoms", "buildings"):
        for name, values in _columns(getattr(district, part)).items():
            columns.update(_plain(f"{part}.{name}", values))
    columns["buildings.geometry"] = np.empty(0)
    for part in _SHAPED:
        shapes = getattr(district, part).geometry
        for k, first in enumerate(range(0, len(shapes), _CHUNK)):
            columns.update(_as_bytes(f"{_SHAPES}{part}.{k:04d}", shapes[first : first + _CHUNK]))
    columns.update({f"adjacency.{name}": values for name, values in _columns(district.adjacency).items()})
    columns.update(_plain("estates", district.estates))
    columns["grid.code"] = _words(np.array([g.code for g in district.grids_before], dtype=object))
    columns["grid.community"] = np.array([g.community for g in district.grids_before], np.int64)
    columns["grid.kind"] = _words(np.array([str(g.kind) for g in district.grids_before], dtype=object))
    columns["name"] = np.array([district.name, district.crs])
    np.savez(path, **columns)


def load(path: Path) -> District:
    """Return a district that was kept with `save`."""
    with np.load(path) as kept:
        columns = {name: kept[name] for name in kept.files if not name.startswith(_SHAPES)}
        columns |= {f"{part}.geometry": _shapes(kept, f"{_SHAPES}{part}.") for part in _SHAPED}
    _share_words(columns)
    name, crs = columns.pop("name").tolist()
    records = tuple(
        GridRecord(code, code, int(community), GridKind(kind))
        for code, community, kind in zip(
            *(columns.pop(f"grid.{key}").tolist() for key in ("code", "community", "kind")), strict=True
        )
    )
    buildings = _table(Buildings, "buildings", columns)
    return District(
        name,
        crs,
        _table(Communities, "communities", columns),
        _table(Atoms, "atoms", columns),
        _table(Adjacency, "adjacency", columns),
        replace(buildings, geometry=_no_shapes(len(buildings.codes))),
        records,
        estates=_objects(columns.pop("estates")),
    )


def joined(towns: Sequence[District]) -> District:
    """Return towns side by side as one district; their codes must differ."""
    first, side = towns[0], _SideBySide(towns)
    atoms = side.table(Atoms, "atoms", {"community": "communities", "old_grid": "grids", "estate": "estates"})
    edges = [side.column("adjacency", name, "atoms").astype(np.int32) for name in "ab"]
    more = [side.column("adjacency", name) for name in ("length_m", "kind")]
    records = tuple(
        replace(g, community=g.community + int(shift))
        for town, shift in zip(towns, side.shift["communities"], strict=False)
        for g in town.grids_before
    )
    numbered = np.array([f"A{k + 1:07d}" for k in range(len(atoms))] + [None], dtype=object)[:-1]
    return District(
        first.name,
        first.crs,
        side.table(Communities, "communities", {}),
        replace(atoms, ids=numbered),
        Adjacency(*edges, *more, first.adjacency.min_shared_border_m),
        side.table(Buildings, "buildings", {"atom": "atoms"}),
        records,
        estates=np.concatenate([t.estates for t in towns]),
    )


class _SideBySide:
    """Columns of several towns one after another, with what they point at moved along."""

    def __init__(self, towns: Sequence[District]) -> None:
        self.towns = towns
        sizes = {
            "atoms": [len(t.atoms) for t in towns],
            "communities": [len(t.communities) for t in towns],
            "grids": [len(t.grids_before) for t in towns],
            "estates": [len(t.estates) for t in towns],
        }
        self.shift = {name: np.concatenate([[0], np.cumsum(n)]) for name, n in sizes.items()}

    def column(self, part: str, name: str, of: str = "") -> npt.NDArray[Any]:
        """Return a column of all towns; `of` names what its numbers count."""
        values = [getattr(getattr(t, part), name) for t in self.towns]
        if of:
            values = [np.where(v >= 0, v + s, -1) for v, s in zip(values, self.shift[of], strict=False)]
        return np.concatenate(values)

    def table(self, kind: type[T], part: str, of: dict[str, str]) -> T:
        """Return a record of columns of all towns."""
        columns = {f.name: self.column(part, f.name, of.get(f.name, "")) for f in fields(kind)}  # type: ignore[arg-type]
        return kind(**{k: v.astype(np.int32) if k in of else v for k, v in columns.items()})


def excerpt(district: District, groups: Sequence[npt.NDArray[np.int64]]) -> District:
    """Return a town of these groups of atoms alone, each a community of its own."""
    rows = np.concatenate(groups)
    place = np.full(len(district.atoms), -1, np.int32)
    place[rows] = np.arange(len(rows))
    atoms = Atoms(**{f.name: getattr(district.atoms, f.name)[rows] for f in fields(Atoms)})
    home = np.repeat(np.arange(len(groups)), [len(g) for g in groups]).astype(np.int32)
    olds, old = np.unique(atoms.old_grid, return_inverse=True)
    old = old.astype(np.int32) - int((olds < 0).any())
    edges = district.adjacency
    inside = (place[edges.a] >= 0) & (place[edges.b] >= 0)
    a, b = place[edges.a[inside]], place[edges.b[inside]]
    order = np.lexsort((np.maximum(a, b), np.minimum(a, b)))
    stands = np.append(place, -1)[district.buildings.atom] >= 0
    buildings = Buildings(**{f.name: getattr(district.buildings, f.name)[stands] for f in fields(Buildings)})
    first = [int(district.atoms.community[g[0]]) for g in groups]
    communities = {f.name: getattr(district.communities, f.name)[first] for f in fields(Communities)}
    codes = np.array([f"{k + 1:012d}" for k in range(len(groups))] + [None], dtype=object)[:-1]
    return replace(
        district,
        communities=Communities(**{**communities, "codes": codes}),
        atoms=replace(atoms, community=home, old_grid=old),
        adjacency=Adjacency(
            np.minimum(a, b)[order],
            np.maximum(a, b)[order],
            edges.length_m[inside][order],
            edges.kind[inside][order],
            edges.min_shared_border_m,
        ),
        buildings=replace(buildings, atom=place[buildings.atom]),
        grids_before=tuple(
            replace(district.grids_before[g], community=int(home[np.flatnonzero(old == k)[0]]))
            for k, g in enumerate(olds[olds >= 0])
        ),
    )


def _columns(part: object) -> Columns:
    """Return the arrays of a record of columns."""
    return {f.name: v for f in fields(part) if isinstance(v := getattr(part, f.name), np.ndarray)}  # type: ignore[arg-type]


def _plain(name: str, values: npt.NDArray[Any]) -> Columns:
    """Return a column without objects: texts as fixed width, shapes as their bytes and where each ends."""
    if values.dtype != object:
        return {name: values}
    return {} if name.endswith(".geometry") else {name: _words(values)}


def _as_bytes(name: str, shapes: npt.NDArray[np.object_]) -> Columns:
    """Return shapes as their bytes, and where each ends."""
    blobs = shapely.to_wkb(shapes)
    ends = np.cumsum([len(b) for b in blobs])
    return {name: np.frombuffer(b"".join(blobs), np.uint8), f"{name}.ends": ends}


def _shapes(kept: Any, start: str) -> npt.NDArray[np.object_]:  # numpy's file has no public type
    """Return shapes that were kept as bytes under names that begin so, read chunk by chunk."""
    found = []
    for name in sorted(n for n in kept.files if n.startswith(start) and not n.endswith(".ends")):
        raw, ends = kept[name].tobytes(), kept[f"{name}.ends"].tolist()
        starts = [0, *ends[:-1]]
        found.append(shapely.from_wkb([raw[a:b] for a, b in zip(starts, ends, strict=True)]))
    return np.concatenate(found) if found else np.empty(0, dtype=object)


def _words(values: npt.NDArray[np.object_]) -> npt.NDArray[np.str_]:
    return np.array([str(v) for v in values], dtype=str) if len(values) else np.empty(0, "U1")


def _share_words(columns: Columns) -> None:
    """Turn columns of texts into objects, each text once: names of estates and codes of buildings recur."""
    known: dict[str, str] = {}
    for name, values in columns.items():
        if values.dtype.kind == "U" and name.startswith(("atoms", "buildings")):
            columns[name] = _objects(np.array([known.setdefault(v, v) for v in values.tolist()], object))


def _objects(values: npt.NDArray[Any]) -> npt.NDArray[np.object_]:
    return np.array([*values.tolist(), None], dtype=object)[:-1]


def _table(kind: type[T], part: str, columns: Columns) -> T:
    """Return a record from the columns of its name, which are taken out."""
    found: dict[str, Any] = {}
    for field in fields(kind):  # type: ignore[arg-type]
        values = columns.pop(f"{part}.{field.name}", None)
        if values is None:
            continue
        found[field.name] = _objects(values) if values.dtype.kind == "U" else values
    return kind(**found)
