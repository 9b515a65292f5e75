# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a GIS wants to see in a project file though it follows from the rest: written, never read back."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from gridplanner.geometry.dissolve import grid_polygons
from gridplanner.io.project import codec
from gridplanner.io.project.tables import TableWriter
from gridplanner.model.atoms import ObjectArray
from gridplanner.model.change import crosswalk
from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import Plan
from gridplanner.model.staff import Branch


def write_derived(tables: TableWriter, district: District, plan: Plan) -> None:
    """Write the layers and tables of the plan in work.

    Parameters
    ----------
    tables : TableWriter
    district : District
    plan : Plan
        The plan in work; today's division where none is.
    """
    _write_grids(tables, district, plan)
    _write_branches(tables, plan)
    _write_crosswalk(tables, district, plan)


def _write_grids(tables: TableWriter, district: District, plan: Plan) -> None:
    """Write the grids of the plan as polygons with their totals."""
    leading = {tie.grid: tie.branch for tie in plan.ties if tie.leading}
    homes = [
        (district.communities.codes[g.community], district.communities.names[g.community]) for g in plan.grids
    ]
    columns: dict[str, list[Any]] = {
        "code": [g.code for g in plan.grids],
        "name": [g.name for g in plan.grids],
        "community_code": [str(code) for code, _name in homes],
        "community": [str(name) for _code, name in homes],
        "kind": [g.kind.value for g in plan.grids],
        "dedicated_kind": [g.dedicated_kind for g in plan.grids],
        "people": plan.sums(district.atoms.people).tolist(),
        "households": plan.sums(district.atoms.households).tolist(),
        "change": [g.change.value if g.change else "" for g in plan.grids],
        "former": [";".join(g.former) for g in plan.grids],
        "branch_code": [leading.get(i, "") for i in range(plan.n_grids)],
        "worker": [g.worker for g in plan.grids],
        "reason": [g.reason for g in plan.grids],
    }
    numbers = {"people", "households"}
    types = {name: "INTEGER" if name in numbers else "TEXT" for name in columns}
    tables.table("grids", columns, types, dissolve(district.atoms.geometry, plan))


def dissolve(geometry: ObjectArray, plan: Plan) -> ObjectArray:
    """Return the polygon of each grid, object[n_grids]; None for a grid without atoms.

    Ready-made areas need not fit together vertex by vertex, as the quick union of coverages asks.
    """
    return grid_polygons(geometry, plan.assignment, plan.n_grids)


def _write_branches(tables: TableWriter, plan: Plan) -> None:
    """Write the branches as points of their meeting places, and which grid each works in."""
    places = np.empty(len(plan.branches), dtype=object)
    places[:] = [
        shapely.Point(b.x, b.y) if np.isfinite(b.x) and np.isfinite(b.y) else None for b in plan.branches
    ]
    columns = codec.records_to_columns(plan.branches, Branch)
    tables.table("branches", columns, codec.record_fields(Branch), places)
    codes = [plan.grids[tie.grid].code for tie in plan.ties]
    tables.table(
        "grid_branches",
        {
            "grid_code": codes,
            "branch_code": [tie.branch for tie in plan.ties],
            "leading": [int(tie.leading) for tie in plan.ties],
            "joint": [int(tie.joint) for tie in plan.ties],
        },
        {"grid_code": "TEXT", "branch_code": "TEXT", "leading": "INTEGER", "joint": "INTEGER"},
    )


def _write_crosswalk(tables: TableWriter, district: District, plan: Plan) -> None:
    """Write the pairs of old and new grids with an atom in common."""
    before = district.plan_today()
    pairs = crosswalk(district.atoms, before, plan)
    old_codes = [g.code for g in before.grids] + [""]
    new_codes = [g.code for g in plan.grids] + [""]
    columns: dict[str, list[Any]] = {
        "old_code": [old_codes[i] for i in pairs.old.tolist()],
        "new_code": [new_codes[i] for i in pairs.new.tolist()],
        "atoms": pairs.atoms.tolist(),
        "people": pairs.people.tolist(),
        "households": pairs.households.tolist(),
        "area_m2": pairs.area_m2.tolist(),
    }
    types = dict.fromkeys(columns, "INTEGER") | {"old_code": "TEXT", "new_code": "TEXT", "area_m2": "REAL"}
    tables.table("crosswalk", columns, types)
