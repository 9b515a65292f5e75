# SPDX-License-Identifier: LGPL-3.0-or-later
"""Ledgers as offices keep them: title row, merged cells, a 合计 row; names and phones invented."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xlsxwriter

from tools.sample_district.city import City
from tools.sample_district.layers import Codes
from tools.sample_district.names import Names, phone

_NOTICE = "（示意数据，姓名、电话均为虚构）"
Row = tuple[Any, ...]
#: Longer ledgers are written row by row, which rules out merged cells; a sheet holds a million rows.
_MOST_MERGED = 50_000


def _write(
    path: Path, title: str, header: Sequence[str], rows: Sequence[Row], total: Row, merge: int
) -> None:
    """Write a ledger; equal neighbours in column `merge` become one merged cell, if it is not too long."""
    streamed = len(rows) > _MOST_MERGED
    book = xlsxwriter.Workbook(path, {"constant_memory": streamed})
    book.set_properties({"created": dt.datetime(2026, 1, 1)})
    sheet = book.add_worksheet("Sheet1")
    middle = book.add_format({"align": "center", "valign": "vcenter"})
    sheet.set_column(0, len(header) - 1, 16)
    sheet.merge_range(0, 0, 0, len(header) - 1, title + _NOTICE, middle)
    for k, name in enumerate(header):
        sheet.write_string(1, k, name)
    for i, row in enumerate(rows):
        for k, value in enumerate(row):
            if streamed or k != merge:
                sheet.write(i + 2, k, value)
    if not streamed:
        _merge_column(sheet, rows, merge, middle)
    for k, value in enumerate(total):
        sheet.write(len(rows) + 2, k, value)
    book.close()


def _merge_column(sheet: Any, rows: Sequence[Row], merge: int, middle: Any) -> None:
    """Write one column with equal neighbours as one cell."""
    start = 0
    for i in range(1, len(rows) + 1):
        if i == len(rows) or rows[i][merge] != rows[start][merge]:
            if i - start > 1:
                sheet.merge_range(start + 2, merge, i + 1, merge, rows[start][merge], middle)
            else:
                sheet.write(start + 2, merge, rows[start][merge])
            start = i


def people_rows(city: City, codes: Codes, estates: Sequence[str], numbers: Sequence[str]) -> list[Row]:
    """Return a row per building with people: community, code, estate, number, households, people."""
    b = city.buildings
    owner = np.empty(len(b.x), dtype=np.int64)
    has = city.cells.building >= 0
    owner[city.cells.building[has]] = city.community[has]
    order = sorted(range(len(b.x)), key=lambda i: codes.building[i])
    return [
        (codes.community_name[owner[i]], codes.building[i], estates[i], numbers[i],
         int(b.households[i]), int(b.people[i]))
        for i in order if b.people[i] > 0
    ]  # fmt: skip


def write_people(path: Path, rows: Sequence[Row]) -> None:
    """Write the table of people by building."""
    header = ("社区", "楼栋编码", "小区", "楼栋号", "户数", "人数")
    total = ("合计", "", "", "", sum(r[4] for r in rows), sum(r[5] for r in rows))
    _write(path, "示例区楼栋人口台账", header, rows, total, 0)


def worker_rows(city: City, codes: Codes) -> list[Row]:
    """Return one full-time worker per general grid."""
    names = Names(city.spec.seed + 2, city.spec.index).people(city.n_general)
    order = sorted(range(city.n_general), key=lambda g: codes.grid[g])
    return [
        (codes.community_name[city.community_of_grid[g]], f"Y{codes.district}{i + 1:04d}", names[i], phone(i),
         codes.community[city.community_of_grid[g]], codes.grid[g], codes.grid_name[g], "专职网格员")
        for i, g in enumerate(order)
    ]  # fmt: skip


def write_workers(path: Path, rows: Sequence[Row]) -> None:
    """Write the list of grid workers."""
    header = ("社区", "工号", "姓名", "联系电话", "社区代码", "网格编码", "网格名称", "岗位")
    total = ("合计", f"{len(rows)}人", "", "", "", "", "", "")
    _write(path, "示例区专职网格员花名册", header, rows, total, 0)


def branch_rows(city: City, codes: Codes) -> list[Row]:
    """Return today's branches: most lead one grid, some two or three neighbours of one community."""
    rng = np.random.default_rng([city.spec.seed, city.spec.index, 8])
    order = sorted(range(city.n_general), key=lambda g: codes.grid[g])
    groups: list[list[int]] = []
    for g in order:
        same = groups and city.community_of_grid[groups[-1][0]] == city.community_of_grid[g]
        if same and len(groups[-1]) < 3 and rng.random() < 0.24:
            groups[-1].append(g)
        else:
            groups.append([g])
    secretaries = Names(city.spec.seed + 3, city.spec.index).people(len(groups))
    rows = []
    for i, group in enumerate(groups):
        c = int(city.community_of_grid[group[0]])
        spot = _seat(city, group[0], c)
        full = int(np.clip(rng.lognormal(2.6, 0.75), 1, 74))
        name = codes.grid_name[group[0]] + ("联合党支部" if len(group) > 1 else "党支部")
        rows.append((
            codes.community_name[c], f"Z{codes.district}{i + 1:04d}", name,
            "联合党支部" if len(group) > 1 else "支部", "区域联建" if len(group) > 1 else "单独组建",
            codes.community_name[c] + "党委", codes.community[c], ";".join(codes.grid[g] for g in group),
            codes.building[int(city.cells.building[spot])], round(float(city.cells.x[spot]), 1),
            round(float(city.cells.y[spot]), 1), full, int(rng.integers(0, 4)),
            int(rng.integers(2, 40)), secretaries[i], phone(5000 + i),
        ))  # fmt: skip
    return rows


def _seat(city: City, grid: int, community: int) -> int:
    """Return the fullest building of a grid; of its community where the grid is land only."""
    built = city.cells.building >= 0
    cells = np.flatnonzero(built & (city.grid == grid))
    if not len(cells):
        cells = np.flatnonzero(built & (city.community == community))
    return int(cells[np.argmax(city.cells.people[cells])])


def write_branches(path: Path, rows: Sequence[Row]) -> None:
    """Write the list of party branches."""
    header = (
        "社区", "党支部编码", "党支部名称", "支部类型", "设置方式", "上级党组织", "社区代码", "网格编码",
        "驻地楼栋编码", "X坐标", "Y坐标", "正式党员", "预备党员", "双报到党员", "书记", "联系方式",
    )  # fmt: skip
    total = ("合计", f"{len(rows)}个", *[""] * 9, sum(r[11] for r in rows), sum(r[12] for r in rows),
             sum(r[13] for r in rows), "", "")  # fmt: skip
    _write(path, "示例区基层党支部一览表", header, rows, total, 0)
