# SPDX-License-Identifier: LGPL-3.0-or-later
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplanner.assign.branch_size import divide_large
from gridplanner.model.kinds import Severity
from gridplanner.model.staff import Branch, BranchTie
from gridplanner.model.staffing import PartyRules, StaffingRules


def branch(members, **more):
    name = more.pop("name", "府前社区第1网格党支部")
    return Branch("Z1", name, **{"full_members": members, "status": "keep", **more})


def leads(count):
    return [BranchTie(grid, "Z1", joint=count > 1) for grid in range(count)]


def test_a_branch_at_the_limit_stays_and_one_above_is_divided():
    same, ties, findings = divide_large([branch(50)], leads(1), PartyRules())
    assert same == (branch(50),) and ties == tuple(leads(1)) and findings == ()
    divided, ties, findings = divide_large([branch(51)], leads(1), PartyRules())
    assert [(b.code, b.full_members, b.status) for b in divided] == [
        ("Z1", 26, "keep"),
        ("Z1-2", 25, "found"),
    ]
    assert divided[1].name == "府前社区第1网格第二党支部" and "26、25" in divided[0].reason
    assert [(t.grid, t.branch, t.leading) for t in ties] == [(0, "Z1", True), (0, "Z1-2", False)]
    assert findings[0].severity is Severity.INFO and findings[0].value == 51


def test_the_parts_of_a_joint_branch_share_its_grids():
    divided, ties, _findings = divide_large([branch(90, kind="联合党支部")], leads(3), PartyRules())
    assert [(t.grid, t.branch, t.leading) for t in ties] == [
        (0, "Z1", True),
        (1, "Z1", True),
        (2, "Z1-2", True),
    ]
    assert sum(b.full_members for b in divided) == 90


def test_a_general_branch_stands_above_its_parts():
    rules = PartyRules(above_max="general")
    divided, ties, _findings = divide_large([branch(120, superior="府前社区党委")], leads(1), rules)
    head, *parts = divided
    assert head.kind == "总支" and head.full_members == 0 and head.superior == "府前社区党委"
    assert [p.superior for p in parts] == [head.name] * 3 and sum(p.full_members for p in parts) == 120
    assert [t.branch for t in ties if t.leading] == ["Z1"]


def test_only_living_branches_are_divided_and_only_where_it_is_wanted():
    gone = branch(80, status="merge")
    assert divide_large([gone], [], PartyRules())[0] == (gone,)
    whole, ties, findings = divide_large([branch(80)], leads(1), PartyRules(above_max="report"))
    assert whole == (branch(80),) and len(ties) == 1 and findings[0].severity is Severity.WARNING


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=8),
    st.sampled_from(["divide", "general"]),
    st.integers(6, 60),
)
def test_members_and_leaders_are_conserved(sizes, way, most):
    party = PartyRules(max_members=most, above_max=way)
    branches = [Branch(f"Z{i}", "支部", full_members=n, status="keep") for i, n in enumerate(sizes)]
    ties = [BranchTie(i, f"Z{i}") for i in range(len(sizes))]
    made, settled, _findings = divide_large(branches, ties, party)
    assert sum(b.full_members for b in made) == sum(sizes)
    assert max(b.full_members for b in made) <= max(most, 0)
    assert len({b.code for b in made}) == len(made)
    assert sorted(t.grid for t in settled if t.leading) == list(range(len(sizes)))
    assert {t.branch for t in settled} <= {b.code for b in made}


@pytest.mark.parametrize(
    ("kind", "values", "word"),
    [
        (PartyRules, {"max_members": 5}, "两倍"),
        (PartyRules, {"min_members": 0}, "min_members"),
        (PartyRules, {"above_max": "split"}, "report"),
        (PartyRules, {"max_joint": True}, "max_joint"),
        (StaffingRules, {"per_10000": float("nan")}, "per_10000"),
        (StaffingRules, {"small_range": (18, 16)}, "small_range"),
        (StaffingRules, {"large_range": 18}, "large_range"),
        (StaffingRules, {"worker_cost": -1}, "worker_cost"),
    ],
)
def test_rules_that_cannot_work_are_refused(kind, values, word):
    with pytest.raises(ValueError, match=word):
        kind(**values)
