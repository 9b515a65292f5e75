# SPDX-License-Identifier: LGPL-3.0-or-later
"""What each broken or awkward real file gives: read with what is told, or refused in one sentence."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from gridplanner.errors import UserError
from gridplanner.io import crs as systems
from gridplanner.io.gate import pass_gate
from gridplanner.io.sources import layers_in, open_layer

ROOT = Path(__file__).resolve().parents[2]
_MAIN = {".shp", ".gpkg", ".json", ".geojson", ".zip", ".xml"}


def shared_folder() -> Path:
    """Return where the shared data lies."""
    return Path(os.environ.get("GRIDPLANNER_SHARED_DATA", ROOT.parent / "shared" / "data")) / "messy"


def cases(folder: Path) -> list[Path]:
    """Return every file of the folder that a planner might choose."""
    found = [p for p in sorted(folder.rglob("*")) if p.suffix.lower() in _MAIN]
    alone = [p for p in sorted(folder.rglob("*.dbf")) if not p.with_suffix(".shp").exists()]
    return found + alone


def outcome(path: Path) -> dict[str, Any]:
    """Return what a file gave: rows and faults of each layer inside, or the sentence that refuses it."""
    try:
        names = layers_in(path)
    except UserError as error:
        return {"refused": str(error)}
    layers = {}
    for name in names:
        try:
            layers[name] = read_one(path, name)
        except UserError as error:
            layers[name] = {"refused": str(error)}
    return layers[""] if list(layers) == [""] else {"layers": layers}


def read_one(path: Path, name: str) -> dict[str, Any]:
    """Return rows, shapes, CRS and faults of one layer; what passes the gate is valid."""
    raw = open_layer(path, name)
    told = list(raw.findings)
    result: dict[str, Any] = {"rows": len(raw), "encoding": raw.encoding, "columns": list(raw.columns)}
    if raw.geometry is not None:
        shapes, more = pass_gate("bridges", raw.geometry, raw.rows, raw.source)
        told += more
        kinds, counts = np.unique(shapely.get_type_id(shapes), return_counts=True)
        result["shapes"] = {str(k): int(c) for k, c in zip(kinds, counts, strict=True)}
        assert shapely.is_valid(shapes[~shapely.is_missing(shapes)]).all()
        parsed = systems.parse(raw.crs) if raw.crs else None
        result["crs"] = "" if parsed is None else parsed.name
        bounds = systems.total_bounds(shapes)
        if not result["crs"] and np.isfinite(bounds).all():
            result["likely_crs"] = list(systems.guess(bounds)[:1])
    texts = [t for v in raw.columns.values() if v.dtype == object for t in v[:50] if not t.isascii()]
    result["preview"] = texts[:3]
    result["findings"] = [f"{f.rule} {f.severity}: {f.text}" for f in told]
    return result


def table(folder: Path) -> list[str]:
    """Return every case as a line of a Markdown table, in the user's language."""
    lines = ["| file | rows | CRS | what is told |", "|---|---|---|---|"]
    for path in cases(folder):
        found = outcome(path)
        for name, one in found.get("layers", {"": found}).items():
            told = one.get("refused") or "<br>".join(line.partition(": ")[2] for line in one["findings"])
            system = one.get("crs") or "".join(f"? {code}" for code in one.get("likely_crs", ()))
            title = f"{path.relative_to(folder)} {name}".strip()
            lines.append(f"| {title} | {one.get('rows', '-')} | {system} | {told.replace('|', '/')} |")
    return lines
