# SPDX-License-Identifier: LGPL-3.0-or-later
"""Building names as ledgers write them, brought to one form: `1 幢`, `一号楼`, `1-10 幢`, `3号楼2单元`."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100}
_CHINESE_NUMBER = re.compile("[零〇一二两三四五六七八九十百]+")
#: Words that say "building", "entrance"; what stands before them is the number.
_BUILDING = "(?:号楼|栋楼|幢楼|号栋|号幢|#楼|楼栋|栋|幢|楼|座|#|号)"
_STAIR = "(?:单元|门洞|梯)"
_JOINT = "[-~至到—–]"
_SEPARATOR = re.compile("[、,;，；和及/]+")
_RANGE = re.compile(rf"([A-Z]*)(\d+){_BUILDING}?{_JOINT}([A-Z]*)(\d+)")
_ONE = re.compile(r"[A-Z]*\d+[A-Z]?|[A-Z]+|[东南西北中前后]")
_MOST_IN_A_RANGE = 200


def chinese_number(text: str) -> int:
    """Return the value of a Chinese numeral below one thousand; digits one by one where it has no unit.

    Examples
    --------
    >>> chinese_number("十二"), chinese_number("一百零三"), chinese_number("一〇三")
    (12, 103, 103)
    """
    if not any(c in _UNITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total = number = 0
    for c in text:
        if c in _UNITS:
            total += (number or 1) * _UNITS[c]
            number = 0
        else:
            number = _DIGITS[c]
    return total + number


@lru_cache(maxsize=100_000)
def plain_name(text: str) -> str:
    """Return a name without blanks and width differences, Chinese numerals before 号楼幢栋 as digits.

    Examples
    --------
    >>> plain_name("Ａ区 一号楼"), plain_name("三江花园")
    ('A区1号楼', '三江花园')
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    following = rf"(?={_BUILDING}|{_STAIR}|{_JOINT}[零〇一二两三四五六七八九十百])"
    return re.sub(
        f"({_CHINESE_NUMBER.pattern}){following}", lambda found: str(chinese_number(found[1])), plain
    )


@lru_cache(maxsize=100_000)
def estate_key(text: str) -> str:
    """Return an estate's name for comparing: without 小区, 院, phase brackets and blanks.

    Examples
    --------
    >>> estate_key("江南水岸小区"), estate_key("江南水岸（小区）")
    ('江南水岸', '江南水岸')
    """
    plain = re.sub(r"[()\[\]【】<>《》·.\-_]", "", plain_name(text))
    short = re.sub("(?:住宅小区|居住小区|小区|院落|住宅区|家属院|家属楼)$", "", plain)
    return short or plain


@lru_cache(maxsize=100_000)
def buildings_in(text: str) -> tuple[str, ...]:
    """Return the building numbers that a cell means, in one form; a range gives each of them.

    Examples
    --------
    >>> buildings_in("1 幢"), buildings_in("一号楼"), buildings_in("01栋"), buildings_in("1-3 幢")
    (('1',), ('1',), ('1',), ('1', '2', '3'))
    >>> buildings_in("A1、A3栋"), buildings_in("3号楼2单元"), buildings_in("综合楼")
    (('A1', 'A3'), ('3',), ('综合',))
    """
    plain = re.sub(rf"\d+{_STAIR}.*$", "", plain_name(text))
    found: dict[str, None] = {}
    for part in _SEPARATOR.split(plain):
        found.update(dict.fromkeys(_numbers(part)))
    return tuple(found)


def _numbers(part: str) -> list[str]:
    """Return the building numbers of one part of a cell."""
    ranged = _RANGE.search(part)
    if ranged and ranged[1] == (ranged[3] or ranged[1]):
        first, last = int(ranged[2]), int(ranged[4])
        if first <= last < first + _MOST_IN_A_RANGE:
            return [f"{ranged[1]}{number}" for number in range(first, last + 1)]
    before = re.split(_BUILDING, part)[0]
    one = _ONE.fullmatch(before)
    if one:
        return [re.sub(r"(?<!\d)0+(?=\d)", "", before)]
    # A name in front of the number: 江南水岸3号楼.
    tail = re.search(r"([A-Z]*\d+[A-Z]?)$", before)
    if tail:
        return [re.sub(r"(?<!\d)0+(?=\d)", "", tail[1])]
    return [before] if before else []
