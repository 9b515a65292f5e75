# SPDX-License-Identifier: LGPL-3.0-or-later
"""Layers as bad as they come: checked, mended and held against each other without a crash or a lie."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import (
    GeometryCollection,
    LineString,
    MultiPolygon,
    Point,
    Polygon,
    box,
    force_3d,
)

from gridplanner.geometry.defects import DefectKind, coverage_defects
from gridplanner.geometry.mend import propose_mends
from gridplanner.geometry.safely import mend_safely
from gridplanner.geometry.tiers import tier_faults
from tests.builders import objects

_xy = st.tuples(st.integers(0, 60), st.integers(0, 60))


@st.composite
def shapes(draw: st.DrawFn) -> object:
    """Draw one geometry: sound, or wrong in one of the ways that files are."""
    a, b, c, d = (draw(_xy) for _corner in range(4))
    sound = box(min(a[0], c[0]), min(a[1], c[1]), max(a[0], c[0]) + 1, max(a[1], c[1]) + 1)
    return draw(
        st.sampled_from(
            [
                sound,
                force_3d(sound, 7.0),
                Polygon([a, b, c, d]),
                Polygon([a, c, a, d]),
                Polygon([(0, 0), (math.nan, 4), (4, 4)]),
                Polygon([(0, 0), (math.inf, 4), (4, 4)]),
                Polygon(),
                None,
                Point(a),
                LineString([a, (b[0] + 70, b[1])]),
                MultiPolygon([sound, box(*(v + 100 for v in sound.bounds))]),
                GeometryCollection([sound, Point(a)]),
                GeometryCollection([MultiPolygon([sound]), LineString([a, (b[0] + 70, b[1])])]),
            ]
        )
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(shapes(), min_size=1, max_size=6))
def test_any_mixture_is_judged_and_mended(layer: list[object]) -> None:
    polygons = objects(layer)
    found = coverage_defects(polygons)
    assert all(math.isfinite(d.area_m2) and d.area_m2 >= 0 for d in found)
    told = {d.units[0] for d in found if d.kind is DefectKind.INVALID}
    usable = {k for k, s in enumerate(layer) if s is not None and s.is_valid and s.area > 0 and _flat(s)}
    assert told == set(range(len(layer))) - usable
    done, _refused = mend_safely(polygons, propose_mends(polygons, found))
    assert done.fresh == ()
    assert all(s is None or s.is_valid for s in done.polygons)


def _flat(shape: shapely.Geometry) -> bool:
    """Tell whether a shape is an area by its type."""
    return shape.geom_type in ("Polygon", "MultiPolygon")


@settings(max_examples=40, deadline=None)
@given(st.lists(shapes(), min_size=1, max_size=5), st.lists(shapes(), min_size=1, max_size=3))
def test_any_two_layers_can_be_held_against_each_other(lower: list[object], upper: list[object]) -> None:
    parent = np.arange(len(lower)) % (len(upper) + 1) - 1
    found = tier_faults(objects(lower), objects(upper), parent)
    assert all(math.isfinite(f.area_m2) and f.area_m2 > 0 for f in found)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 9)] * 4), min_size=1, max_size=6))
def test_a_layer_fits_itself(corners: list[tuple[int, int, int, int]]) -> None:
    layer = objects(box(min(a, c), min(b, d), max(a, c) + 1, max(b, d) + 1) for a, b, c, d in corners)
    assert tier_faults(layer, layer, np.arange(len(layer))) == ()


def test_identical_polygons_are_duplicates_and_nothing_else() -> None:
    layer = objects([box(0, 0, 100, 100)] * 40)
    found = coverage_defects(layer)
    assert {d.kind for d in found} == {DefectKind.DUPLICATE}
    assert {u for d in found for u in d.units} == set(range(40))
    done, refused = mend_safely(layer, propose_mends(layer, found))
    assert refused == ()
    assert sum(s is not None for s in done.polygons) == 1


def test_hundreds_of_parts_are_counted_in_no_time() -> None:
    parts = [box(30 * k, 0, 30 * k + 20, 20) for k in range(635)]
    started = time.process_time()
    found = coverage_defects(objects([MultiPolygon(parts), box(0, 40, 100, 60)]))
    assert sum(d.kind is DefectKind.DETACHED_PART for d in found) == 634
    assert time.process_time() - started < 2


@pytest.mark.parametrize("size", [0, 1])
def test_next_to_nothing_is_no_fault(size: int) -> None:
    layer = objects([box(0, 0, 10, 10)] * size)
    assert coverage_defects(layer) == ()
    assert propose_mends(layer, ()) == ()
