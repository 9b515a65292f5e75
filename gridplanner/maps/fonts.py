# SPDX-License-Identifier: LGPL-3.0-or-later
"""The one Chinese font of the program: loaded here, measured here, for the maps and the window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache, lru_cache, wraps
from typing import ParamSpec, TypeVar

from PySide6.QtGui import QFont, QFontDatabase, QRawFont

from gridplanner.errors import UserError
from gridplanner.texts import RESOURCES, _

FONT_FILE = RESOURCES / "fonts" / "NotoSansSC-Regular.otf"
#: Font units per em at which widths are measured; large, so that nothing is rounded to pixels.
_EM = 1000
#: Height of the middle of a hanzi above the baseline, in em (the ideographic box is -0.12 to 0.88).
MIDDLE = 0.38

P = ParamSpec("P")
R = TypeVar("R")


def _once_per_thread(make: Callable[P, R]) -> Callable[P, R]:
    """Keep what `make` returns, for each thread its own.

    Qt ties an opened font to the thread that opened it and closes the file when that thread ends;
    another thread that asks it afterwards takes the whole process down.
    """
    own = threading.local()

    @wraps(make)
    def of_this_thread(*args: P.args, **options: P.kwargs) -> R:
        if not hasattr(own, "make"):
            own.make = lru_cache(maxsize=256)(make)
        made: R = own.make(*args, **options)
        return made

    return of_this_thread


@cache
def load_font() -> str:
    """Load the shipped font into the running application and return its family name.

    Raises
    ------
    UserError
        When the font file is missing or damaged.
    """
    number = QFontDatabase.addApplicationFont(str(FONT_FILE))
    families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    if not families:
        raise UserError(
            _("The font {file} cannot be read; install gridplanner again.").format(file=FONT_FILE.name)
        )
    return families[0]


@_once_per_thread
def map_font(em: int, bold: bool = False) -> QFont:
    """Return the map font with an em of `em` logical units.

    Notes
    -----
    `locl` is switched off: in a run of Latin text it replaces digits by glyphs that no code point
    maps to, so that Qt writes them into a PDF without a text, and searching finds no number.
    """
    font = QFont(load_font())
    font.setPixelSize(max(1, em))
    font.setBold(bold)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setStyleStrategy(QFont.StyleStrategy.ForceOutline | QFont.StyleStrategy.PreferAntialias)
    font.setFeature(QFont.Tag("locl"), 0)
    font.setKerning(False)
    return font


@_once_per_thread
def raw_font() -> QRawFont:
    """Return the font file itself, for questions about its glyphs."""
    return QRawFont(str(FONT_FILE), float(_EM))


@lru_cache(maxsize=8192)
def _advance(character: str) -> float:
    """Advance width of one character, in em."""
    indexes = raw_font().glyphIndexesForString(character)
    widths = raw_font().advancesForGlyphIndexes(indexes)
    return sum(point.x() for point in widths) / _EM if widths else 1.0


def text_width(text: str, size: float) -> float:
    """Return the width of one line of text in millimetres.

    Parameters
    ----------
    text : str
    size : float
        Height of the em, mm.
    """
    return sum(map(_advance, text)) * size


def missing_characters(text: str) -> str:
    """Return the characters of `text` that the shipped font cannot draw, each once."""
    font = raw_font()
    return "".join(dict.fromkeys(c for c in text if not c.isspace() and not font.supportsCharacter(ord(c))))


@cache
def canonical_characters() -> dict[int, int]:
    """Return code points that share a glyph with an ordinary hanzi, mapped to that hanzi.

    Notes
    -----
    Qt names a glyph in a PDF by the lowest code point that maps to it. Where hanzi and radical share
    a glyph (U+7F51 and U+2F79) that is the radical, and nobody finds the word any more.
    """
    font = raw_font()
    hanzi: dict[int, int] = {}
    for code in [*range(0x4E00, 0xA000), 0x2D, 0x20]:
        glyphs = font.glyphIndexesForString(chr(code))
        if glyphs and glyphs[0]:
            hanzi.setdefault(glyphs[0], code)
    odd = [*range(0x2E80, 0x2FE0), *range(0xF900, 0xFB00), 0x09, 0xA0, 0xAD, 0x2010, 0x2011]
    found: dict[int, int] = {}
    for code in odd:
        glyphs = font.glyphIndexesForString(chr(code))
        if glyphs and glyphs[0] in hanzi:
            found[code] = hanzi[glyphs[0]]
    return {**found, 0x09: 0x20, 0xA0: 0x20}
