# SPDX-License-Identifier: LGPL-3.0-or-later
"""Grid codes: templates of segments, building a code, reading its number back."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gridplanner.texts import _

#: Named templates. 15: community 12 + 3 (common practice). 14: CJ/T 213 (6 + 3 + 3 + 2). 20: CJ/T 349
#: (managed object 6, county 6, street 3, community 3 or a joint code from 601, sequence 2). 18: own choice.
TEMPLATES: Mapping[str, str] = {
    "15": "{community}{seq:3}",
    "18": "{community}{seq:3}{micro:3}",
    "14": "{county}{street}{area}{seq:2}",
    "20": "{object}{county}{street}{area}{seq:2}",
}
#: What a segment may be taken from. The 12-digit community code is county 6 + street 3 + area 3.
SEGMENTS = ("community", "county", "street", "area", "object", "seq", "micro")
#: Tails of the 15-digit statistics code: 12 digits + urban-rural class (never a grid number).
URBAN_RURAL_CLASSES = frozenset({"111", "112", "121", "122", "123", "210", "220"})
#: First community segment of grids that join several communities. Source: CJ/T 349.
FIRST_JOINT_AREA = 601
_SEGMENT = re.compile(r"\{(\w+)(?::0?(\d+))?\}")


@dataclass(frozen=True)
class CodeTemplate:
    """A code as a row of segments.

    Parameters
    ----------
    segments : tuple of (str, int)
        Segment and its width in digits (0: as long as it is); a literal is `("=text", 0)`.
    """

    segments: tuple[tuple[str, int], ...]

    @classmethod
    def parse(cls, text: str) -> CodeTemplate:
        """Read a template: one of `TEMPLATES` or segments in braces with widths.

        Raises
        ------
        ValueError
            A segment is unknown, or the template has no sequence with a width.

        Examples
        --------
        >>> CodeTemplate.parse("15").build("519999001001", 7)
        '519999001001007'
        >>> CodeTemplate.parse("{community}-{seq:2}").build("519999001001", 7)
        '519999001001-07'
        """
        pattern = TEMPLATES.get(text, text)
        segments: list[tuple[str, int]] = []
        end = 0
        for match in _SEGMENT.finditer(pattern):
            if match.start() > end:
                segments.append(("=" + pattern[end : match.start()], 0))
            name, width = match.group(1), int(match.group(2) or 0)
            if name not in SEGMENTS:
                raise ValueError(
                    _("code_template: segment '{name}' is unknown; choose from {known}.").format(
                        name=name, known=", ".join(SEGMENTS)
                    )
                )
            segments.append((name, width))
            end = match.end()
        if end < len(pattern):
            segments.append(("=" + pattern[end:], 0))
        if not any(name == "seq" and width > 0 for name, width in segments):
            raise ValueError(
                _("code_template = '{text}' has no sequence number. Add a segment such as {{seq:3}}.").format(
                    text=text
                )
            )
        return cls(tuple(segments))

    @property
    def highest(self) -> int:
        """Highest number that the sequence has room for."""
        return int(10**self._sequence_width) - 1

    def build(self, community: str, number: int, *, object_code: str = "", micro: int = 0) -> str:
        """Return the code of grid `number` of a community (`community` is its code, 12 digits)."""
        padded = community.ljust(12, "0")
        parts = {
            "community": community,
            "county": padded[:6],
            "street": padded[6:9],
            "area": padded[9:12],
            "object": object_code.zfill(6)[:6],
            "seq": str(number),
            "micro": str(micro),
        }
        return "".join(
            name[1:] if name.startswith("=") else parts[name].zfill(width) for name, width in self.segments
        )

    def number_of(self, code: str, community: str) -> int:
        """Return the sequence number that a code of this community carries; -1 where it does not fit."""
        width = self._sequence_width
        place = [name for name, _width in self.segments].index("seq")
        tail = sum(w for name, w in self.segments[place + 1 :] if not name.startswith("="))
        digits = code[: len(code) - tail] if tail else code
        if len(digits) < width or not digits[-width:].isascii() or not digits[-width:].isdigit():
            return -1
        number = int(digits[-width:])
        return number if self._same_head(code, community, number) else -1

    @property
    def _sequence_width(self) -> int:
        """Digits of the sequence number."""
        return next(width for name, width in self.segments if name == "seq")

    def _same_head(self, code: str, community: str, number: int) -> bool:
        """Whether a code begins as this community's codes do; the managed object may be any."""
        own = self.build(community, number)
        start = 6 if self.segments[0][0] == "object" else 0
        micro = sum(w for name, w in self.segments if name == "micro")
        end = len(own) - micro - self._sequence_width
        return len(code) == len(own) and code[start:end] == own[start:end]


def free_numbers(used: Collection[int], first: int, last: int, count: int) -> list[int]:
    """Return `count` numbers behind the highest used one of a block, none of them used.

    A number once given is never given again, not even one that is retired today, so new ones
    start behind the highest. Where the block from `first` to `last` is full, they go on behind it.

    Examples
    --------
    >>> free_numbers({1, 2, 9, 801}, 1, 800, 2)
    [10, 11]
    >>> free_numbers({801, 802}, 801, 999, 1), free_numbers({800, 801}, 1, 800, 1)
    ([803], [802])
    """
    number = max([n for n in used if first <= n <= last], default=first - 1)
    found: list[int] = []
    while len(found) < count:
        number += 1
        if number not in used:
            found.append(number)
    return found
