# SPDX-License-Identifier: LGPL-3.0-or-later
"""Plan the columns of a dBase table, and name every loss it forces BEFORE a byte is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplanner.errors import UserError
from gridplanner.io.columns import text_of
from gridplanner.io.encoding import clean_text
from gridplanner.io.faults import layer_finding, row_finding
from gridplanner.io.raw import objects
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer, ObjectArray
from gridplanner.texts import _

MAX_TEXT_BYTES = 254
MAX_NAME_BYTES = 10
MAX_FIELDS = 255
_MAX_DIGITS = 18
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
#: Columns that are dates even when every cell is still empty, so that the file's make-up does not change.
_DATE_COLUMNS = ("CSRQ", "ZZRQ")
DEFAULT_DECIMALS = 3


@dataclass(frozen=True)
class Profile:
    """How a shapefile is written for a certain reader.

    Parameters
    ----------
    codec : str
        Python codec.
    label : str
        Text of the `.cpg`.
    language_byte : int
        LDID of the DBF header; older ArcMap and SuperMap go by it.
    chinese : bool
        Chinese column names (at most 10 bytes) instead of ASCII ones.
    """

    codec: str
    label: str
    language_byte: int
    chinese: bool = False


def profile_of(name: str) -> Profile:
    """Return a profile by name: `utf8`, `gbk`, `gb18030`, each with `+chinese` for Chinese column names.

    Raises
    ------
    UserError
        There is no such profile.
    """
    base, _plus, more = name.partition("+")
    known = {"utf8": ("utf-8", "UTF-8", 0), "gbk": ("gbk", "GBK", 0x4D), "gb18030": ("gb18030", "GB18030", 0)}
    if base not in known or more not in ("", "chinese"):
        raise UserError(
            _(
                "There is no shapefile profile '{name}'. Use utf8, gbk or gb18030, or these with +chinese."
            ).format(name=name)
        )
    return Profile(*known[base], chinese=bool(more))


@dataclass(frozen=True, eq=False)
class DbfField:
    """A column as it will be written.

    Parameters
    ----------
    key : str
        Column of the layer.
    name : str
        Name in the file.
    kind : str
        `C`, `N` or `D`.
    width, decimals : int
    values : array[n]
        Exactly what a faithful reader must give back: texts that fit, int64, or float64 rounded.
    """

    key: str
    name: str
    kind: str
    width: int
    decimals: int
    values: npt.NDArray[Any]


def plan_fields(
    layer: Layer, profile: Profile, aliases: Mapping[str, str], decimals: Mapping[str, int]
) -> tuple[tuple[DbfField, ...], tuple[Finding, ...]]:
    """Return the columns to write and each loss they force, by row and column.

    Parameters
    ----------
    layer : Layer
    profile : Profile
    aliases : mapping of column to Chinese name
    decimals : mapping of column to number of decimals
        Three where not named.

    Raises
    ------
    UserError
        There are more than 255 columns.
    """
    if len(layer.fields) > MAX_FIELDS:
        raise UserError(
            _("Layer '{layer}' has {n} columns; a shapefile holds 255. Write a GeoPackage instead.").format(
                layer=layer.role, n=len(layer.fields)
            )
        )
    findings: list[Finding] = []
    names = file_names(list(layer.fields), profile, aliases, layer.role, findings)
    fields = [
        _field(
            key, names[key], np.asarray(values), layer, profile, decimals.get(key, DEFAULT_DECIMALS), findings
        )
        for key, values in layer.fields.items()
    ]
    return tuple(fields), tuple(findings)


def file_names(
    keys: list[str], profile: Profile, aliases: Mapping[str, str], layer: str, findings: list[Finding]
) -> dict[str, str]:
    """Return a unique name of at most 10 bytes for each column; shortened ones are told."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for key in keys:
        wanted = aliases.get(key, key) if profile.chinese else key
        name = _cut(wanted, profile.codec, MAX_NAME_BYTES)
        if profile.chinese and (name != wanted or name.upper() in taken):
            # A cut Chinese name loses its meaning (网格员联系电话, 网格员联系地址); the code keeps it.
            name = _cut(key, profile.codec, MAX_NAME_BYTES)
        base, n = name, 1
        while name.upper() in taken:
            n += 1
            tail = f"_{n}"
            name = _cut(base, profile.codec, MAX_NAME_BYTES - len(tail)) + tail
        taken.add(name.upper())
        names[key] = name
        if name not in (key, wanted):
            text = _("Layer '{layer}': column '{column}' is called '{name}' in the shapefile.").format(
                layer=layer, column=key, name=name
            )
            findings.append(layer_finding("write.name", Severity.INFO, text, layer))
    return names


def _cut(text: str, codec: str, room: int) -> str:
    """Return the longest beginning of a text that fits into `room` bytes, never half a character."""
    while len(text.encode(codec, "replace")) > room:
        text = text[:-1]
    return text


