# SPDX-License-Identifier: LGPL-3.0-or-later
"""Codes of the level below continue those of the level above."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gridplanner.assign.levels import number_below
from gridplanner.model.kinds import GridKind
from tests.builders import plan_of, town
from tests.unit.assign.test_complete import polygons_of


@pytest.fixture
def levels() -> tuple:
    district = town("AABB\nAABB")
    upper = plan_of(district, "AABB\nAABB")
    lower = plan_of(district, "qpsr\nqpsr", codes=dict.fromkeys("pqrs", ""))
    micro = tuple(replace(record, kind=GridKind.MICRO) for record in lower.grids)
    return district, upper, replace(lower, grids=micro)


def test_three_digits_are_added_in_reading_order(levels: tuple) -> None:
    district, upper, lower = levels
    done, findings = number_below(upper, lower, polygons_of(district, lower))
    first, second = (record.code for record in upper.grids)
    by_letter = dict(zip("pqrs", (record.code for record in done.grids), strict=True))
    assert by_letter == {
        "q": f"{first}001",
        "p": f"{first}002",
        "s": f"{second}001",
        "r": f"{second}002",
    }
    assert done.grids[1].name == "第1网格第1微网格" and findings == ()


def test_a_part_that_crosses_the_level_above_is_an_error(levels: tuple) -> None:
    district, upper, _lower = levels
    wide = plan_of(district, "qppr\nqprr", codes=dict.fromkeys("pqr", ""))
    done, findings = number_below(upper, wide, polygons_of(district, wide))
    assert len(findings) == 1 and findings[0].rule == "nesting"
    assert done.grids[0].code.startswith(upper.grids[0].code)


def test_digits_that_run_out_are_an_error(levels: tuple) -> None:
    district = town("AAAAAAAAAAA")
    upper = plan_of(district, "AAAAAAAAAAA")
    lower = plan_of(district, "abcdefghijk")
    done, findings = number_below(upper, lower, polygons_of(district, lower), digits=1)
    assert len({record.code for record in done.grids}) == 11
    assert [f.rule for f in findings] == ["code"]
