# SPDX-License-Identifier: LGPL-3.0-or-later
"""Faults of a coverage: each kind is found, nothing else is, and mending leaves none."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from benchmarks.check.planting import EXPECTED, clean_coverage, plant
from gridplanner.geometry.crowds import inner_points
from gridplanner.geometry.defects import Defect, DefectKind, coverage_defects
from gridplanner.geometry.mend import MendKind, Policy, choose, propose_mends
from gridplanner.geometry.mending import apply_mends, cut_at_parents, simplified
from gridplanner.geometry.safely import mend_safely
from gridplanner.geometry.suspects import suspects
from tests.builders import objects

A, B = box(0, 0, 100, 100), box(100, 0, 200, 100)


def kinds(*shapes: object) -> list[tuple[str, tuple[int, ...]]]:
    return [(d.kind.value, d.units) for d in coverage_defects(objects(shapes))]


def test_clean_coverage_has_no_faults() -> None:
    assert coverage_defects(clean_coverage(900)) == ()


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (box(90, 0, 200, 100), ("overlap", (0, 1))),
        (A, ("duplicate", (0, 1))),
        (box(20, 20, 60, 60), ("contained", (0, 1))),
        (box(0, 0, 50, 100), ("contained", (0, 1))),
        (box(99.95, 0, 200, 100), ("shifted_edge", (0, 1))),
        (Polygon([(100, 0), (200, 0), (200, 100), (100, 100), (100, 50)]), ("unmatched_vertex", (0, 1))),
        (MultiPolygon([B, box(300, 0, 310, 10)]), ("detached_part", (1,))),
        (
            Polygon([(100, 0), (200, 0), (200, 50), (230, 50.005), (200, 50.01), (200, 100), (100, 100)]),
            ("spike", (1,)),
        ),
        (Polygon([(100, 0), (200, 100), (200, 0), (100, 100)]), ("invalid", (1,))),
        (Polygon([(100, 0), (200, np.nan), (200, 100)]), ("invalid", (1,))),
        (Polygon([(100, 0), (200, np.inf), (200, 100)]), ("invalid", (1,))),
        (Polygon(), ("invalid", (1,))),
        (None, ("invalid", (1,))),
        (Point(5, 5), ("invalid", (1,))),
    ],
)
def test_each_kind(other: object, expected: tuple[str, tuple[int, ...]]) -> None:
    assert expected in kinds(A, other)


def test_gap_of_any_width_names_its_neighbours() -> None:
    ring = box(-50, -50, 150, 150) - A
    wide = coverage_defects(objects([ring]))
    assert [(d.kind, d.units, d.area_m2) for d in wide] == [(DefectKind.HOLE, (0,), 10_000.0)]
    narrow = coverage_defects(objects([ring, box(0.5, 0.5, 99.5, 99.5)]))
    assert [(d.kind, d.units) for d in narrow] == [(DefectKind.GAP, (0, 1))]
    assert narrow[0].area_m2 == pytest.approx(10_000 - 99 * 99)


def test_one_area_over_many_cells_is_told_cell_by_cell() -> None:
    cells = clean_coverage(100)
    middle = cells[55].union(cells[56])
    found = coverage_defects(objects([*cells, middle]))
    assert {d.units for d in found if not d.folded} == {(55, 100), (56, 100)}


def test_z_is_left_out_and_an_arm_of_a_layer_against_itself_is_all_duplicates() -> None:
    high = shapely.force_3d(A, 7.0)
    assert kinds(high, B) == []
    cells = clean_coverage(64)
    twice = coverage_defects(objects([*cells, *cells]))
    assert Counter(d.kind for d in twice) == {DefectKind.DUPLICATE: 64}


def test_a_crowd_of_identical_areas_does_not_explode() -> None:
    found = coverage_defects(objects([A] * 3000))
    assert len(found) == 2999


def test_people_on_a_fault() -> None:
    points = objects([Point(95, 50), Point(5, 5)])
    found = coverage_defects(objects([A, box(90, 0, 200, 100)]), points, np.array([7, 100]))
    assert [d.people for d in found] == [7]


def test_every_planted_fault_is_found_mended_and_none_made() -> None:
    planted = plant(clean_coverage(2500), 10)
    found = coverage_defects(planted.polygons)
    spots = np.array([(d.x, d.y) for d in found])
    names = [d.kind.value for d in found]
    for kind, places in planted.places.items():
        fits = spots[[name in EXPECTED[kind] for name in names]]
        reach = 250 if kind == "detached_part" else 100
        for place in places:
            assert np.hypot(*(fits - place).T).min() < reach, kind
    done = apply_mends(planted.polygons, propose_mends(planted.polygons, found))
    kept = done.polygons[~shapely.is_missing(done.polygons)]
    assert done.fresh == ()
    assert abs(done.area_balance_m2) < 1e-3
    assert shapely.coverage_is_valid(kept)
    assert coverage_defects(kept) == ()
    # No land is invented: the mended layer covers what the faulty one enclosed.
    outline = shapely.union_all(planted.polygons)
    holes = shapely.union_all([Polygon(p.exterior) for p in shapely.get_parts(outline)])
    assert shapely.area(kept).sum() == pytest.approx(holes.area, rel=1e-9)


@pytest.mark.parametrize(
    ("policy", "areas"),
    [
        ("most_people", [9000.0, 11_000.0]),
        ("official", [10_000.0, 10_000.0]),
        ("split", [9500.0, 10_500.0]),
    ],
)
def test_policies_of_an_overlap(policy: str, areas: list[float]) -> None:
    shapes = objects([A, box(90, 0, 200, 100)])
    proposals = propose_mends(shapes, coverage_defects(shapes), Policy(overlap=policy), np.array([1, 9]))
    done = apply_mends(shapes, proposals)
    assert shapely.area(done.polygons).tolist() == pytest.approx(areas, abs=2.0)
    assert list(proposals[0].area_after) == pytest.approx(areas, abs=2.0)
    assert done.fresh == ()


def test_another_keeper_can_be_chosen_and_only_from_the_choices() -> None:
    shapes = objects([A, box(90, 0, 200, 100)])
    people = np.array([1, 9])
    first = propose_mends(shapes, coverage_defects(shapes), people=people)[0]
    other = choose(first, shapes, people, 0)
    assert (first.keeper, other.keeper) == (1, 0)
    assert other.kind is MendKind.GIVE
    with pytest.raises(ValueError, match="no choice"):
        choose(first, shapes, people, 5)


def test_only_accepted_mends_are_carried_out() -> None:
    shapes = objects([A, box(90, 0, 200, 100), box(190, 0, 300, 100)])
    proposals = propose_mends(shapes, coverage_defects(shapes))
    done = apply_mends(shapes, [m for m in proposals if m.defect.units == (0, 1)])
    left = coverage_defects(done.polygons)
    assert [(d.kind.value, d.units) for d in left] == [("overlap", (1, 2))]
    assert done.fresh == ()


def test_units_are_cut_at_the_line_of_their_parent() -> None:
    cut = cut_at_parents(objects([box(50, 0, 150, 100)]), objects([A, B]), np.array([1]))
    assert cut[0].equals(box(100, 0, 150, 100))


def test_simplify_keeps_borders_shared_and_refuses_faults() -> None:
    cells = clean_coverage(100)
    assert shapely.coverage_is_valid(simplified(cells, 5.0))
    with pytest.raises(ValueError, match="faults"):
        simplified(objects([A, box(90, 0, 200, 100)]), 5.0)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 12)] * 4), min_size=1, max_size=6))
def test_overlap_and_gap_areas_agree_with_a_plain_count(corners: list[tuple[int, int, int, int]]) -> None:
    """On whole-number rectangles each square can be counted by hand."""
    boxes = [box(min(a, c), min(b, d), max(a, c) + 1, max(b, d) + 1) for a, b, c, d in corners]
    grid = np.zeros((15, 15), int)
    for shape in boxes:
        x0, y0, x1, y1 = (int(v) for v in shape.bounds)
        grid[x0:x1, y0:y1] += 1
    found = coverage_defects(objects(boxes))
    gaps = sum(d.area_m2 for d in found if d.bare)
    outline = shapely.union_all(boxes)
    holes = sum(Polygon(r).area for p in shapely.get_parts(outline) for r in p.interiors)
    assert gaps == pytest.approx(holes)
    crowded = shapely.union_all([d.geometry for d in found if d.area_m2 > 0 and not _bare(d, boxes)])
    assert crowded.area == pytest.approx(int((grid > 1).sum()))


def _bare(defect: Defect, boxes: list[Polygon]) -> bool:
    return not any(shape.intersects(Point(defect.x, defect.y)) for shape in boxes)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000)), min_size=3, max_size=9))
def test_any_ring_is_handled(corners: list[tuple[int, int]]) -> None:
    ring = Polygon(np.array(corners) / 8)
    found = coverage_defects(objects([ring, box(0, 0, 50, 50)]))
    assert all(np.isfinite(d.area_m2) for d in found)


def test_suspects_of_a_clean_pair_are_its_outline() -> None:
    assert shapely.length(suspects(objects([A, B])).lines).sum() == pytest.approx(600)


def test_inner_point_is_not_in_a_thin_wing() -> None:
    arrow = Polygon([(0, 0), (30, 1e-9), (31, 1), (32, 1e-9), (60, 0)])
    spot = inner_points(objects([arrow]))[0]
    assert 30 < spot.x < 32
    assert spot.distance(arrow.boundary) > 0.1


def test_a_mend_that_would_cut_a_unit_in_two_turns_to_the_other_keeper() -> None:
    bar, stripe = box(0, 40, 300, 60), box(140, 0, 160, 100)
    shapes = objects([bar, stripe])
    proposals = propose_mends(shapes, coverage_defects(shapes), people=np.array([1, 9]))
    assert apply_mends(shapes, proposals).fresh
    done, refused = mend_safely(shapes, proposals)
    assert done.fresh == ()
    # A cross is cut in two whoever keeps its middle: this one needs the planner's hand.
    assert [m.defect.units for m in refused] == [(0, 1)]
    tongue = objects([box(0, 0, 100, 100), box(90, 40, 200, 60)])
    done, refused = mend_safely(tongue, propose_mends(tongue, coverage_defects(tongue)))
    assert refused == ()
    assert coverage_defects(done.polygons) == ()
