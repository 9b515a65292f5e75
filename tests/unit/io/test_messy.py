# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every broken or awkward real file reads, or is refused in one sentence; what each gave is kept.

Refresh with `GRIDPLANNER_REFRESH=1 pytest tests/unit/io/test_messy.py` and read the diff.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from gridplanner.errors import UserError
from gridplanner.io import crs as systems
from gridplanner.io.gate import pass_gate
from gridplanner.io.sources import layers_in, open_layer
from gridplanner.texts import use_language

REFERENCE = Path(__file__).parents[2] / "reference" / "messy.json"
_MAIN = {".shp", ".gpkg", ".json", ".geojson", ".zip", ".xml"}


def cases(folder: Path) -> list[Path]:
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


def test_messy_files(shared_data):
    folder = shared_data / "messy"
    if not folder.is_dir():
        pytest.skip(f"no messy files at {folder}")
    use_language("en")
    found = {str(path.relative_to(folder)): outcome(path) for path in cases(folder)}
    text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("GRIDPLANNER_REFRESH"):
        REFERENCE.write_text(text, encoding="utf-8")
    assert json.loads(text) == json.loads(REFERENCE.read_text(encoding="utf-8"))
    assert len(found) >= 90
