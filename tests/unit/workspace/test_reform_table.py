# SPDX-License-Identifier: LGPL-3.0-or-later
"""`[[community]]` of a configuration: read, refused by name, carried out in order before planning."""

from __future__ import annotations

import tomllib

import pytest

from gridplanner.errors import UserError
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.workspace.amend.reform_table import reformed, reforms_from_table
from tests.builders import town

ONE, TWO, THREE = (f"51190200100{n}" for n in (1, 2, 3))


def read(text: str):
    return reforms_from_table(tomllib.loads(text)["community"])


def contents() -> ProjectContents:
    return ProjectContents(town("AABBCC", "aabbcc", people=100), RuleSet(), PlanRequest())


def test_operations_are_carried_out_in_their_order_and_journaled() -> None:
    steps = read(f"""
[[community]]
operation = "merge"
codes = ["{ONE}", "{TWO}"]
into = "{ONE}"
name = "合心社区"
reason = "户数不足"
[[community]]
operation = "split"
codes = ["合心社区"]
take = ["{contents().district.grids_before[1].code}"]
name = "新苑社区"
[[community]]
operation = "convert"
codes = ["{THREE}"]
kind = "村改社"
""")
    before = contents()
    after = reformed(before, steps)
    assert after.district.communities.names.tolist()[:2] == ["合心社区", before.district.communities.names[2]]
    assert after.district.communities.names[-1] == "新苑社区"
    assert [change.action.value for change in after.district.reforms] == ["合", "分", "改"]
    assert after.district.reforms[0].reason == "户数不足"
    assert len(after.journal) == 3
    assert after.amendments == ()
    assert before.district.reforms == ()


def test_create_and_adjust_take_areas() -> None:
    grids = [record.code for record in contents().district.grids_before]
    steps = read(f"""
[[community]]
operation = "create"
take = ["{grids[0]}", "{grids[1]}"]
name = "新设社区"
[[community]]
operation = "adjust"
take = ["T00006"]
into = "新设社区"
""")
    district = contents().district
    assert district.atoms.ids[5] == "T00006"
    after = reformed(contents(), steps).district
    home = after.communities.names.tolist().index("新设社区")
    assert (after.atoms.community == home).tolist() == [True] * 4 + [False, True]


def test_nothing_asked_changes_nothing() -> None:
    before = contents()
    assert reformed(before, ()) is before


@pytest.mark.parametrize(
    "text",
    [
        'community = "merge"',
        "[community]\noperation = 'merge'",
        "[[community]]\noperation = 'marry'",
        "[[community]]\ncodes = ['a']",
        "[[community]]\noperation = 'merge'\ncode = 7",
        "[[community]]\noperation = 'merge'\ncodes = 'a'",
        "[[community]]\noperation = 'merge'\ncodez = ['a']",
    ],
)
def test_a_table_that_is_not_one_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        read(text)


def test_an_operation_that_cannot_be_is_refused_by_name() -> None:
    with pytest.raises(UserError, match="519999"):
        reformed(contents(), read("[[community]]\noperation = 'convert'\ncodes = ['519999']\nname = 'x'"))
