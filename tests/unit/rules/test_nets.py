# SPDX-License-Identifier: LGPL-3.0-or-later
"""Departmental nets over a toy town: conflicts, masters, agreement, one net, crosswalk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from shapely import box, union_all

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import District
from gridplanner.model.layers import Layer
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RuleSet
from gridplanner.reports.nets import net_tables, nets_json
from gridplanner.rules.nets import agreement, double_staff, masters, net_conflicts, net_crosswalk, one_net
from gridplanner.workspace.one_net import shared_units
from gridplanner.workspace.usecases import propose
from tests.builders import ORIGIN, SIDE_M, objects, town


def with_nets(district: District, **drawings: str) -> District:
    """Add nets drawn like towns: one letter per atom names its unit."""
    nets = {}
    for name, drawing in drawings.items():
        rows = drawing.split("\n")
        cells: dict[str, list[object]] = {}
        for r, row in enumerate(rows):
            for c, letter in enumerate(row):
                x, y = ORIGIN[0] + c * SIDE_M, ORIGIN[1] + (len(rows) - 1 - r) * SIDE_M
                cells.setdefault(letter, []).append(box(x, y, x + SIDE_M, y + SIDE_M))
        letters = sorted(cells)
        shapes = objects(union_all(cells[letter]) for letter in letters)
        nets[name] = Layer(
            f"nets.{name}", name, shapes, {"code": objects(letters)}, {}, np.arange(1, len(shapes) + 1)
        )
    return replace(district, nets=nets)


def test_atoms_of_the_toy_town_lie_where_nets_are_drawn() -> None:
    district = with_nets(town("AABB\nAABB"), police="xxyy\nxxyy")
    assert net_conflicts(district) == ()
    assert (masters(district) == 1).all()
    _names, matrix = agreement(district)
    assert matrix.tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_a_part_of_a_grid_under_another_unit_is_a_conflict() -> None:
    district = with_nets(town("AABB\nAABB"), police="xxxy\nxxyy")
    found = net_conflicts(district)
    assert [(c.net, c.unit, c.other_unit, c.people) for c in found] == [("police", "x", "y", 100)]
    assert found[0].area_m2 == pytest.approx(SIDE_M**2)
    assert found[0].grid == district.grids_before[1].code


def test_one_net_keeps_the_lines_most_nets_draw() -> None:
    district = with_nets(town("AABB"), one="xyyy", two="xxyy", three="xxyy")
    units = one_net(district)
    assert len(set(units[:2])) == 1
    assert len(set(units[2:])) == 1
    assert units[0] != units[3]


def test_crosswalk_of_a_net_keeps_people() -> None:
    district = with_nets(town("AABB"), police="xyyy")
    rows = net_crosswalk(district, district.plan_today(), "police")
    assert sum(r[2] for r in rows) == 400
    assert [(r[0], r[2]) for r in rows] == [("x", 100), ("y", 100), ("y", 200)]
    assert double_staff(district, district.plan_today()) == 2


def test_one_net_is_planned_by_the_engine_from_the_lines_most_nets_share() -> None:
    """Two of three nets part the town in the middle; today's grids do not."""
    row = "AAAABBBB"
    nets = {"one": "xxxxxxyy", "two": "xxxyyyyy", "three": "xxxyyyyy", "four": "xxxyyyyy"}
    district = with_nets(town(f"{row}\n{row}", people=100), **{k: f"{v}\n{v}" for k, v in nets.items()})
    contents = ProjectContents(district, RuleSet(people=Band(500, 1100)), PlanRequest())
    assert len(shared_units(district).grids_before) == 2
    plan = propose(contents, PlanRequest(total=2, one_net=True, certify_s=0)).plan
    assert plan.assignment[:8].tolist() in ([0, 0, 0, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0, 0, 0])
    assert [record.code for record in plan.grids] == ["", ""]
    asked = propose(contents, PlanRequest(total=2, certify_s=0)).plan
    assert asked.assignment[:8].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_dedicated_grids_stay_whatever_departments_draw() -> None:
    district = with_nets(town("AAAD\nAAAD", people=100, dedicated="D"), one="xxyy\nxxyy")
    units = shared_units(district)
    kept = [g for g, record in enumerate(units.grids_before) if record.code == district.grids_before[1].code]
    assert units.atoms.old_grid[[3, 7]].tolist() == kept * 2


def test_one_net_without_nets_is_refused() -> None:
    contents = ProjectContents(town("AABB"), RuleSet(), PlanRequest())
    with pytest.raises(UserError):
        propose(contents, PlanRequest(one_net=True))


def test_tables_of_nets_add_up() -> None:
    district = with_nets(town("AABB\nAABB"), police="xxxy\nxxyy")
    tables = {table.name: table for table, _tab in net_tables(district, district.plan_today())}
    assert [row[2 + k] for k, row in enumerate(tables["net_agreement"].rows)] == [1.0, 1.0]
    assert [row[5] for row in tables["net_conflicts"].rows] == [100]
    assert sum(row[2] for row in tables["net_masters"].rows) == 800
    assert sum(row[2] for row in tables["net_police"].rows) == 800
    stated = nets_json(district, district.plan_today())
    assert stated["conflicts"]["police"] == {"count": 1, "people": 100, "area_m2": 10_000.0}
    assert stated["masters"] == {"2": 8}
