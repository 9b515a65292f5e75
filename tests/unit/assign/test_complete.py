# SPDX-License-Identifier: LGPL-3.0-or-later
"""A division becomes a finished plan: codes, names, reasons, workers, branches, limits."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import shapely

from gridplanner.assign.complete import complete_plan
from gridplanner.assign.options import AssignOptions
from gridplanner.assign.today import staffed_today
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import ChangeKind, GridKind
from gridplanner.model.layers import Layer
from gridplanner.model.plan import Plan
from gridplanner.model.ruleset import Band, RuleSet
from tests.builders import objects, plan_of, town

RULES = RuleSet(people=Band(300, 900))


def polygons_of(district: District, plan: Plan) -> np.ndarray:
    return objects(
        shapely.union_all(district.atoms.geometry[plan.assignment == g])
        if (plan.assignment == g).any()
        else None
        for g in range(plan.n_grids)
    )


def ledger(role: str, columns: dict[str, list[object]]) -> Layer:
    """A list as the reader gives it: the name is known, the rest under the office's own headings."""
    arrays = {name: objects(values) for name, values in columns.items()}
    name = arrays.pop("name")
    return Layer(role, f"{role}.xlsx", None, {"name": name}, arrays, np.arange(3, 3 + len(name)))


def staffed(district: District, members: list[object] | None = None) -> District:
    codes = [record.code for record in district.grids_before]
    n = len(codes)
    branches = ledger(
        "branches",
        {
            "name": [f"第{i + 1}网格党支部" for i in range(n)],
            "党支部编码": [f"Z{i}" for i in range(n)],
            "网格编码": codes,
            "正式党员": members or [5] * n,
            "社区代码": [code[:12] for code in codes],
        },
    )
    staff = ledger(
        "staff",
        {"name": [f"员{i}" for i in range(n)], "工号": [f"Y{i}" for i in range(n)], "网格编码": codes},
    )
    return replace(district, originals={"branches": branches, "staff": staff})


def finish(district: District, plan: Plan, **options: object) -> Plan:
    done, _findings = complete_plan(
        district,
        plan,
        RULES,
        polygons_of(district, plan),
        AssignOptions(**options),  # type: ignore[arg-type]
    )
    return done


def test_number_stays_where_most_people_stay() -> None:
    district = town("AABB\nAABB\nCCDD")
    plan = plan_of(district, "xxyy\nxxyy\nxxzz", codes=dict.fromkeys("xyz", ""))
    done = finish(district, plan)
    old = [record.code for record in district.grids_before]
    assert [record.code for record in done.grids] == [old[0], old[1], old[3]]
    assert [record.change for record in done.grids] == [ChangeKind.MERGED, ChangeKind.KEPT, ChangeKind.KEPT]
    assert done.grids[0].former == (old[0], old[2])
    assert "200" in done.grids[0].reason and "300" in done.grids[0].reason


def test_new_numbers_never_reuse_a_retired_one() -> None:
    district = town("AABB\nAABB\nCCDD")
    # A splits in two and C, D go: four people areas, the new one must be number 5, not 3 or 4.
    plan = plan_of(district, "xyBB\nxyBB\nxyBB", codes=dict.fromkeys("xyB", ""))
    done = finish(district, plan)
    numbers = sorted(int(record.code[-3:]) for record in done.grids)
    assert numbers[:1] == [1] and 5 not in numbers[:1]
    assert len(set(numbers)) == 3
    four = plan_of(district, "xyBB\nxyBB\nxyDD", codes=dict.fromkeys("xyBD", ""))
    merged = plan_of(district, "wwBB\nvvBB\nuuDE", codes=dict.fromkeys("wvuBDE", ""))
    assert max(int(r.code[-3:]) for r in finish(district, merged).grids) > 4
    assert len({r.code for r in finish(district, four).grids}) == 4


