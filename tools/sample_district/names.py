# SPDX-License-Identifier: LGPL-3.0-or-later
"""Invented names: put together from lucky characters, none taken from a map or a register."""

from __future__ import annotations

import numpy as np

_FIRST = "安宁和顺康泰福瑞祥永兴隆盛昌荣华锦翠云青松柏梅兰竹桂枫柳桐杏桃莲"
_SECOND = "平阳岭坪湾桥塘坝溪泉山城园庭苑台亭阁轩景河江滨湖池井巷坊里门"
_STREET_TYPES = ("商品住宅型", "商圈楼宇型", "老旧院落型", "单位集中型", "城乡融合型")
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "安宁和顺康泰福瑞祥永兴隆盛昌荣华锦云青松柏梅兰竹桂枫柳桐杏莲"
_ESTATE_ENDS = ("苑", "花园", "小区", "家园", "名邸", "新居")
COMMUNITY_TYPES = _STREET_TYPES


class Names:
    """A source of names that never gives the same one twice within a kind."""

    def __init__(self, seed: int, index: int) -> None:
        self.rng = np.random.default_rng([seed, index, 9])
        self.pairs = [a + b for a in _FIRST for b in _SECOND]

    def some(self, count: int, ends: tuple[str, ...]) -> list[str]:
        """Return `count` different names with the given endings."""
        stems = [self.pairs[i] for i in self.rng.permutation(len(self.pairs))]
        rounds = -(-count // len(stems))
        stems = [s if k == 0 else s + "东西南北中"[(k - 1) % 5] for k in range(rounds) for s in stems]
        return [s + ends[int(self.rng.integers(len(ends)))] for s in stems[:count]]

    def estates(self, count: int) -> list[str]:
        """Return names of estates."""
        return self.some(count, _ESTATE_ENDS)

    def people(self, count: int) -> list[str]:
        """Return person names with 示 (sample) in the middle, so that nobody bears one by accident."""
        surname = self.rng.integers(len(_SURNAMES), size=count)
        given = self.rng.integers(len(_GIVEN), size=count)
        return [f"{_SURNAMES[a]}示{_GIVEN[b]}" for a, b in zip(surname, given, strict=True)]


def phone(number: int) -> str:
    """Return a telephone number in a range that is invented as a whole."""
    return f"1990000{number:04d}"
