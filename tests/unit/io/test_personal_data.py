# SPDX-License-Identifier: LGPL-3.0-or-later
"""Personal data is recognised by name, check digit and pattern; codes and counts are not."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplanner.io.personal_data import impersonal, personal_columns, personal_finding
from gridplanner.io.personal_patterns import is_identity_number, without_numbers
from tests.builders import objects

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity(region: int, day: str, serial: int) -> str:
    body = f"{region:06d}{day}{serial:03d}"
    return body + "10X98765432"[sum(w * int(d) for w, d in zip(WEIGHTS, body, strict=True)) % 11]


@given(
    region=st.integers(110000, 659999),
    day=st.dates(min_value=date(1920, 1, 1), max_value=date(2020, 1, 1)),
    serial=st.integers(0, 999),
)
def test_every_valid_number_is_recognised_and_a_wrong_digit_is_not(
    region: int, day: object, serial: int
) -> None:
    number = identity(region, f"{day:%Y%m%d}", serial)
    assert is_identity_number(number)
    assert not is_identity_number(number[:-1] + ("1" if number[-1] != "1" else "2"))


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("姓名", ["甲", "乙"], "name"),
        ("户主", ["甲", ""], "name"),
        ("XM", ["甲", "乙"], "name"),
        ("联系电话", ["", "无"], "phone"),
        ("SFZH", ["1", "无"], "identity"),
        ("备注", ["正常", "家属 138-0000-0000"], "phone"),
        ("备注", ["正常", "座机 0827-5260000"], "phone"),
        ("其他", ["", f"证号{identity(511902, '19800101', 12)}。"], "identity"),
        ("F7", [13800000000.0, np.nan], "phone"),
        ("F8", [13800000000, 15900000000], "phone"),
        ("联系人", ["甲", "乙"], "name"),
        ("产权人", ["甲", "乙"], "name"),
        ("法人", ["甲", "乙"], "name"),
        ("微信", ["jia", ""], "phone"),
        ("E-mail", ["jia", ""], "phone"),
        ("出生日期", ["1960-01-02", ""], "identity"),
        ("F1", ["１３８０００００００１", "１３９１２３４５６７８"], "phone"),
        ("F2", ["08275260000", "08275260001"], "phone"),
        ("F3", ["(0827)5260000", "（０８２７）５２６０００１"], "phone"),
        ("F4", ["正常", "jia@example.org"], "phone"),
        ("F5", ["11010519491231002X".translate({48 + i: 0xFF10 + i for i in range(10)})], "identity"),
        ("F6", ["110105 19491231 002x", "无"], "identity"),
        ("F9", ["110105-19491231-002X", "无"], "identity"),
        ("F10", ["511902620304001", "511902751112002", "511902550807003"], "identity"),
        ("F11", ["老证511902620304001"], "identity"),
        ("F12", [511902196001010000.0, 511902197511120000.0, np.nan], "identity"),
        ("F13", ["511902196203040000", "511902197511120000"], "identity"),
        ("F14", ["5.11902196001E+17", "1.1010519491231E+17"], "identity"),
        ("F15", ["1.3800000001E+10", "1.3912345678E+10"], "phone"),
    ],
)
def test_personal_columns_are_found(name: str, values: list[object], kind: str) -> None:
    array = np.array(values) if isinstance(values[0], int | float) else objects(values)
    found = personal_columns({name: array, "HS": np.array([3, 4])})
    assert [(c.column, c.kind) for c in found] == [(name, kind)]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("BM", ["13010200101", "13010200102", "13010200103"]),
        ("BM", ["511902401001001", "511902401001002", "511902401002001", "511902402001001"]),
        ("DKBM", ["511902202305120017", "511902202305120025", "511902202306120014", "511902202306120022"]),
        ("法人单位", ["某某公司", "某某厂"]),
        ("业主委员会", ["已成立", "未成立"]),
        ("CSRQ", ["2026-01-01", ""]),
        ("邻近", ["A@1", "B@2"]),
        ("SQDM", ["511902001001", "511902001002"]),
        ("WGBM", ["511902001001001", "511902001001002"]),
        ("JZWBM", ["13900000001", "51190200101", "51190200102"]),
        ("地址", ["江北大道中段138号", "巴州大道1380号2幢"]),
        ("RK", [1200, 1300]),
        ("面积", [13800000000.5, 1.0]),
        ("小区名称", ["王府花园", "李家湾"]),
        ("码", ["511902199913310000", "511902188001010000"]),
        ("电话", ["", ""]),
        ("住户数", ["12", "7"]),
        ("业主户数", [12, 7]),
    ],
)
def test_codes_counts_and_places_are_kept(name: str, values: list[object]) -> None:
    array = np.array(values) if isinstance(values[0], int | float) else objects(values)
    assert personal_columns({name: array}) == ()


def test_columns_mapped_on_purpose_are_kept() -> None:
    ledger = {"姓名": objects(["甲"]), "电话": objects(["13800000000"])}
    assert personal_columns(ledger, kept=("姓名", "电话")) == ()


def test_of_a_list_of_staff_only_identity_numbers_are_left_out() -> None:
    ledger = {"姓名": objects(["甲"]), "电话": objects(["13800000000"]), "身份证号": objects(["无"])}
    assert [c.column for c in personal_columns(ledger, staff=True)] == ["身份证号"]


def test_the_finding_names_columns_and_no_values() -> None:
    columns = personal_columns({"电话": objects(["13800000000"]), "姓名": objects(["张三"])})
    text = personal_finding("人员.xlsx", columns).text
    assert "电话" in text and "2 列" in text
    assert "13800000000" not in text and "张三" not in text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("好再来13800000000", "好再来" + "*" * 11),
        ("甲 11010519491231002X 乙", "甲 " + "*" * 18 + " 乙"),
        ("11010519491231002X", "*" * 18),
        ("13010200101", "13010200101"),
        ("519999001001003", "519999001001003"),
        ("511902001001001001", "511902001001001001"),
        ("巴州大道1380号2幢3单元401", "巴州大道1380号2幢3单元401"),
    ],
)
def test_numbers_of_persons_inside_names_become_unreadable(text: str, left: str) -> None:
    assert without_numbers(text) == left


def test_a_column_that_is_needed_is_kept_and_the_rows_are_told() -> None:
    names = objects(["甲栋", "乙栋 138-0000-0000"])
    kept, findings = impersonal(names, np.array([4, 5]), "楼栋.shp", "名称")
    assert kept.tolist() == ["甲栋", "乙栋 *************"] and names[1].endswith("0000")
    assert "5" in findings[0].text and "138" not in findings[0].text