def test_order_numbers_west_to_east_in_bands_from_the_north() -> None:
    district = town("AABB\nAABB\nCCDD\nCCDD")
    plan = plan_of(district, "ddcc\nddcc\nbbaa\nbbaa")
    done = finish(district, plan, numbering="order")
    by_letter = dict(zip("abcd", (record.code[-3:] for record in done.grids), strict=True))
    assert by_letter == {"d": "001", "c": "002", "b": "003", "a": "004"}


def test_names_are_unique_and_follow_the_number() -> None:
    district = town("AAB\nAAB\nCCC")
    plan = plan_of(district, "xyz\nxyz\nxyz", codes=dict.fromkeys("xyz", ""))
    done = finish(district, plan, numbering="order", numerals="chinese")
    assert [record.name for record in done.grids] == [f"示意a社区第{n}网格" for n in "一二三"]


def test_every_general_grid_has_one_worker_and_surplus_is_named() -> None:
    district = staffed(town("ABCD\nABCD\nABCD"))
    plan = plan_of(district, "xxyy\nxxyy\nxxyy", codes=dict.fromkeys("xy", ""))
    done = finish(district, plan)
    assert len({record.worker for record in done.grids}) == 2 and all(record.worker for record in done.grids)
    assert sorted(worker.status for worker in done.workers) == ["stay", "stay", "surplus", "surplus"]


def test_each_grid_has_exactly_one_leading_branch_and_members_are_conserved() -> None:
    district = staffed(town("ABCD\nABCD\nABCD"), [1, 4, "2人", 60])
    plan = plan_of(district, "xxyy\nxxyy\nxxyy", codes=dict.fromkeys("xy", ""))
    done = finish(district, plan)
    leading = [tie.grid for tie in done.ties if tie.leading]
    assert sorted(leading) == [0, 1]
    living = [b for b in done.branches if b.status not in ("merge", "dissolve")]
    assert sum(b.full_members for b in living) == 67
    assert {b.status for b in done.branches} <= {"keep", "rename", "merge", "dissolve", "found"}
    assert all(b.reason for b in done.branches)


def test_few_members_make_a_joint_branch_of_neighbours() -> None:
    district = staffed(town("ABC\nABC\nABC"), [5, 1, 0])
    plan = plan_of(district, "ABC\nABC\nABC", codes=dict.fromkeys("ABC", ""))
    done = finish(district, plan)
    assert [tie.branch for tie in done.ties if tie.leading] == ["Z0"] * 3
    assert all(tie.joint for tie in done.ties)
    status = {b.code: b.status for b in done.branches}
    assert status["Z1"] == "merge" and status["Z2"] == "dissolve"
    leader = next(b for b in done.branches if b.code == "Z0")
    assert (leader.kind, leader.full_members) == ("联合党支部", 6)


def test_committee_leads_where_neighbours_lack_members_and_it_is_flagged() -> None:
    district = staffed(town("ABCDEF\nABCDEF"), [1, 0, 0, 0, 0, 0])
    plan = plan_of(district, "ABCDEF\nABCDEF", codes=dict.fromkeys("ABCDEF", ""))
    done, findings = complete_plan(district, plan, RULES, polygons_of(district, plan), AssignOptions())
    assert [tie.leading for tie in done.ties] == [True] * 6
    assert {b.kind for b in done.branches if b.code in {t.branch for t in done.ties}} == {"党委"}
    assert len([f for f in findings if f.rule == "branch_members" and f.subject_kind == "grid"]) == 6
    again, _more = complete_plan(district, done, RULES, polygons_of(district, done), AssignOptions())
    assert [b.code for b in again.branches] == [b.code for b in done.branches]


def test_joint_branch_covers_five_grids_at_most() -> None:
    district = staffed(town("ABCDEFG\nABCDEFG"), [9, 0, 0, 0, 0, 0, 3])
    plan = plan_of(district, "ABCDEFG\nABCDEFG", codes=dict.fromkeys("ABCDEFG", ""))
    done = finish(district, plan)
    load = [sum(t.branch == code for t in done.ties) for code in ("Z0", "Z6")]
    assert max(load) <= 5 and sum(load) == 7


