# SPDX-License-Identifier: LGPL-3.0-or-later
"""Where the planner said that rows of a ledger belong: remembered beside the configuration."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from gridplanner.io.file_set import publish_set
from gridplanner.io.ledger_reader import read_csv

#: Beside CONFIG.toml; a plain table that anybody can read and mend.
PLACEMENTS = "楼栋落位.csv"
_COLUMNS = ("小区", "楼栋", "楼栋编码")


def placement_key(estate: str, building: str) -> str:
    """Return the key of a row of a ledger, as `people.join_people` looks it up."""
    return f"{estate}|{building}"


def read_placements(base: Path) -> dict[str, str]:
    """Return what was placed by hand: `estate|building` of the ledger to building code."""
    path = base / PLACEMENTS
    if not path.is_file():
        return {}
    table = read_csv(path).columns
    if any(name not in table for name in _COLUMNS):
        return {}
    estates, buildings, codes = (map(str, table[name].tolist()) for name in _COLUMNS)
    return {placement_key(a, b): code for a, b, code in zip(estates, buildings, codes, strict=True) if code}


def remember_placements(base: Path, placed: Mapping[tuple[str, str], str]) -> None:
    """Add placements to those remembered; a later one for the same row replaces the earlier.

    Parameters
    ----------
    base : Path
        Folder of the configuration.
    placed : mapping of (estate, building) as the ledger writes them to building code

    Raises
    ------
    UserError
        The folder cannot be written.
    """
    known = {tuple(key.split("|", 1)): code for key, code in read_placements(base).items()} | dict(placed)
    out = io.StringIO(newline="")
    rows = ([estate, building, code] for (estate, building), code in sorted(known.items()))
    csv.writer(out).writerows([_COLUMNS, *rows])
    path = base / PLACEMENTS
    with publish_set(path, {path.suffix: b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")}):
        pass
