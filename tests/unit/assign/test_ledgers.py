# SPDX-License-Identifier: LGPL-3.0-or-later
"""Lists as offices have them: merged cells, total rows, words in numbers, repeated codes and names."""

from __future__ import annotations

import numpy as np
import pytest

from gridplanner.assign.code_check import check_codes
from gridplanner.assign.codes import CodeTemplate, free_numbers
from gridplanner.assign.ledgers import branches_from_layer, workers_from_layer
from gridplanner.assign.naming import fill_template, unique_names
from gridplanner.model.jurisdiction import Communities
from gridplanner.model.layers import Layer
from gridplanner.model.organisation import organisation_from_table
from gridplanner.model.plan import GridRecord
from tests.builders import objects


def office_list(
    role: str, columns: dict[str, list[object]], fields: dict[str, list[object]] | None = None
) -> Layer:
    arrays = {name: objects(values) for name, values in columns.items()}
    known = {name: objects(values) for name, values in (fields or {}).items()}
    n = len(next(iter({**arrays, **known}.values())))
    return Layer(role, "台账.xlsx", None, known or {"name": arrays.pop("名称")}, arrays, np.arange(4, 4 + n))


def test_branch_list_with_everything_offices_do() -> None:
    layer = office_list(
        "branches",
        {
            "所属 社区": ["府后社区", "", "河西社区", "", "合 计"],
            "党支部编码": ["A1", "A2", "A2", "A4", ""],
            "正式党员（人）": ["3人", "１２", 5.0, "若干", "20"],
            "双报到党员": [10, None, float("nan"), "7名", ""],
            "所辖网格": ["001；002", "003", "", "004,005", ""],
            "X坐标": [1.5, "", None, "abc", ""],
            "党小组": ["2", "东\x07院；西院", "", "", ""],
        },
        {"name": ["第1网格党支部", "东院支部", "重复", "东院支部", "4个"]},
    )
    branches, findings = branches_from_layer(layer)
    assert [b.code for b in branches] == ["A1", "A2", "A4"]
    assert [b.community for b in branches] == ["府后社区", "府后社区", "河西社区"]
    assert [b.full_members for b in branches] == [3, 12, 0]
    assert [b.reporting for b in branches] == [10, 0, 7]
    assert [b.grids for b in branches] == [("001", "002"), ("003",), ("004", "005")]
    assert branches[0].x == 1.5 and np.isnan(branches[2].x)
    assert branches[1].groups == "东 院；西院"
    texts = "\n".join(f.text for f in findings)
    assert "若干" in texts and "A2" in texts and "同名“东院支部”" not in texts
    assert "第6行" in texts and "第7行" in texts


def test_branches_of_one_name_in_one_community_are_reported() -> None:
    layer = office_list("branches", {"名称": ["甲", "甲"], "社区": ["东", "东"]})
    _branches, findings = branches_from_layer(layer)
    assert [f.rule for f in findings] == ["branch"] and findings[0].count == 2


def test_list_without_names_is_reported_not_read() -> None:
    layer = office_list("branches", {}, {"code": ["A"], "members": [3]})
    branches, findings = branches_from_layer(layer)
    assert branches == () and len(findings) == 1


def test_workers_of_one_name_are_two_people() -> None:
    layer = office_list(
        "staff", {"姓名": ["张", "张", "", "合计"], "网格编码": ["1", "2", "", ""]}, {"id": ["", "", "", ""]}
    )
    workers, findings = workers_from_layer(layer)
    assert [(w.name, w.grid) for w in workers] == [("张", "1"), ("张", "2")] and len(
        {w.id for w in workers}
    ) == 2
    numbered = office_list("staff", {"姓名": ["张", "李"], "工号": ["7", "7"]}, {"id": ["7", "7"]})
    workers, findings = workers_from_layer(numbered)
    assert len(workers) == 1 and len(findings) == 1


@pytest.mark.parametrize(
    ("template", "community", "number", "code"),
    [
        ("15", "519999001001", 7, "519999001001007"),
        ("14", "519999001001", 7, "51999900100107"),
        ("18", "519999001001", 7, "519999001001007000"),
        ("20", "519999001001", 7, "00000151999900100107"),
        ("{community}-{seq:2}", "甲", 7, "甲-07"),
    ],
)
def test_code_templates_there_and_back(template: str, community: str, number: int, code: str) -> None:
    known = CodeTemplate.parse(template)
    assert known.build(community, number, object_code="1") == code
    assert known.number_of(code, community) == number
    assert known.number_of("999999999999999", community) == -1
    assert known.number_of("", community) == -1


def test_retired_numbers_are_not_free() -> None:
    assert free_numbers({1, 5, 801}, 801, 999, 2) == [802, 803]
    assert free_numbers({1, 5, 801}, 1, 800, 1) == [6]
    assert free_numbers({799, 801}, 1, 800, 2) == [800, 802]


def communities() -> Communities:
    blank = objects([""])
    return Communities(objects(["519999001001"]), objects(["甲社区"]), blank, blank, blank, blank)


@pytest.mark.parametrize(
    ("codes", "word"),
    [
        (["519999001001111", "519999001001112"], "统计"),
        (["5.19999E+14"], "数字"),
        (["519999001001001", "519999001001001"], "多个网格"),
        (["519999001001 01"], "空格"),
        (["519999001001"], "社区代码"),
        (["110101001001001"], "区县"),
    ],
)
def test_codes_of_another_kind_are_recognised(codes: list[str], word: str) -> None:
    findings = check_codes([GridRecord(code, "", 0) for code in codes], communities())
    assert any(word in f.text for f in findings)


def test_good_codes_are_left_alone() -> None:
    good = [GridRecord(f"519999001001{n:03d}", "", 0) for n in (1, 2, 111, 112)]
    assert check_codes(good, communities()) == ()


def test_names_stay_unique_even_against_made_ones() -> None:
    names = unique_names(["甲", "甲", "甲（2）", "", ""])
    assert names == ["甲", "甲（3）", "甲（2）", "", ""]
    assert fill_template("{community}第{number}网格", {"community": "{x}", "number": "1"}) == "{x}第1网格"


def test_circles_and_strays_of_an_organisation_are_cut_and_reported() -> None:
    tree, findings = organisation_from_table(
        ["a", "b", "c", "d", "a"], list("abcde"), ["b", "a", "x", "c", ""], [1, 2, 3, 4, 5]
    )
    assert len(tree) == 4 and len(findings) == 3
    assert sum(tree.totals()[tree.parent < 0]) == 10
    assert sorted(tree.walk()) == [0, 1, 2, 3]


def test_member_list_is_counted_without_keeping_anybody() -> None:
    layer = office_list(
        "branches",
        {
            "所属党支部": ["甲支部", "甲支部", "甲支部", "乙支部", "甲支部", "合计"],
            "姓名": ["张三", "李四", "王五", "赵六", "钱七", "5人"],
            "党员类别": ["正式党员", "预备党员", "正式（双报到）", "正式党员", "群众", ""],
            "所属网格": ["001", "002", "001", "003", "", ""],
            "社区": ["东", "", "", "西", "东", ""],
        },
        {"name": ["张三", "李四", "王五", "赵六", "钱七", "5人"]},
    )
    branches, findings = branches_from_layer(layer)
    counts = [(b.name, b.full_members, b.probationary, b.reporting, b.grids) for b in branches]
    assert counts == [("甲支部", 1, 1, 1, ("001", "002")), ("乙支部", 1, 0, 0, ("003",))]
    assert len(findings) == 1 and "群众" in findings[0].text
    assert "张三" not in repr(branches)
