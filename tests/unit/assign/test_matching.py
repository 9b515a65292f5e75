# SPDX-License-Identifier: LGPL-3.0-or-later
"""The matchings are optimal: held against brute force and against scipy on the whole table."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from gridplanner.assign.matching import best_matching, cheapest_matching, match_nearest


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 10_000))
def test_best_matching_keeps_as_much_as_any(n_rows: int, n_cols: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    table = random.integers(0, 9, (n_rows, n_cols)) * (random.random((n_rows, n_cols)) < 0.6)
    rows, cols = np.nonzero(table)
    i, j = best_matching(rows.astype(np.int64), cols.astype(np.int64), table[rows, cols].astype(float))
    assert len(set(i.tolist())) == len(i) and len(set(j.tolist())) == len(j)
    assert (table[i, j] > 0).all()
    wide = table if n_rows <= n_cols else table.T
    best = max(
        sum(wide[r, c] for r, c in enumerate(chosen))
        for chosen in permutations(range(wide.shape[1]), wide.shape[0])
    )
    assert table[i, j].sum() == best


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 40), st.integers(0, 10_000))
def test_components_give_what_the_whole_table_gives(n: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    table = random.random((n, n)) * (random.random((n, n)) < 1.5 / n)
    rows, cols = np.nonzero(table)
    i, j = best_matching(rows.astype(np.int64), cols.astype(np.int64), table[rows, cols])
    r, c = linear_sum_assignment(table, maximize=True)
    assert np.isclose(table[i, j].sum(), table[r, c].sum())


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.integers(1, 5), st.integers(0, 10_000))
def test_cheapest_matching_is_largest_first_then_cheapest(n_rows: int, n_cols: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    cost = random.integers(-50, 50, (n_rows, n_cols)).astype(float)
    cost[random.random(cost.shape) < 0.4] = np.inf
    i, j = cheapest_matching(cost)
    wide = cost if n_rows <= n_cols else cost.T
    ways = [
        [wide[r, c] for r, c in enumerate(chosen) if np.isfinite(wide[r, c])]
        for chosen in permutations(range(wide.shape[1]), wide.shape[0])
    ]
    size = max(len(way) for way in ways)
    assert len(i) == size
    assert np.isclose(cost[i, j].sum(), min(sum(way) for way in ways if len(way) == size))


def test_unknown_places_are_matched_last_not_lost() -> None:
    rows = np.array([[0.0, 0.0], [np.nan, np.nan], [10.0, 0.0]])
    i, j = match_nearest(rows, np.array([[9.0, 0.0], [1.0, 0.0]]))
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == [(0, 1), (2, 0)]


def test_empty_tables_match_nothing() -> None:
    none = np.empty(0, np.int64)
    assert len(best_matching(none, none, np.empty(0))[0]) == 0
    assert len(cheapest_matching(np.empty((0, 3)))[0]) == 0
    assert len(cheapest_matching(np.full((2, 2), np.inf))[0]) == 0
