# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read dBase tables byte by byte, believing file sizes more than headers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplanner.errors import UserError
from gridplanner.io.encoding import EncodingChoice, clean_text, decode
from gridplanner.io.encoding_choice import choose_encoding
from gridplanner.io.faults import layer_finding, row_finding
from gridplanner.io.raw import objects
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.texts import _

#: More rows than any city's ledger; a header or a sparse file that claims more is refused.
MAX_ROWS = 5_000_000
_SAFE_INTEGER = 2**53


@dataclass(frozen=True)
class _Field:
    """One column of the table: name in bytes, type letter, place in the record."""

    name: bytes
    kind: str
    start: int
    width: int
    decimals: int


@dataclass(frozen=True, eq=False)
class DbfTable:
    """A decoded table.

    Parameters
    ----------
    columns : mapping of str to array[n]
    kept : int64[n]
        Index of each row in the file, counted from 0; deleted rows are left out.
    records : int
        Records that are really in the file, deleted ones included.
    encoding : EncodingChoice
    findings : tuple of Finding
    """

    columns: dict[str, npt.NDArray[Any]]
    kept: npt.NDArray[np.int64]
    records: int
    encoding: EncodingChoice
    findings: tuple[Finding, ...] = field(default=())


def read_dbf(path: Path, source: str, label: str = "", encoding: str = "") -> DbfTable:
    """Read a dBase table.

    Parameters
    ----------
    path : Path
    source : str
        Name for messages.
    label : str
        Text of the `.cpg`; weighed, not obeyed.
    encoding : str
        The user's choice; obeyed.

    Raises
    ------
    UserError
        The file is no dBase table, claims an absurd size, or does not fit the chosen encoding.
    """
    data = np.memmap(path, dtype=np.uint8, mode="r") if path.stat().st_size else np.empty(0, np.uint8)
    header = data[: 32 * 2100].tobytes()
    if len(header) < 33 or header[0] & 0x07 not in (2, 3, 4, 5):
        raise UserError(
            _(
                "'{source}': the attribute table (.dbf) is damaged: its header is not dBase. Ask "
                "for the file again."
            ).format(source=source)
        )
    claimed = int.from_bytes(header[4:8], "little")
    header_size = int.from_bytes(header[8:10], "little")
    record_size = int.from_bytes(header[10:12], "little")
    findings: list[Finding] = []
    fields = _fields(header[:header_size])
    record_size = _record_size(record_size, fields, len(data) - header_size, claimed, source, findings)
    present = max(0, (len(data) - header_size) // record_size) if record_size else 0
    records = min(claimed, present)
    _refuse_absurd(claimed, present, source)
    if claimed > present:
        findings.append(_cut_off(claimed, present, source))
    block = data[header_size : header_size + records * record_size].reshape(records, record_size)
    kept = np.flatnonzero(block[:, 0] != 0x2A).astype(np.int64) if records else np.empty(0, np.int64)
    if len(kept) < records:
        findings.append(_deleted((np.flatnonzero(block[:, 0] == 0x2A) + 1).tolist(), source))
    block = np.ascontiguousarray(block[kept])
    cells = [_cells(block, item) for item in fields]
    choice = _choose(fields, cells, label, header[29], encoding, source)
    columns, more = _decode_columns(fields, cells, choice, kept + 1, source)
    return DbfTable(columns, kept, records, choice, tuple(findings + more))


def _cut_off(claimed: int, present: int, source: str) -> Finding:
    """Tell that rows are missing at the end."""
    text = _("'{source}': the attribute table promises {claimed} rows but holds {present}.").format(
        source=source, claimed=claimed, present=present
    )
    remedy = _("The file was cut off; ask for it again.")
    return layer_finding("read.count", Severity.ERROR, text, source, remedy)


def _deleted(rows: list[int], source: str) -> Finding:
    """Tell which rows are marked as deleted."""
    text = _("'{source}': {n} rows are marked as deleted and were left out: rows {rows}.").format(
        source=source, n=len(rows), rows="{rows}"
    )
    return row_finding("read.deleted", Severity.INFO, text, rows)


def _refuse_absurd(claimed: int, present: int, source: str) -> None:
    """Raise UserError for a table too large to be one."""
    if min(claimed, present) > MAX_ROWS:
        raise UserError(
            _(
                "'{source}': the attribute table claims {n} rows, more than {limit}. The file is "
                "damaged or too large."
            ).format(source=source, n=claimed, limit=MAX_ROWS)
        )


def _fields(header: bytes) -> list[_Field]:
    """Return the columns that the header describes."""
    fields: list[_Field] = []
    start = 1
    for at in range(32, len(header) - 31, 32):
        item = header[at : at + 32]
        if item[0] in (0x0D, 0x00):
            break
        kind = chr(item[11])
        width, decimals = item[16], item[17]
        fields.append(_Field(item[:11].split(b"\0")[0], kind, start, width, decimals))
        start += width
    return fields


def _record_size(
    stated: int, fields: list[_Field], room: int, claimed: int, source: str, findings: list[Finding]
) -> int:
    """Return the true length of a record: as stated, or as the columns add up where that fits the file."""
    summed = 1 + sum(item.width for item in fields)
    if stated == summed or not fields:
        return stated
    fits = stated > 0 and room in (stated * claimed, stated * claimed + 1)
    findings.append(
        layer_finding(
            "read.count",
            Severity.WARNING,
            _(
                "'{source}': the record length in the attribute table ({stated}) differs from "
                "the sum of its columns ({summed})."
            ).format(source=source, stated=stated, summed=summed),
            source,
            _("Check the last columns; save the table again with the program that made it."),
        )
    )
    return stated if fits or room < summed * claimed else summed


def _cells(block: npt.NDArray[np.uint8], item: _Field) -> npt.NDArray[np.bytes_]:
    """Return a column as byte strings without padding."""
    stop = min(item.start + item.width, block.shape[1])
    if not len(block) or stop <= item.start:
        return np.full(len(block), b"", dtype="S1")
    cells = np.ascontiguousarray(block[:, item.start : stop]).view(f"S{stop - item.start}").ravel()
    if item.kind in "IBO@TY+":
        return cells
    return np.char.strip(cells, b" \0")


def _choose(
    fields: list[_Field],
    cells: list[npt.NDArray[np.bytes_]],
    label: str,
    ldid: int,
    encoding: str,
    source: str,
) -> EncodingChoice:
    """Return the encoding: the user's, or the one decided from every text of the table."""
    texts = [item.name for item in fields]
    for item, column in zip(fields, cells, strict=True):
        if item.kind == "C":
            texts.extend(np.unique(column).tolist())
    return choose_encoding(texts, source, encoding, label, ldid)


def _decode_columns(
    fields: list[_Field],
    cells: list[npt.NDArray[np.bytes_]],
    choice: EncodingChoice,
    rows: npt.NDArray[np.int64],
    source: str,
) -> tuple[dict[str, npt.NDArray[Any]], list[Finding]]:
    """Return decoded columns under unique names."""
    columns: dict[str, npt.NDArray[Any]] = {}
    findings: list[Finding] = []
    for item, column in zip(fields, cells, strict=True):
        name = clean_text(decode(item.name, choice.codec)[0]) or "FIELD"
        base, n = name, 1
        while name in columns:
            n += 1
            name = f"{base}_{n}"
        read = _READERS.get(item.kind, _texts)
        values, bad, cause = read(column, item, choice.codec)
        columns[name] = values
        if len(bad):
            findings.append(
                row_finding(
                    "read.text" if item.kind == "C" else "read.number",
                    Severity.WARNING,
                    _("'{source}', column '{column}': {cause} in rows {rows}.").format(
                        source=source, column=name, cause=cause, rows="{rows}"
                    ),
                    rows[bad].tolist(),
                    _("Compare these cells with the original."),
                )
            )
    return columns, findings


_Read = tuple[npt.NDArray[Any], npt.NDArray[np.int64], str]


def _texts(column: npt.NDArray[np.bytes_], item: _Field, codec: str) -> _Read:
    """Return texts, decoding each distinct value once."""
    distinct, inverse = np.unique(column, return_inverse=True)
    texts, whole = [], []
    for value in distinct.tolist():
        text, complete = decode(value, codec)
        texts.append(clean_text(text))
        whole.append(complete)
    values = objects(texts)[inverse] if len(distinct) else objects([])
    bad = np.flatnonzero(~np.asarray(whole, bool)[inverse]) if len(distinct) else np.empty(0, np.int64)
    return values, bad, _("texts cut off or not in the encoding {codec}").format(codec=codec)


def _numbers(column: npt.NDArray[np.bytes_], item: _Field, codec: str) -> _Read:
    """Return int64 where all are whole, float64 with NaN otherwise, texts where doubles would lose digits."""
    none = np.empty(0, np.int64)
    blank = (column == b"") | np.char.startswith(column, b"*")
    if item.decimals == 0 and not blank.any():
        try:
            return column.astype(np.int64), none, ""
        except (ValueError, OverflowError):
            pass
    try:
        filled = np.where(blank, b"nan", column)
        values = filled.astype(np.float64)
    except ValueError:
        texts, bad, _cause = _texts(column, item, codec)
        number = np.array([_is_number(value) for value in column.tolist()], bool)
        return texts, np.flatnonzero(~number), _("cells that are no numbers")
    if item.decimals == 0 and np.nanmax(np.abs(values), initial=0) > _SAFE_INTEGER:
        return _texts(np.where(blank, b"", column), item, codec)
    bad = np.flatnonzero(np.isinf(values) | (np.isnan(values) & ~blank))
    values[bad] = np.nan
    return values, bad, _("numbers that are not finite")


def _is_number(value: bytes) -> bool:
    """Tell whether a cell is empty or a number."""
    try:
        float(value or b"0")
    except ValueError:
        return False
    return True


def _dates(column: npt.NDArray[np.bytes_], item: _Field, codec: str) -> _Read:
    """Return dates as ISO text."""
    texts = [value.decode("ascii", "replace") for value in column.tolist()]
    texts = [t if not t.isdigit() or len(t) != 8 else f"{t[:4]}-{t[4:6]}-{t[6:]}" for t in texts]
    return (
        objects(["" if t in ("0", "00000000", "0000-00-00") else t for t in texts]),
        np.empty(0, np.int64),
        "",
    )


def _logical(column: npt.NDArray[np.bytes_], item: _Field, codec: str) -> _Read:
    """Return yes/no as 1/0 with NaN for unknown."""
    values = np.full(len(column), np.nan)
    values[np.isin(column, [b"T", b"t", b"Y", b"y"])] = 1
    values[np.isin(column, [b"F", b"f", b"N", b"n"])] = 0
    return values, np.empty(0, np.int64), ""


def _binary(letter: str) -> Callable[[npt.NDArray[np.bytes_], _Field, str], _Read]:
    """Return a reader of binary numbers of a NumPy type."""

    def read(column: npt.NDArray[np.bytes_], item: _Field, codec: str) -> _Read:
        """Return numbers; columns of another width than the type needs are left as they are."""
        if column.dtype.itemsize != np.dtype(letter).itemsize:
            return _texts(column, item, codec)
        values = column.view(letter).astype(np.float64)
        bad = np.flatnonzero(~np.isfinite(values))
        values[bad] = np.nan
        return values, bad, _("numbers that are not finite")

    return read


_READERS: dict[str, Callable[[npt.NDArray[np.bytes_], _Field, str], _Read]] = {
    "N": _numbers,
    "F": _numbers,
    "D": _dates,
    "L": _logical,
    "I": _binary("<i4"),
    "+": _binary("<i4"),
    "B": _binary("<f8"),
    "O": _binary("<f8"),
}
