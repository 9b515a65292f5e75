# SPDX-License-Identifier: LGPL-3.0-or-later
"""Sheets of micro-grids and area grids: every unit is labelled or listed, and stands under what holds it."""

from dataclasses import replace

import numpy as np
import pytest

from gridplanner.maps.book import make_sheets
from gridplanner.maps.options import MapOptions
from gridplanner.model.kinds import GridKind
from gridplanner.model.outcome import Outcome
from gridplanner.model.plan import GridRecord, Plan
from tests.unit.maps.test_sheets import words


def halves(outcome: Outcome) -> Plan:
    """Return each grid cut in two by the order of its atoms, where it has as many."""
    plan, label = outcome.after.plan, np.full(len(outcome.after.plan.assignment), -1, np.int32)
    records: list[GridRecord] = []
    for g, grid in enumerate(plan.grids):
        atoms = np.flatnonzero(plan.assignment == g)
        for number, part in enumerate(np.array_split(atoms, 2) if len(atoms) > 1 else [atoms], start=1):
            label[part] = len(records)
            records.append(
                GridRecord(f"{grid.code}{number:02d}", "", grid.community, GridKind.MICRO, note=grid.code)
            )
    return Plan(label, tuple(records))


def whole_communities(outcome: Outcome) -> Plan:
    """Return one area grid per community."""
    plan, codes = outcome.after.plan, outcome.district.communities.codes
    home = np.array([g.community for g in plan.grids] + [-1], np.int32)
    records = tuple(GridRecord(f"{code}P01", "", c, note=str(code)) for c, code in enumerate(codes))
    return Plan(home[plan.assignment], records)


@pytest.fixture(scope="module")
def levelled(outcome: Outcome) -> Outcome:
    return replace(outcome, levels={"micro": halves(outcome), "area": whole_communities(outcome)})


@pytest.mark.parametrize("paper", ["A3", "A4"])
def test_every_unit_of_a_level_is_labelled_or_listed(levelled: Outcome, paper: str) -> None:
    sheets = make_sheets("level", levelled, MapOptions(paper=paper))
    told = {key for sheet in sheets for key in (*sheet.labelled, *sheet.listed)}
    for plan in levelled.levels.values():
        held = set(np.unique(plan.assignment[plan.assignment >= 0]).tolist())
        assert {plan.grids[g].code for g in held} <= told


def test_the_list_of_a_community_counts_its_people(levelled: Outcome) -> None:
    code = str(levelled.district.communities.codes[1])
    (said,) = [
        words(sheet) for sheet in make_sheets("level", levelled, of=code) if "（续）" not in sheet.title
    ]
    micro = levelled.levels["micro"]
    people = micro.sums(levelled.district.atoms.people)
    for g, record in enumerate(micro.grids):
        if record.community == 1:
            assert f"{people[g]:,}" in said
    hidden = words(make_sheets("level", levelled, MapOptions(public=True), of=code)[0])
    assert "人口" not in hidden


def test_without_levels_there_is_nothing_to_draw(outcome: Outcome) -> None:
    assert make_sheets("level", outcome) == []
