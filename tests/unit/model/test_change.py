# SPDX-License-Identifier: LGPL-3.0-or-later
"""Crosswalk, kinds of change and their totals on small divisions written by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplanner.model.atoms import Atoms
from gridplanner.model.change import change_kinds, change_totals, crosswalk, deviation, pieces_and_moved
from gridplanner.model.kinds import ChangeKind, GridKind
from gridplanner.model.plan import GridRecord, Plan


def make_atoms(people: list[int], old: list[int]) -> Atoms:
    """Return atoms with people and old grids; geometry plays no part here."""
    n = len(people)
    zeros = np.zeros(n)
    return Atoms(
        ids=np.array([f"a{i}" for i in range(n)], dtype=object),
        geometry=np.full(n, None, dtype=object),
        community=np.zeros(n, np.int32),
        old_grid=np.array(old, np.int32),
        people=np.array(people, np.int64),
        households=np.array(people, np.int64) // 3,
        area_m2=zeros + 100.0,
        x=zeros,
        y=zeros,
        estate=np.full(n, -1, np.int32),
        building=np.full(n, "", dtype=object),
    )


def make_plan(assignment: list[int], codes: str, dedicated: str = "", site: str = "") -> Plan:
    """Return a plan whose grids have one-letter codes; letters in `dedicated` name dedicated grids."""
    grids = tuple(
        GridRecord(
            c,
            c,
            0,
            GridKind.DEDICATED if c in dedicated else GridKind.GENERAL,
            site=site if c in dedicated else "",
        )
        for c in codes
    )
    return Plan(np.array(assignment, np.int32), grids)


def test_each_kind_of_change_is_told_apart() -> None:
    #        kept  merged     split   reshaped       gap -> new
    old = [0, 0, 1, 2, 3, 3, 4, 4, 5, -1]
    new = [0, 0, 1, 1, 2, 3, 4, 5, 5, 6]
    atoms = make_atoms([10] * 10, old)
    before, after = make_plan(old, "ABCDEF"), make_plan(new, "ABDXEFN")
    kinds = change_kinds(before, after, crosswalk(atoms, before, after))
    assert kinds == (
        ChangeKind.KEPT,
        ChangeKind.MERGED,
        ChangeKind.SPLIT,
        ChangeKind.SPLIT,
        ChangeKind.SPLIT,
        ChangeKind.RESHAPED,
        ChangeKind.NEW,
    )


def test_pieces_and_people_moved_follow_the_definition() -> None:
    old, new = [0, 0, 0, 1, 1], [0, 1, 2, 2, 2]
    atoms = make_atoms([50, 30, 20, 5, 5], old)
    before, after = make_plan(old, "AB"), make_plan(new, "AXB")
    assert pieces_and_moved(before, crosswalk(atoms, before, after)) == (2, 50)


def test_dedicated_old_grids_count_no_pieces() -> None:
    old, new = [0, 0, 1], [0, 1, 1]
    atoms = make_atoms([1, 1, 1], old)
    before, after = make_plan(old, "SA", dedicated="S"), make_plan(new, "SA", dedicated="S")
    assert pieces_and_moved(before, crosswalk(atoms, before, after))[0] == 0


def test_carved_out_grid_is_counted_apart_from_general_grids() -> None:
    old, new = [0, 0, 0], [0, 0, 1]
    atoms = make_atoms([5, 5, 0], old)
    before, after = make_plan(old, "A"), make_plan(new, "AS", dedicated="S", site="school-1")
    totals = change_totals(atoms, before, after)
    assert (totals.carved_out, totals.split, totals.new, totals.retired) == (1, 1, 0, 0)


def test_deviation_of_even_and_uneven_grids() -> None:
    assert deviation(np.array([100, 100])) == 0
    assert deviation(np.array([50, 150])) == pytest.approx(0.5)
    assert np.isnan(deviation(np.array([], np.int64)))
    assert np.isnan(deviation(np.array([0, 0])))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, 5), st.integers(0, 99)), min_size=1, max_size=40)
)
def test_crosswalk_conserves_people_and_counts_every_grid_once(rows: list[tuple[int, int, int]]) -> None:
    old, new, people = (list(column) for column in zip(*rows, strict=True))
    atoms = make_atoms(people, old)
    before, after = make_plan(old, "ABCDE"), make_plan(new, "ABCDEF")
    pairs = crosswalk(atoms, before, after)
    assert pairs.people.sum() == sum(people)
    assert pairs.atoms.sum() == len(rows)
    assert pairs.area_m2.sum() == pytest.approx(100.0 * len(rows))
    used = [g for g in range(6) if g in new]
    totals = change_totals(atoms, before, after)
    counted = totals.kept + totals.merged + totals.split + totals.reshaped + totals.new
    assert counted == 6, used
