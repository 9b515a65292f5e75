# SPDX-License-Identifier: LGPL-3.0-or-later
"""Names of grids from templates, unique in the district."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from string import Formatter

from gridplanner.texts import _

#: What a name template may use.
NAME_FIELDS = ("community", "number", "estate", "unit", "grid", "street", "code")
_DIGITS = "零一二三四五六七八九"
_UNITS = ("", "十", "百", "千")


def check_template(template: str, known: Collection[str]) -> None:
    """Raise ValueError for a template with an unknown field or a broken brace."""
    try:
        names = [name for _text, name, _spec, _conv in Formatter().parse(template) if name is not None]
    except ValueError:
        names = ["{"]
    for name in names:
        if name not in known:
            raise ValueError(
                _("Name template '{template}': field '{name}' is unknown; choose from {known}.").format(
                    template=template, name=name, known=", ".join(known)
                )
            )


def fill_template(template: str, values: Mapping[str, str]) -> str:
    """Return the template with its fields replaced by plain text.

    Values are never read as templates themselves, so a brace inside a name is harmless.

    Examples
    --------
    >>> fill_template("{community}第{number}网格", {"community": "府后社区", "number": "3"})
    '府后社区第3网格'
    """
    parts = []
    for text, name, _spec, _conv in Formatter().parse(template):
        parts.append(text)
        if name is not None:
            parts.append(values.get(name, ""))
    return "".join(parts)


def chinese_number(number: int) -> str:
    """Return a whole number from 0 to 9999 in Chinese numerals.

    Examples
    --------
    >>> [chinese_number(n) for n in (3, 10, 12, 20, 105, 110, 2026)]
    ['三', '十', '十二', '二十', '一百零五', '一百一十', '二千零二十六']
    """
    if not 0 < number <= 9999:
        return _DIGITS[0] if number == 0 else str(number)
    text, gap = "", False
    for place, digit in zip(range(len(str(number)) - 1, -1, -1), map(int, str(number)), strict=True):
        if digit:
            text += (_DIGITS[0] if gap else "") + _DIGITS[digit] + _UNITS[place]
        gap = bool(text) and digit == 0
    return text[1:] if text.startswith("一十") else text


def unique_names(names: Sequence[str]) -> list[str]:
    """Return the names with repeated ones told apart by （2）, （3）, ...; the first keeps its own.

    Examples
    --------
    >>> unique_names(["甲", "甲", "乙"])
    ['甲', '甲（2）', '乙']
    """
    taken, seen = set(names), Counter[str]()
    result = []
    for name in names:
        seen[name] += 1
        if name and seen[name] > 1:
            number = seen[name]
            while f"{name}（{number}）" in taken:
                number += 1
            seen[name] = number
            name = f"{name}（{number}）"
            taken.add(name)
        result.append(name)
    return result
