# SPDX-License-Identifier: LGPL-3.0-or-later
"""Make a PDF written by Qt searchable and repeatable."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pikepdf

_RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_TARGETS = re.compile(rb"\[[^\]]*\]|(?<=> )<[0-9A-Fa-f]{4}>(?=\s*\n)")
_CODE = re.compile(rb"<([0-9A-Fa-f]{4})>")


def mend_text(cmap: bytes, canonical: Mapping[int, int]) -> bytes:
    """Return a ToUnicode map in which each code point is replaced by its canonical one.

    Parameters
    ----------
    cmap : bytes
        As Qt writes it: `<first> <last> [<code> <code> ...]`.
    canonical : mapping of int to int
        Code points that nobody types to those that everybody types.
    """

    def code(match: re.Match[bytes]) -> bytes:
        number = int(match[1], 16)
        return b"<%04X>" % canonical.get(number, number)

    def targets(match: re.Match[bytes]) -> bytes:
        return _CODE.sub(code, match[0])

    def ranges(match: re.Match[bytes]) -> bytes:
        return b"beginbfrange" + _TARGETS.sub(targets, match[1]) + b"endbfrange"

    return _RANGES.sub(ranges, cmap)


def finish_pdf(
    source: Path,
    target: Path,
    canonical: Mapping[int, int],
    info: Mapping[str, str],
    outline: Iterable[tuple[str, int]] = (),
) -> None:
    """Write `source` to `target` with searchable text, given document data and bookmarks.

    Parameters
    ----------
    canonical : mapping of int to int
        See `mend_text`.
    info : mapping of str to str
        Entries of the document information (`Title`, `CreationDate`); others are removed, so that
        the same sheets give the same bytes.
    outline : iterable of (str, int)
        Bookmark and page number, from 0.
    """
    with pikepdf.open(source) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and "/ToUnicode" in item:
                stream = item["/ToUnicode"]
                stream.write(mend_text(stream.read_bytes(), canonical))
        if "/ID" in pdf.trailer:
            # Qt's identifier is random, and half of it would survive.
            del pdf.trailer["/ID"]
        if "/Metadata" in pdf.Root:
            del pdf.Root["/Metadata"]
        pdf.trailer["/Info"] = pdf.make_indirect(
            pikepdf.Dictionary({f"/{key}": value for key, value in info.items() if value})
        )
        with pdf.open_outline() as bookmarks:
            bookmarks.root.extend(pikepdf.OutlineItem(text, page) for text, page in outline)
        # In memory first: on a full disk the library would end the whole process.
        whole = io.BytesIO()
        pdf.save(whole, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    target.write_bytes(whole.getvalue())
