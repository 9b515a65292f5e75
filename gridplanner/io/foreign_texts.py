# SPDX-License-Identifier: LGPL-3.0-or-later
"""Texts of MapInfo, DXF and KML files by our own test of the encoding, the same on every system.

GDAL takes such a file's own word for the encoding and, where it has none, the code page of the
computer: the same file reads otherwise under Windows, and a drawing that says `ANSI_1252` over
Chinese texts reads as `Íø¸ñ` without a word. So GDAL is made to leave every byte as it is, one
character of Latin-1 each, and the bytes are judged like those of any other file.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy.typing as npt
import pyogrio

from gridplanner.errors import UserError
from gridplanner.io.encoding import EncodingChoice, decode
from gridplanner.io.encoding_choice import choose_encoding, encoding_findings
from gridplanner.io.faults import row_finding
from gridplanner.io.raw import objects
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.texts import _

_MAPINFO_MEMBERS = (".tab", ".dat", ".map", ".id", ".ind", ".dbf", ".mif", ".mid")
_CHARSET = re.compile(rb'(?im)^([ \t]*!charset[ \t]+|[^\r\n]*\bcharset[ \t]*")([^"\r\n]*)')
#: Tables that only point to other tables, wherever these lie.
_POINTS_ELSEWHERE = re.compile(rb'(?i)create\s+view|isseamless"?\s*=\s*"?true')
_DXF_VARIABLE = rb"(?m)^\s*9\s*\$%s\s+[13]\s+([^\r\n]+)"
#: Drawings of AutoCAD 2007 and later are in UTF-8.
_UTF8_DRAWING = "AC1021"
_XML_ENCODING = re.compile(rb"""(<\?xml[^>]*?encoding\s*=\s*["'])([\w.-]+)(["'])""")
_HIGH_LINE = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")
_LATIN = re.compile("[\x00-\xff]+")
#: The signs that GDAL makes of `%%d`, `%%p` and `%%c` in a drawing stand alone; they are no bytes.
_LATIN_BUT_SIGNS = re.compile("(?:(?!(?<![\x80-\xff])[°±Ø](?![\x80-\xff]))[\x00-\xff])+")
_HEAD_BYTES = 1 << 16


@dataclass(frozen=True)
class Readable:
    """A file as GDAL shall open it.

    Parameters
    ----------
    path : Path
        The file itself, or a copy that tells GDAL no encoding.
    choice : EncodingChoice, optional
        What its texts are in, as far as that shows before reading.
    as_bytes : bool
        GDAL gives each byte of a text as a character of Latin-1.
    label : str
        What the file says of its encoding.
    options : mapping
        For `pyogrio.raw.read`.
    """

    path: Path
    choice: EncodingChoice | None = None
    as_bytes: bool = False
    label: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@contextmanager
def readable(path: Path, encoding: str = "") -> Iterator[Readable]:
    """Yield a file so that GDAL neither guesses nor believes an encoding.

    Parameters
    ----------
    path : Path
        MapInfo (`.tab`, `.mif`), `.dxf`, `.kml`, or a format that fixes the encoding.
    encoding : str
        The planner's choice; "" to decide by test.

    Raises
    ------
    UserError
        A MapInfo table only points to others, or nobody knows the encoding named.
    """
    suffix = path.suffix.lower()
    with tempfile.TemporaryDirectory(prefix="gridplanner-texts-") as name:
        folder = Path(name)
        if suffix in (".tab", ".mif"):
            yield _bare_mapinfo(path, folder)
        elif suffix == ".dxf":
            with _raw_drawing(path, encoding) as item:
                yield item
        elif suffix == ".kml":
            yield _utf8_markup(path, folder, encoding)
        else:
            yield Readable(path)


def refuse_pointing(path: Path) -> None:
    """Raise UserError for a MapInfo table that holds nothing itself but names other tables."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if _POINTS_ELSEWHERE.search(head):
        raise UserError(
            _("'{source}' only points to other tables. Choose the tables themselves.").format(
                source=path.name
            )
        )


def _bare_mapinfo(path: Path, folder: Path) -> Readable:
    """Return a copy of a MapInfo set whose header names no character set."""
    data = path.read_bytes()
    named = _CHARSET.search(data[:_HEAD_BYTES])
    label = named[2].decode("ascii", "replace").strip() if named else ""
    for member in path.parent.iterdir():
        same = member.stem.lower() == path.stem.lower() and member.suffix.lower() in _MAPINFO_MEMBERS
        if same and member != path and member.is_file():
            shutil.copyfile(member, folder / (path.stem + member.suffix))
    copy = folder / path.name
    # A text object deep in a .mif may hold the word: only the header counts.
    copy.write_bytes(_CHARSET.sub(rb"\1Neutral", data[:_HEAD_BYTES], count=2) + data[_HEAD_BYTES:])
    label = "" if label == "Neutral" else label
    return Readable(copy, as_bytes=True, label=label, options={"encoding": "latin-1"})


@contextmanager
def _raw_drawing(path: Path, encoding: str) -> Iterator[Readable]:
    """Yield a drawing, its texts left as bytes."""
    data = path.read_bytes()
    label = _variable(data, b"DWGCODEPAGE")
    if _variable(data, b"ACADVER") >= _UTF8_DRAWING:
        label = "UTF-8"
    choice = choose_encoding(_HIGH_LINE.findall(data), path.name, encoding, label.replace("_", " "))
    del data
    before = pyogrio.get_gdal_config_option("DXF_ENCODING")
    pyogrio.set_gdal_config_options({"DXF_ENCODING": "ISO-8859-1"})
    try:
        yield Readable(path, choice, as_bytes=True)
    finally:
        pyogrio.set_gdal_config_options({"DXF_ENCODING": before})


def _variable(data: bytes, name: bytes) -> str:
    """Return a variable of a drawing's header; "" if it is not there."""
    found = re.search(_DXF_VARIABLE % name, data[:_HEAD_BYTES])
    return found[1].decode("ascii", "replace").strip() if found else ""


def _utf8_markup(path: Path, folder: Path, encoding: str) -> Readable:
    """Return a KML file as it is where it is UTF-8 and says so, else a copy in UTF-8."""
    data = path.read_bytes()
    named = _XML_ENCODING.search(data[:_HEAD_BYTES])
    label = named[2].decode("ascii") if named else ""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Readable(path)
    choice = choose_encoding(_HIGH_LINE.findall(data), path.name, encoding, label)
    if choice.codec == "utf-8" and label.lower() in ("", "utf-8"):
        return Readable(path)
    text = decode(data, choice.codec)[0].encode("utf-8")
    copy = folder / path.name
    copy.write_bytes(_XML_ENCODING.sub(rb"\1UTF-8\3", text, count=1))
    return Readable(copy, choice)


def settled(
    columns: Mapping[str, npt.NDArray[Any]], item: Readable, source: str, encoding: str = ""
) -> tuple[dict[str, npt.NDArray[Any]], str, list[Finding]]:
    """Return columns with their texts decoded, the codec, and what was doubtful about it.

    Parameters
    ----------
    columns : mapping of str to array[n]
        As GDAL gave them from `item.path`.
    item : Readable
    source : str
        For messages.
    encoding : str
        The planner's choice; "" to decide by test.
    """
    choice = item.choice
    if choice is None and not item.as_bytes:
        return dict(columns), "", []
    if choice is None:
        texts = sorted({text.encode("latin-1") for text in _texts(columns)})
        choice = choose_encoding(texts, source, encoding, item.label)
    table, bad = _decoded(columns, choice.codec) if item.as_bytes else (dict(columns), [])
    found = encoding_findings(choice, source, _texts(table))
    if bad:
        told = _("'{source}': texts cut off or not in the encoding {codec} in rows {rows}.")
        told = told.format(source=source, codec=choice.codec, rows="{rows}")
        found.append(row_finding("read.text", Severity.WARNING, told, bad))
    return table, choice.codec, found


def _texts(columns: Mapping[str, npt.NDArray[Any]]) -> Iterator[str]:
    """Yield the names of columns, and every text in them."""
    yield from columns
    for values in columns.values():
        if values.dtype == object:
            yield from (value for value in values.tolist() if isinstance(value, str))


def _decoded(
    columns: Mapping[str, npt.NDArray[Any]], codec: str
) -> tuple[dict[str, npt.NDArray[Any]], list[int]]:
    """Return columns whose texts stood as bytes, and the rows where not all bytes were understood."""
    table: dict[str, npt.NDArray[Any]] = {}
    bad: set[int] = set()
    for name, values in columns.items():
        if values.dtype == object:
            read = [
                _text(value, codec) if isinstance(value, str) else (value, True) for value in values.tolist()
            ]
            bad.update(row for row, (_value, whole) in enumerate(read, start=1) if not whole)
            values = objects([value for value, _whole in read])
        table[_text(name, codec)[0]] = values
    return table, sorted(bad)


def _text(value: str, codec: str) -> tuple[str, bool]:
    """Return a text whose characters up to 255 are bytes, and whether every byte was understood."""
    if value.isascii():
        return value, True
    whole = _in_codec(value, codec, _LATIN)
    return whole if whole[1] else _in_codec(value, codec, _LATIN_BUT_SIGNS)


def _in_codec(value: str, codec: str, stretches: re.Pattern[str]) -> tuple[str, bool]:
    """Return a text with its stretches of bytes read in a codec, and whether every byte was understood."""
    right = True

    def read(found: re.Match[str]) -> str:
        """Return one stretch; what lies beyond Latin-1, GDAL itself made of an escape."""
        nonlocal right
        text, understood = decode(found[0].encode("latin-1"), codec)
        right &= understood
        return text

    return stretches.sub(read, value), right