def test_branch_is_founded_where_enough_members_live() -> None:
    district = staffed(town("AAAA\nAAAA"), [20])
    plan = plan_of(district, "xxyy\nxxyy", codes=dict.fromkeys("xy", ""))
    done = finish(district, plan)
    founded = [b for b in done.branches if b.status == "found"]
    assert [b.full_members for b in founded] == [10]
    assert sum(b.full_members for b in done.branches) == 20


def test_dedicated_grid_is_led_by_its_unit_else_by_the_nearest() -> None:
    district = staffed(town("AAB\nAAB", dedicated="B"), [5, 4])
    plan = plan_of(district, "AAB\nAAB")
    plan = replace(
        plan, grids=(plan.grids[0], replace(plan.grids[1], kind=GridKind.DEDICATED, dedicated_kind="学校"))
    )
    done = finish(district, plan)
    assert {(t.grid, t.branch) for t in done.ties} == {(0, "Z0"), (1, "Z1")}
    alone = replace(
        district, originals={"branches": ledger("branches", {"name": ["甲支部"], "正式党员": [9],
                                                              "网格编码": [district.grids_before[0].code]})}
    )  # fmt: skip
    assert [t.branch for t in finish(alone, plan).ties] == ["R3", "R3"]
    assert not any(record.worker for record in done.grids if record.kind is GridKind.DEDICATED)


def test_limits_name_roads_and_neighbours_and_the_district_limit() -> None:
    district = town("AB\nAB")
    x = float(district.atoms.x.min()) - 50.0
    y = float(district.atoms.y.min()) - 50.0
    road = shapely.LineString([(x - 10, y - 5), (x + 300, y - 5)])
    roads = Layer("roads", "roads.shp", objects([road]), {"name": objects(["人民路"])})
    district = replace(district, originals={"roads": roads})
    done = finish(district, plan_of(district, "AB\nAB", codes={"A": "", "B": ""}))
    east, south, west, north = done.grids[0].limits
    assert east == "B网格界" and south == "人民路" and west == "区界" and north == "区界"


def test_today_is_staffed_from_the_lists() -> None:
    district = staffed(town("ABC\nABC"), [4, 4, 4])
    plan = staffed_today(district, district.plan_today())
    assert [record.worker for record in plan.grids] == ["Y0", "Y1", "Y2"]
    assert [(t.grid, t.branch, t.leading) for t in plan.ties] == [(g, f"Z{g}", True) for g in range(3)]


def test_without_old_grids_and_lists_it_plans_from_nothing() -> None:
    district = town("...\n...")
    plan = plan_of(district, "aab\naab", codes=dict.fromkeys("ab", ""))
    done = finish(district, plan)
    assert [record.code[-3:] for record in done.grids] == ["001", "002"]
    assert [record.change for record in done.grids] == [ChangeKind.NEW] * 2
    assert done.ties == () and done.branches == () and done.workers == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("numbering", "any"),
        ("code_template", "{sequence}"),
        ("name_template", "{x}"),
        ("team_template", "2+2"),
    ],
)
def test_impossible_options_are_refused(key: str, value: str) -> None:
    with pytest.raises(ValueError, match=re.escape(value.strip("{}"))):
        AssignOptions(**{key: value})


def test_joint_grids_are_numbered_from_601_where_the_code_has_room() -> None:
    district = town("ABCD\nABCD", "aabb\naabb")
    plan = plan_of(district, "xyyz\nxyyz", codes=dict.fromkeys("xyz", ""))
    done = finish(district, plan, code_template="20", numbering="order", object_code="7")
    assert [record.code for record in done.grids] == [
        "00000751190200100101",
        "00000751190200160101",
        "00000751190200100201",
    ]