def _field(
    key: str,
    name: str,
    values: npt.NDArray[Any],
    layer: Layer,
    profile: Profile,
    decimals: int,
    findings: list[Finding],
) -> DbfField:
    """Return one column: whole numbers, numbers, dates or texts."""
    if values.dtype.kind in "iub":
        whole = values.astype(np.int64)
        width = max((len(str(v)) for v in (whole.min(), whole.max())), default=1) if len(whole) else 1
        if width <= _MAX_DIGITS:
            return DbfField(key, name, "N", max(width, 9), 0, whole)
        values = objects([str(v) for v in whole.tolist()])
    elif values.dtype.kind == "f":
        return _number(key, name, values.astype(np.float64), layer, decimals, findings)
    texts = objects([text_of(v) for v in values.tolist()])
    dates = [bool(_DATE.fullmatch(t)) for t in texts if t]
    if all(dates) and (dates or key in _DATE_COLUMNS):
        return DbfField(key, name, "D", 8, 0, texts)
    fitted = _fitting(key, texts, layer, profile, findings)
    width = max((len(t.encode(profile.codec)) for t in set(fitted.tolist())), default=1)
    return DbfField(key, name, "C", max(width, 1), 0, fitted)


def _number(
    key: str, name: str, values: npt.NDArray[np.float64], layer: Layer, decimals: int, findings: list[Finding]
) -> DbfField:
    """Return a column of decimals; infinite or too large numbers are told and left empty."""
    limit = 10.0 ** (_MAX_DIGITS - decimals - 1)
    with np.errstate(invalid="ignore"):
        bad = np.flatnonzero(np.isinf(values) | (np.abs(values) >= limit))
    values = values.copy()
    if len(bad):
        text = _(
            "Layer '{layer}', column '{column}': numbers too large for a shapefile are left empty in "
            "rows {rows}."
        )
        findings.append(
            row_finding(
                "write.number",
                Severity.WARNING,
                text.format(layer=layer.role, column=key, rows="{rows}"),
                (bad + 1).tolist(),
                _("Write a GeoPackage as well; it keeps them."),
            )
        )
        values[bad] = np.nan
    rounded = np.round(values, decimals)
    with np.errstate(invalid="ignore"):
        changed = np.flatnonzero(np.abs(rounded - values) > 1e-9 * np.maximum(np.abs(values), 1.0))
    if len(changed):
        text = _("Layer '{layer}', column '{column}': numbers are rounded to {n} decimals in rows {rows}.")
        text = text.format(layer=layer.role, column=key, n=decimals, rows="{rows}")
        findings.append(row_finding("write.decimals", Severity.INFO, text, (changed + 1).tolist()))
    top = np.nanmax(np.abs(rounded), initial=0)
    width = min(max(len(f"{top:.{decimals}f}") + 1, 12), 19)
    return DbfField(key, name, "N", width, decimals, rounded)


def _fitting(
    key: str, texts: ObjectArray, layer: Layer, profile: Profile, findings: list[Finding]
) -> ObjectArray:
    """Return the texts as the file can hold them, and tell each that it cannot hold whole."""
    fitted: dict[str, str] = {}
    foreign: dict[str, str] = {}
    long: set[str] = set()
    for text in set(texts.tolist()):
        held = clean_text(text)
        try:
            size = len(held.encode(profile.codec))
        except UnicodeEncodeError:
            foreign[text] = "".join(c for c in held if not _has(c, profile.codec))
            held = held.encode(profile.codec, "replace").decode(profile.codec)
            size = len(held.encode(profile.codec))
        if size > MAX_TEXT_BYTES:
            long.add(text)
            held = _cut(held, profile.codec, MAX_TEXT_BYTES)
        fitted[text] = held
    if foreign or long:
        findings.extend(_losses(key, texts, layer, profile, foreign, long))
    return objects([fitted[text] for text in texts.tolist()])


def _has(character: str, codec: str) -> bool:
    """Tell whether a codec has a character."""
    try:
        character.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _losses(
    key: str, texts: ObjectArray, layer: Layer, profile: Profile, foreign: Mapping[str, str], long: set[str]
) -> list[Finding]:
    """Return the findings on characters that the encoding lacks and on texts that are too long."""
    findings = []
    rows = [i + 1 for i, text in enumerate(texts.tolist()) if text in foreign]
    if rows:
        characters = "".join(
            dict.fromkeys("".join(foreign[text] for text in texts.tolist() if text in foreign))
        )
        text = _(
            "Layer '{layer}', column '{column}': {label} has no character {characters}; rows "
            "{rows} show ? instead."
        ).format(layer=layer.role, column=key, label=profile.label, characters=characters[:20], rows="{rows}")
        findings.append(
            row_finding("write.text", Severity.WARNING, text, rows, _("Hand over UTF-8 or GB18030 instead."))
        )
    rows = [i + 1 for i, text in enumerate(texts.tolist()) if text in long]
    if rows:
        text = _(
            "Layer '{layer}', column '{column}': texts longer than 254 bytes are cut in rows {rows}."
        ).format(layer=layer.role, column=key, rows="{rows}")
        remedy = _("Shorten them, or hand over a GeoPackage, which keeps them whole.")
        findings.append(row_finding("write.text", Severity.WARNING, text, rows, remedy))
    return findings
