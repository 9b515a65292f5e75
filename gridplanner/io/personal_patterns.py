# SPDX-License-Identifier: LGPL-3.0-or-later
"""How identity numbers, phones and addresses of persons look inside cells, as offices really write them.

Full-width digits, blanks and hyphens between groups, numbers of 15 digits from before 1999, and what a
spreadsheet leaves of an identity number that it took for a number (the last three digits are zeros).

Source: GB 11643-1999 for the identity number and its check digit, GB 11643-1989 for its 15 digits; the
mobile number plan (11 digits, 13 to 19 first); area codes 010, 02x, 03xx to 09xx.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_GAP = r"[ \-]?"
_IDENTITY = re.compile(
    rf"(?<!\d)([1-8]\d{{5}}){_GAP}((?:18|19|20)\d{{2}}){_GAP}(\d{{2}}){_GAP}(\d{{2}}){_GAP}(\d{{3}}[\dXx])"
    r"(?![\dXx])"
)
_OLD_IDENTITY = re.compile(r"(?<!\d)[1-8]\d{5}(\d{2})(\d{2})(\d{2})\d{3}(?!\d)")
_ROUNDED = re.compile(r"[1-8]\d{5}((?:19|20)\d{2})(\d{2})(\d{2})\d?000")
_SCIENTIFIC = re.compile(r"[1-8](?:\.\d+)?E\+?1[0-7]", re.I)
#: Whoever holds a number of 15 digits was born in the twentieth century; a year before 1920 is a code.
_OLD_YEAR_FROM = 20
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)")
_AREA = r"(?:010|02\d|0[3-9]\d{2})"
_LANDLINE = re.compile(rf"(?<!\d)(?:\({_AREA}\)[- ]?|{_AREA}[- ])\d{{7,8}}(?!\d)")
_BARE_LANDLINE = re.compile(rf"{_AREA}\d{{7,8}}")
_MAIL = re.compile(r"[A-Z0-9_.+-]+@[A-Z0-9-]+\.[A-Z]{2}", re.I)
#: Digits of the shortest phone number with its area code.
_SHORTEST = 10
#: So many bare numbers that all begin with the same six digits are codes of one district, not phones.
_CODES_FROM = 3


def is_identity_number(text: str) -> bool:
    """Tell whether a text is an 18-digit identity number: a real birth date and the right check digit.

    Examples
    --------
    >>> is_identity_number("11010519491231002X"), is_identity_number("110105194912310021")
    (True, False)
    """
    match = _IDENTITY.fullmatch(text)
    if match is None or not _is_birth(int(match[2]), int(match[3]), int(match[4])):
        return False
    digits = "".join(match.groups())
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False))
    return _CHECK_DIGITS[total % 11] == digits[-1].upper()


def plain_cells(array: npt.NDArray[Any]) -> list[str]:
    """Return the cells as texts in ASCII digits; whole numbers that a spreadsheet made of phones included.

    Examples
    --------
    >>> import numpy as np
    >>> plain_cells(np.array([13800000000.0, np.nan])), plain_cells(np.array(["１３８"], dtype=object))
    (['13800000000', ''], ['138'])
    """
    return [_plain(cell) for cell in array.tolist()]


def count_identities(cells: Sequence[str]) -> int:
    """Return how many cells show an identity number; 0 where the numbers are rather codes.

    One code in eleven has the right check digit by chance, so most of the candidates must have it.

    Examples
    --------
    >>> count_identities(["证号 110105 19491231 002X", "无"]), count_identities(["511902001001001"])
    (1, 0)
    """
    whole = [match.group() for cell in cells if len(cell) > 17 for match in _IDENTITY.finditer(cell)]
    valid = sum(map(is_identity_number, whole))
    filled = sum(bool(cell) for cell in cells)
    rounded = sum(_is_rounded(cell) for cell in cells if len(cell) == 18)
    return (
        (valid if valid * 2 > len(whole) else 0)
        or (rounded if rounded * 2 > filled else 0)
        or _count_old(cells)
    )


def count_phones(cells: Sequence[str]) -> int:
    """Count cells with a phone; in a column of bare numbers most must look like one.

    Codes may begin like a phone by chance, but not nearly all of them do, unless the district's code does
    (13 to 15 are provinces): then all begin alike.

    Examples
    --------
    >>> count_phones(["家属 138-0000-0000"]), count_phones(["13010200101", "13010200102", "13010200103"])
    (1, 0)
    """
    bare = [cell for cell in cells if cell.isdigit()]
    mixed = [cell for cell in cells if len(cell) > 8 and not cell.isdigit()]
    hits = sum(bool(_MOBILE.search(cell) or _LANDLINE.search(cell)) for cell in mixed)
    likely = [
        cell
        for cell in bare
        if (len(cell) == 11 and _MOBILE.fullmatch(cell)) or _BARE_LANDLINE.fullmatch(cell)
    ]
    mobiles = {cell for cell in likely if cell[0] == "1"}
    if len(mobiles) >= _CODES_FROM and len({cell[:6] for cell in mobiles}) == 1:
        return hits
    return hits + (len(likely) if len(likely) * 2 > len(bare) else 0)


def count_mails(cells: Sequence[str]) -> int:
    """Return how many cells show a mail address."""
    return sum(bool(_MAIL.search(cell)) for cell in cells if "@" in cell)


def without_numbers(text: str) -> str:
    """Return a text with each identity number and each phone inside it made unreadable.

    A text that is nothing but digits is a code unless it is an identity number.

    Examples
    --------
    >>> without_numbers("好再来13800000000"), without_numbers("13010200101")
    ('好再来***********', '13010200101')
    """
    if len(text) < _SHORTEST or (text.isdigit() and len(text) != 18):  # as nearly every name and code
        return text
    plain = _plain(text)
    if sum(map(str.isdigit, plain)) < _SHORTEST:
        return text
    hidden = _IDENTITY.sub(lambda m: _stars(m) if is_identity_number(m.group()) else m.group(), plain)
    if not hidden.isdigit():
        hidden = _LANDLINE.sub(_stars, _MOBILE.sub(_stars, hidden))
    return text if hidden == plain else hidden


def _stars(match: re.Match[str]) -> str:
    return "*" * len(match.group())


def _plain(cell: object) -> str:
    """Return a cell as text; a number (also one written as 5.119E+17) without its decimals."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        whole = np.isfinite(cell) and abs(cell) < 2**63 and cell == int(cell)
        # By its shortest decimal form: the double nearest to 18 digits ends in digits that nobody wrote.
        return str(int(Decimal(repr(cell)))) if whole else ""
    text = str(cell)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if text[-3:-2] in "+Ee" and _SCIENTIFIC.fullmatch(text):
        return str(int(Decimal(text)))
    return text


def _is_birth(year: int, month: int, day: int) -> bool:
    try:
        return date(year, month, day) <= date.today()
    except ValueError:
        return False


def _is_rounded(cell: str) -> bool:
    """Tell whether a number is what a spreadsheet's 15 digits leave of an identity number."""
    match = _ROUNDED.fullmatch(cell)
    # In a column shown as 5.11902196001E+17 the day, or month and day, are gone as well.
    return match is not None and _is_birth(int(match[1]), int(match[2]) or 1, int(match[3]) or 1)


def _count_old(cells: Sequence[str]) -> int:
    """Count identity numbers of 15 digits, as long as grid codes are.

    Read as a date, the codes of a street and its communities give one month; births give many.
    """
    found = [match for cell in cells if len(cell) > 14 for match in _OLD_IDENTITY.finditer(cell)]
    births = [
        match
        for match in found
        if int(match[1]) >= _OLD_YEAR_FROM and _is_birth(1900 + int(match[1]), int(match[2]), int(match[3]))
    ]
    months = {match[2] for match in births}
    several = min(3, len({match.group() for match in births}))
    if len(births) * 2 <= len(found) or len(months) < several or months == {"10"}:
        return 0
    return len(births)
