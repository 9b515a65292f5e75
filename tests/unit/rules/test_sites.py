# SPDX-License-Identifier: LGPL-3.0-or-later
"""Facilities: in no grid, cut by a grid line, not yet dedicated grids; nothing where there are no grids."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from gridplanner.model.jurisdiction import District
from gridplanner.model.layers import Layer
from gridplanner.model.ruleset import RuleSet
from gridplanner.rules.check import check
from tests.builders import SIDE_M, town


def with_sites(district: District, *boxes: tuple[float, float, float, float]) -> District:
    """Return a town with facilities, in sides of an atom from its lower left corner."""
    x0, y0, _x1, _y1 = shapely.total_bounds(district.atoms.geometry)
    shapes = [shapely.box(*(np.array(box) * SIDE_M + (x0, y0, x0, y0))) for box in boxes]
    names = np.array([f"单位{i}" for i in range(len(boxes))], object)
    layer = Layer("sites", "sites.shp", np.array(shapes, object), {"name": names, "code": names})
    return replace(district, originals={**district.originals, "sites": layer})


def remarks(district: District) -> dict[str, tuple[str, ...]]:
    found = check(district, district.plan_today(), RuleSet())
    return {f.rule: f.subjects for f in found if f.rule.startswith("site_")}


def test_each_facility_is_told_once_for_what_it_is() -> None:
    district = with_sites(
        town("AABB", dedicated=""), (0.2, 0.2, 0.8, 0.8), (1.6, 0.2, 2.4, 0.8), (9.0, 9.0, 9.5, 9.5)
    )
    assert remarks(district) == {
        "site_outside": ("单位2",),
        "site_cut": ("单位1",),
        "site_candidate": ("单位0", "单位1"),
    }


def test_a_facility_with_a_grid_of_its_own_is_no_candidate() -> None:
    assert remarks(with_sites(town("AABB", dedicated="A"), (0.2, 0.2, 1.8, 0.8))) == {}


def test_where_there_are_no_grids_none_is_missed() -> None:
    assert remarks(with_sites(town("...."), (0.2, 0.2, 0.8, 0.8))) == {}
