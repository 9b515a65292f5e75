# SPDX-License-Identifier: LGPL-3.0-or-later
"""Personal data is recognised by name, check digit and pattern; codes and counts are not."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplanner.io.personal_data import is_identity_number, personal_columns, personal_finding
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
    ],
)
def test_personal_columns_are_found(name: str, values: list[object], kind: str) -> None:
    array = np.array(values) if isinstance(values[0], int | float) else objects(values)
    found = personal_columns({name: array, "HS": np.array([3, 4])})
    assert [(c.column, c.kind) for c in found] == [(name, kind)]


@pytest.mark.parametrize(
    ("name", "values"),
    [
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


def test_the_finding_names_columns_and_no_values() -> None:
    columns = personal_columns({"电话": objects(["13800000000"]), "姓名": objects(["张三"])})
    text = personal_finding("人员.xlsx", columns).text
    assert "电话" in text and "2 列" in text
    assert "13800000000" not in text and "张三" not in text
