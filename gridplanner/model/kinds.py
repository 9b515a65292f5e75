# SPDX-License-Identifier: LGPL-3.0-or-later
"""Closed lists of words: kinds of grid, of unit, of change; their file spellings."""

from __future__ import annotations

from enum import StrEnum


class GridKind(StrEnum):
    """Kind of grid; the value is what `WGLX` holds in exported files."""

    GENERAL = "综合"
    DEDICATED = "专属"
    MICRO = "微网格"


#: Further levels by the word of `[plan] levels`, and the kind that `where = {kind = ...}` names each by.
LEVEL_KINDS = {"micro": GridKind.MICRO.value, "area": "片区"}


class DedicatedKind(StrEnum):
    """Kind of unit that a dedicated grid serves (`ZSLX`)."""

    ORGAN = "机关"
    HOSPITAL = "医院"
    SCHOOL = "学校"
    FIRM = "企业"
    PARK = "园区"
    SHOPPING = "商圈"
    MARKET = "市场"
    SCENIC = "景区"
    OTHER = "其他"


class ChangeKind(StrEnum):
    """What became of a grid between the old division and the new one (`BGLX`).

    Seen from the new grid: kept (the same atoms), merged (whole old grids only),
    split (a part of one old grid), new (no old grid), reshaped (everything else),
    carved_out (a new dedicated grid). `retired` is an old code no longer used.
    """

    KEPT = "保留"
    MERGED = "合并"
    SPLIT = "拆分"
    RESHAPED = "边界微调"
    NEW = "新增"
    RETIRED = "撤销"
    CARVED_OUT = "划出专属"


class CommunityType(StrEnum):
    """The five usual types of community; other words are kept as they come."""

    ESTATE = "商品住宅型"
    COMMERCIAL = "商圈楼宇型"
    OLD_COURTYARD = "老旧院落型"
    WORK_UNIT = "单位集中型"
    URBAN_RURAL = "城乡融合型"


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
