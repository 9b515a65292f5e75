# SPDX-License-Identifier: LGPL-3.0-or-later
"""Cells to columns: what is a number, what is a text, and numbers as offices write them."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplanner.io.encoding import clean_text
from gridplanner.io.raw import objects
from gridplanner.model.layers import ObjectArray

_UNITS = re.compile(r"(?:人|户|口|家|名|个|栋|幢|层|岁|平方米|平米|㎡|m2|米|m|约|共|计)+", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_NOTHING = {"", "-", "--", "—", "——", "/", "无", "空", "null", "none", "nan", "n/a", "#n/a", "未知", "不详"}
_SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?[eE]\+?(\d+)")
_SAFE_INTEGER = 2**53


def columns_of(records: Sequence[Mapping[str, Any]]) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of records that may each have other keys, in order of first appearance."""
    names: dict[str, None] = {}
    for record in records:
        names.update(dict.fromkeys(record))
    return {clean_text(str(name)): column_of([record.get(name) for record in records]) for name in names}


def column_of(values: Iterable[Any]) -> npt.NDArray[Any]:
    """Return int64 where all cells are whole numbers, float64 where all are numbers or empty, else texts."""
    cells = list(values)
    kinds = {bool if isinstance(cell, bool) else type(cell) for cell in cells}
    if kinds == {int} and all(abs(cell) < 2**63 for cell in cells):
        return np.asarray(cells, dtype=np.int64)
    if kinds <= {int, float, type(None)} and kinds & {int, float}:
        if not any(isinstance(cell, int) and abs(cell) > _SAFE_INTEGER for cell in cells):
            numbers = np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
            numbers[~np.isfinite(numbers)] = np.nan
            return numbers
    return objects([text_of(cell) for cell in cells])


def text_of(cell: Any) -> str:
    """Return a cell as text: whole floats without `.0`, nested values as JSON."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        if not math.isfinite(cell):
            return ""
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e17 else repr(cell)
    if isinstance(cell, (dict, list)):
        return json.dumps(cell, ensure_ascii=False)
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat()).removesuffix("T00:00:00")
    return clean_text(str(cell))


def number_of(text: str) -> float:
    """Return the number an office means by a text; NaN for nothing; ValueError if it is no number.

    Examples
    --------
    >>> number_of("1,469"), number_of("１２人"), number_of("328 户")
    (1469.0, 12.0, 328.0)
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace(" ", "")
    if plain.lower() in _NOTHING:
        return math.nan
    plain = plain.replace("，", ",").strip("'")
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        plain = _UNITS.sub("", plain)
        plain = plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain
    if not _NUMBER.fullmatch(plain):
        raise ValueError(text)
    return float(plain)


def numbers_of(values: npt.NDArray[Any]) -> tuple[npt.NDArray[np.float64], list[int]]:
    """Return a column as float64 and the indices of cells that are no numbers (NaN there)."""
    if values.dtype != object:
        return values.astype(np.float64), []
    numbers = np.full(len(values), np.nan)
    bad: list[int] = []
    for i, text in enumerate(values.tolist()):
        try:
            numbers[i] = number_of(str(text))
        except ValueError:
            bad.append(i)
    return numbers, bad


def code_of(text: str) -> tuple[str, bool]:
    """Return a code as text, and whether all its digits are surely there.

    Spreadsheets turn long codes into floats: `51190200100100104.0` has lost its last digits
    beyond 2**53, `5.19999E+11` all digits after those shown.

    Examples
    --------
    >>> code_of("519999001001.0"), code_of("5.19999E+11"), code_of("Ｗ０１")
    (('519999001001', True), ('519999000000', False), ('W01', True))
    """
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    plain = plain.strip().lstrip("'")
    if re.fullmatch(r"\d+\.0+", plain):
        whole = plain.split(".")[0]
        return whole, int(whole) <= _SAFE_INTEGER
    shown = _SCIENTIFIC.fullmatch(plain)
    if shown:
        digits = shown[1] + (shown[2] or "")
        length = int(shown[3]) + 1
        if length <= 40:
            return digits[:length].ljust(length, "0"), len(digits) >= length and length <= 15
    return plain, True


def codes_of(values: npt.NDArray[Any]) -> tuple[ObjectArray, list[int]]:
    """Return a column as codes and the indices of those that lost digits."""
    if values.dtype == np.int64:
        return objects([str(value) for value in values.tolist()]), []
    if values.dtype == np.float64:
        texts = objects([text_of(value) for value in values.tolist()])
        return texts, np.flatnonzero(np.abs(np.nan_to_num(values)) > _SAFE_INTEGER).tolist()
    codes, bad = [], []
    for i, text in enumerate(values.tolist()):
        code, whole = code_of(str(text))
        codes.append(code)
        if not whole:
            bad.append(i)
    return objects(codes), bad


def texts_of(values: npt.NDArray[Any]) -> ObjectArray:
    """Return a column as texts."""
    return values if values.dtype == object else objects([text_of(value) for value in values.tolist()])
