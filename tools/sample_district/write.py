# SPDX-License-Identifier: LGPL-3.0-or-later
"""Writes cities as the folder an office would hand over, with the truth beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from tools.sample_district.city import City
from tools.sample_district.faults import Planted, plant
from tools.sample_district.layers import (
    Codes,
    Table,
    area_layers,
    building_layers,
    make_codes,
    road_layers,
    site_layers,
)
from tools.sample_district.nets import make_nets
from tools.sample_district.shapefile import Form, ShapefileWriter
from tools.sample_district.spec import MAX_PEOPLE, MIN_PEOPLE, RADIUS_M
from tools.sample_district.tables import (
    Row,
    branch_rows,
    people_rows,
    worker_rows,
    write_branches,
    write_people,
    write_workers,
)

#: One layer as older programs leave it (GBK, no .cpg, language byte 0), one that lost its .prj.
_PAPERS = Path(__file__).resolve().parent / "papers"
_FORMS = {"estates": Form("gbk", 0, cpg=False), "sites": Form(prj=False)}


@dataclass(eq=False)
class Folder:
    """Everything of one city, ready to be written."""

    layers: dict[str, Table]
    nets: dict[str, Table]
    people: list[Row]
    workers: list[Row]
    branches: list[Row]
    truth: dict[str, Any]


def _truth(city: City, codes: Codes, planted: Planted, conflicts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what was planted and what is wrong with today's grids."""
    people = np.bincount(city.grid, city.cells.people)[: city.n_general]
    far = [g for g in range(city.n_general) if city.ground.radius(np.flatnonzero(city.grid == g)) > RADIUS_M]
    parts = shapely.get_num_geometries(city.unions(city.community))
    overlaps = [{**o, "a": codes.grid[o["a"]], "b": codes.grid[o["b"]]} for o in planted.overlaps]
    return {
        "overlaps": [{"layer": "grids", **o} for o in overlaps],
        "gaps": [{**g, "layer": "grids", "was": codes.grid[g["was"]]} for g in planted.gaps],
        "slivers": planted.slivers,
        "multipart": sorted(
            [codes.community[c] for c in np.flatnonzero(parts > 1)] + [codes.grid[g] for g in city.scattered]
        ),
        "river_cut": codes.community[city.river_cut] if city.river_cut >= 0 else "",
        "oversize": sorted(codes.grid[g] for g in np.flatnonzero(people > MAX_PEOPLE)),
        "undersize": sorted(codes.grid[g] for g in np.flatnonzero(people < MIN_PEOPLE)),
        "over_radius": sorted(codes.grid[g] for g in far),
        "net_conflicts": conflicts,
        "totals": {
            "communities": len(codes.community), "grids": city.n_general,
            "dedicated": len(codes.grid) - city.n_general, "buildings": len(city.buildings.x),
            "people": int(city.cells.people.sum()), "households": int(city.buildings.households.sum()),
        },
    }  # fmt: skip


def _shift_street(city: City, layers: dict[str, Table], codes: Codes, truth: dict[str, Any]) -> None:
    """Let one street office claim a block-sized piece of its neighbour's community, as on old maps."""
    street = city.street_of[city.community]
    a, b = city.cells.left, city.cells.right
    for e in np.flatnonzero((street[a] != street[b]) & (city.cells.shared_m > 30)):
        cell, taker = int(b[e]), int(street[a[e]])
        giver = int(street[cell])
        if not 3_000 < city.cells.polygons[cell].area < 20_000:
            continue
        label = street.copy()
        label[cell] = taker
        shapes = city.unions(label)
        if shapely.get_num_geometries(shapes[giver]) > shapely.get_num_geometries(
            layers["streets"].geometry[giver]
        ):
            continue
        layers["streets"] = Table(shapes, layers["streets"].columns)
        truth["streets_differ"] = [{
            "street": codes.street[giver], "claimed_by": codes.street[taker],
            "community": codes.community[int(city.community[cell])],
            "area_m2": round(float(city.cells.polygons[cell].area), 2),
        }]  # fmt: skip
        return


def make_folder(city: City) -> Folder:
    """Return layers, tables and truth of one city."""
    codes = make_codes(city)
    planted = plant(city, city.unions(city.grid))
    nets, conflicts = make_nets(city, codes, planted.touched)
    truth = _truth(city, codes, planted, conflicts)
    layers = {
        **area_layers(city, codes, planted),
        **building_layers(city, codes),
        **road_layers(city, codes),
        **site_layers(city, codes),
    }
    _shift_street(city, layers, codes, truth)
    columns = layers["buildings"].columns
    people = people_rows(city, codes, columns["XQMC"], columns["LH"])
    return Folder(layers, nets, people, worker_rows(city, codes), branch_rows(city, codes), truth)


def _add_truth(joined: dict[str, Any], truth: dict[str, Any]) -> None:
    """Add the truth of a city to that of those before it."""
    for key, value in truth.items():
        if isinstance(value, dict):
            joined[key] = {k: joined.get(key, {}).get(k, 0) + v for k, v in value.items()}
        elif isinstance(value, str):
            joined[key] = joined.get(key) or value
        else:
            joined[key] = joined[key] + value if key in joined else value


def write_folder(folders: Iterable[Folder], out: Path, total: int) -> dict[str, int]:
    """Write the cities side by side into one folder, each as it comes; return the totals of all.

    Parameters
    ----------
    folders : iterable of Folder
        Taken one at a time, so that only one city is in memory, but for its tables.
    out : Path
        Made if absent; files of the same name are replaced.
    total : int
        Number of grids that the written configuration asks for.
    """
    (out / "nets").mkdir(parents=True, exist_ok=True)
    writers: dict[str, ShapefileWriter] = {}
    people: list[Row] = []
    workers: list[Row] = []
    branches: list[Row] = []
    truth: dict[str, Any] = {}
    for folder in folders:
        nets = {f"nets/{name}": table for name, table in folder.nets.items()}
        for name, table in {**folder.layers, **nets}.items():
            if name not in writers:
                writers[name] = ShapefileWriter(out / name, _FORMS.get(name))
            writers[name].add(table.geometry, table.columns)
        people += folder.people
        workers += folder.workers
        branches += folder.branches
        _add_truth(truth, folder.truth)
    for writer in writers.values():
        writer.close()
    write_people(out / "people.xlsx", people)
    write_workers(out / "workers.xlsx", workers)
    write_branches(out / "branches.xlsx", branches)
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (out / "truth.json").write_text(text + "\n", encoding="utf-8")
    config = (_PAPERS / "config.toml").read_text(encoding="utf-8").replace("TOTAL", str(total))
    (out / "config.toml").write_text(config, encoding="utf-8")
    (out / "README.md").write_bytes((_PAPERS / "README.md").read_bytes())
    return dict(truth["totals"])
