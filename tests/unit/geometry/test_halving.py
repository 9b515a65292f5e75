# SPDX-License-Identifier: LGPL-3.0-or-later
"""Disputed land is halved whatever its outline, and both claimants stay in one piece where they can."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplanner.geometry.defects import DefectKind, coverage_defects
from gridplanner.geometry.halving import halves
from gridplanner.geometry.mend import MendKind, Policy, choose, propose_mends
from gridplanner.geometry.mending import apply_mends
from gridplanner.geometry.safely import mend_safely
from tests.builders import objects

_TEETH = st.lists(st.tuples(st.integers(1, 99), st.integers(-9, 9)), min_size=2, max_size=20)


def jagged(teeth: list[tuple[int, int]], x: float, far: float) -> shapely.Polygon:
    """Return a strip from `far` to a jagged line about `x`."""
    rows = sorted(dict(teeth).items())
    line = [(x, 0.0), *((x + dx * 0.97, float(y)) for y, dx in rows), (x, 100.0)]
    return shapely.Polygon([(far, 0.0), *line, (far, 100.0)])


def overlaps(pair: np.ndarray) -> list:
    """Return the proposals that halve."""
    found = propose_mends(pair, coverage_defects(pair), Policy(overlap="split"))
    return [mend for mend in found if mend.kind is MendKind.SPLIT]


@settings(max_examples=25, deadline=None)
@given(_TEETH, _TEETH, st.sampled_from([20.0, 4.0]))
def test_jagged_lines_are_always_halved(left: list, right: list, width: float) -> None:
    """Neighbours whose lines run across each other like a saw: nothing is refused, nothing is left over."""
    pair = objects([jagged(left, 100 + width / 2, 0), jagged(right, 100 - width / 2, 200)])
    mends = overlaps(pair)
    done, refused = mend_safely(pair, mends)
    assert refused == ()
    assert done.fresh == ()
    assert done.area_balance_m2 == pytest.approx(0, abs=1e-6)
    left_over = [d for d in coverage_defects(done.polygons) if d.kind is DefectKind.OVERLAP]
    assert left_over == []
    for mend in mends:
        parts = halves(mend.defect.geometry, *pair).parts
        assert shapely.area(parts).sum() == pytest.approx(mend.defect.area_m2, abs=1e-6)
        assert (shapely.area(parts) > 0).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_refused_only_where_giving_it_away_tears_a_claimant_too(seed: int) -> None:
    """Claimants that cross with all their arms."""
    rng = np.random.default_rng(seed)
    pair = objects([_star(rng, 0, 0), _star(rng, 90, 10)])
    for mend in overlaps(pair):
        if not apply_mends(pair, [mend]).fresh:
            continue
        given_away = [choose(mend, pair, np.zeros(2, np.int64), unit) for unit in (0, 1)]
        assert all(apply_mends(pair, [one]).fresh for one in given_away)


def _star(rng: np.random.Generator, x: float, y: float) -> shapely.Polygon:
    angle = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(6, 24)))
    reach = rng.uniform(30, 100, len(angle))
    star = shapely.make_valid(
        shapely.Polygon(np.column_stack([x + reach * np.cos(angle), y + reach * np.sin(angle)]))
    )
    return max(shapely.get_parts(star), key=lambda part: part.area)


def test_a_junction_cannot_be_halved_and_says_so() -> None:
    """Two bars that cross: whoever keeps the middle cuts the other one in two."""
    cross = objects([shapely.box(0, 40, 100, 60), shapely.box(40, 0, 60, 100)])
    mends = overlaps(cross)
    done, refused = mend_safely(cross, mends)
    assert refused == tuple(mends)
    assert shapely.equals(done.polygons, cross).all()


def test_a_claimant_keeps_together_across_the_land() -> None:
    """B comes from below and ends on A's upper line: A's two arms must stay joined above it."""
    a, b = shapely.box(0, 40, 100, 60), shapely.box(40, 0, 60, 60)
    parts = halves(shapely.box(40, 40, 60, 60), a, b).parts
    assert shapely.get_num_geometries(shapely.difference(a, shapely.buffer(parts[1], 1e-4))) == 1
    assert shapely.area(parts).min() > 50


def test_a_line_straight_across_is_found() -> None:
    """Long sides that lie on both outlines: the line joins their middles without any bend."""
    land = shapely.box(200, 0, 600, 100)
    parts = halves(land, shapely.box(0, 0, 600, 100), shapely.box(200, 0, 800, 100)).parts
    assert shapely.area(parts).tolist() == pytest.approx([20_000, 20_000])


def test_land_that_only_one_can_hold_is_not_halved() -> None:
    inner = shapely.box(4, 4, 6, 6)
    assert halves(inner, shapely.box(0, 0, 10, 10), inner) is None