def test_firm_branch_works_in_the_grid_of_its_meeting_place() -> None:
    district = town("AB\nAB")
    code = district.grids_before[0].code
    x, y = float(district.atoms.x[1]), float(district.atoms.y[1])
    layer = ledger(
        "branches",
        {
            "name": ["第1网格党支部", "第2网格党支部", "某公司党支部"],
            "网格编码": [code, district.grids_before[1].code, ""],
            "正式党员": [5, 5, 9],
            "社区代码": [code[:12]] * 3,
            "X坐标": ["", "", x],
            "Y坐标": ["", "", y],
        },
    )
    done = finish(replace(district, originals={"branches": layer}), plan_of(district, "AB\nAB"))
    assert [(t.grid, t.branch, t.leading) for t in done.ties] == [
        (0, "R3", True),
        (1, "R4", True),
        (1, "R5", False),
    ]


def test_wall_of_an_estate_names_a_limit() -> None:
    district = town("AB\nAB")
    west = district.atoms.geometry[0].union(district.atoms.geometry[2])
    estates = Layer("estates", "e.shp", objects([west]), {"name": objects(["东院小区"])})
    done = finish(replace(district, originals={"estates": estates}), plan_of(district, "AB\nAB"))
    assert done.grids[0].limits == ("东院小区围墙",) * 4
    assert done.grids[1].limits[2] == "东院小区围墙" and done.grids[1].limits[0] == "区界"


def test_template_without_a_place_numbers_the_whole_district() -> None:
    district = town("ABCD\nABCD", "aabb\naabb")
    plan = plan_of(district, "ABCD\nABCD", codes=dict.fromkeys("ABCD", ""))
    done = finish(district, plan, code_template="G{seq:4}", numbering="order")
    assert [record.code for record in done.grids] == ["G0001", "G0002", "G0003", "G0004"]


def test_sequence_that_runs_out_is_an_error_finding() -> None:
    district = town("ABCDEFGHIJK")
    plan = plan_of(district, "ABCDEFGHIJK", codes=dict.fromkeys("ABCDEFGHIJK", ""))
    options = AssignOptions(code_template="{community}{seq:1}", numbering="order")
    done, findings = complete_plan(district, plan, RULES, polygons_of(district, plan), options)
    assert len({record.code for record in done.grids}) == 11
    assert [f.rule for f in findings] == ["code"] and findings[0].hard


def test_new_codes_go_with_todays_kind_of_code() -> None:
    district = town("AA\nAA")
    old = replace(district.grids_before[0], code="51190200100105")
    district = replace(district, grids_before=(old,))
    plan = plan_of(district, "xy\nxy", codes={"x": "", "y": ""})
    assert sorted(r.code for r in finish(district, plan).grids) == ["51190200100105", "51190200100106"]
    renumbered = finish(district, plan, numbering="order")
    assert [r.code for r in renumbered.grids] == ["511902001001001", "511902001001002"]


def test_grid_carved_out_of_a_site_bears_the_name_of_its_unit() -> None:
    district = town("AA\nAA")
    sites = Layer("sites", "s.shp", None, {"code": objects(["S1"]), "name": objects(["示意小学"])})
    district = replace(district, originals={"sites": sites})
    plan = plan_of(district, "xy\nxy", codes={"x": "", "y": ""})
    carved = replace(plan.grids[1], kind=GridKind.DEDICATED, dedicated_kind="学校", name="", site="S1")
    done = finish(district, replace(plan, grids=(plan.grids[0], carved)))
    assert done.grids[1].name == "示意小学专属网格"
    assert (done.grids[1].change, done.grids[1].code[-3:]) == (ChangeKind.CARVED_OUT, "801")


def test_a_name_given_by_hand_survives_another_run_but_not_another_number() -> None:
    district = town("AB\nAB")
    done = finish(district, plan_of(district, "AB\nAB", codes={"A": "", "B": ""}))
    renamed = replace(done, grids=(replace(done.grids[0], name="滨河网格"), done.grids[1]))
    assert finish(district, renamed).grids[0].name == "滨河网格"
    other = replace(renamed, grids=(replace(renamed.grids[0], code=done.grids[1].code), renamed.grids[1]))
    assert finish(district, other).grids[0].name == "A网格"
