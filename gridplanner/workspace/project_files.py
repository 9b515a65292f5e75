# SPDX-License-Identifier: LGPL-3.0-or-later
"""Tell a project from a GeoPackage of layers, without opening either."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path


def is_project(path: Path) -> bool:
    """Tell whether a file is a project of gridplanner (a GeoPackage with our table)."""
    import sqlite3  # the window asks this once; it paints first

    if path.suffix.lower() != ".gpkg" or not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            row = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'gridplanner_meta'").fetchone()
    except sqlite3.DatabaseError:
        return False
    return row is not None
