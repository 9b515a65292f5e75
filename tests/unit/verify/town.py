# SPDX-License-Identifier: LGPL-3.0-or-later
"""A tiny output folder, right in every number, for the verifier to find true and then false.

Two communities of 4 x 4 squares of 100 m, 200 people each square. A river runs through the second,
with one bridge. New grids are rows; of the second community one is too big and one too small.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from tools.sample_district.shapefile import write_shapefile

SIDE = 100.0
ROWS = 4
COLUMNS = 8
PEOPLE = 200
HOUSEHOLDS = 80
HOMES = ("519999001001", "519999001002")
#: Old grid of each column; the second community was one grid.
OLD_OF_COLUMN = ("001", "002", "003", "004", "001", "001", "001", "001")
CONFIG = """\
name = "t"
[rules]
preset = "bazhou"
[plan]
total = 4
"""


def home_of(column: int) -> str:
    """Return the community of a column."""
    return HOMES[column // 4]


def new_code(row: int, column: int) -> str:
    """Return the new grid of a square: two rows each at first, then three and one."""
    first = row < 2 if column < 4 else row < 3
    return home_of(column) + ("001" if first else "002")


def old_code(column: int) -> str:
    """Return the old grid of a square."""
    return home_of(column) + OLD_OF_COLUMN[column]


@dataclass
class Town:
    """The folder before it is written: change anything, then write."""

    layers: dict[str, tuple[list[Any], dict[str, list[Any]]]] = field(default_factory=dict)
    crosswalk: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    certificate: dict[str, Any] = field(default_factory=dict)

    def column(self, layer: str, name: str) -> list[Any]:
        """Return a column of a layer, to be changed in place."""
        return self.layers[layer][1][name]

    def write(self, folder: Path) -> Path:
        """Write the folder."""
        (folder / "shp").mkdir(parents=True)
        for name, (shapes, columns) in self.layers.items():
            write_shapefile(folder / "shp" / name, np.array(shapes, dtype=object), columns)
        _write_csv(folder / "crosswalk.csv", self.crosswalk)
        _write_csv(folder / "findings.csv", self.findings)
        (folder / "summary.json").write_text(json.dumps(self.summary), encoding="utf-8")
        (folder / "certificate.json").write_text(json.dumps(self.certificate), encoding="utf-8")
        (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
        return folder


def _write_csv(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def squares(test: Callable[[int, int], bool]) -> shapely.Geometry:
    """Return the union of the squares for which `test(row, column)` holds."""
    boxes = [
        shapely.box(c * SIDE, r * SIDE, (c + 1) * SIDE, (r + 1) * SIDE)
        for r in range(ROWS)
        for c in range(COLUMNS)
        if test(r, c)
    ]
    return shapely.union_all(boxes)


def _radius(rows: int, columns: int) -> float:
    """Return the grid radius of a block of squares: the best centre is one of the middle squares."""
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    xy = np.column_stack((x.ravel(), y.ravel())) * SIDE
    gap = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    return round(float(gap.max(axis=1).min()), 2)


def _centre(code: str) -> tuple[float, float]:
    """Return the best service point of a new grid."""
    own = [(r, c) for r in range(ROWS) for c in range(COLUMNS) if new_code(r, c) == code]
    xy = np.array([((c + 0.5) * SIDE, (r + 0.5) * SIDE) for r, c in own])
    gap = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    return tuple(float(v) for v in xy[np.argmin(gap.max(axis=1))])


def _area_columns(shapes: list[shapely.Geometry]) -> dict[str, list[Any]]:
    """Return households, people and area of unions of squares."""
    n = [round(s.area / SIDE**2) for s in shapes]
    return {"HS": [k * HOUSEHOLDS for k in n], "RK": [k * PEOPLE for k in n], "MJ": [s.area for s in shapes]}


def _grids() -> tuple[list[Any], dict[str, list[Any]]]:
    codes = [h + k for h in HOMES for k in ("001", "002")]
    shapes = [squares(lambda r, c, code=code: new_code(r, c) == code) for code in codes]
    size = [(2, 4), (2, 4), (3, 4), (1, 4)]
    centres = [_centre(code) for code in codes]
    return shapes, {
        "SQDM": [code[:12] for code in codes],
        "WGBM": codes,
        "WGLX": ["综合"] * 4,
        "ZSLX": [""] * 4,
        **_area_columns(shapes),
        "LDS": [8, 8, 12, 4],
        "FWBJ": [_radius(*s) for s in size],
        "FWDX": [x for x, _ in centres],
        "FWDY": [y for _, y in centres],
        "WGY": ["甲", "乙", "丙", ""],
        "DZBBM": ["b1", "b2", "", "b4"],
        "BGLX": ["边界微调", "边界微调", "拆分", "拆分"],
    }


def _before() -> tuple[list[Any], dict[str, list[Any]]]:
    codes = [old_code(c) for c in range(5)]
    shapes = [squares(lambda r, c, code=code: old_code(c) == code) for code in codes]
    return shapes, {
        "WGBM": codes,
        "SQDM": [code[:12] for code in codes],
        "WGLX": ["综合"] * 5,
        "ZSLX": [""] * 5,
        **_area_columns(shapes),
        "FWBJ": [_radius(4, 1)] * 4 + [_radius(4, 4)],
    }


def _cells() -> dict[str, tuple[list[Any], dict[str, list[Any]]]]:
    """Return atoms and buildings, one of each per square."""
    cells = [(r, c) for r in range(ROWS) for c in range(COLUMNS)]
    ids = [f"a{r}{c}" for r, c in cells]
    both = {
        "SQDM": [home_of(c) for _, c in cells],
        "WGBM": [new_code(r, c) for r, c in cells],
        "HS": [HOUSEHOLDS] * len(cells),
        "RK": [PEOPLE] * len(cells),
    }
    boxes = [squares(lambda r, c, cell=cell: (r, c) == cell) for cell in cells]
    points = [shapely.Point((c + 0.5) * SIDE, (r + 0.5) * SIDE) for r, c in cells]
    return {
        "atoms": (boxes, {"ATOM_ID": ids, "YWGBM": [old_code(c) for _, c in cells], **_copied(both)}),
        "buildings": (points, {"JZWBM": [f"j{i}" for i in ids], "ATOM_ID": list(ids), **_copied(both)}),
    }


def _copied(columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return columns that can be changed without changing those they came from."""
    return {name: list(values) for name, values in columns.items()}


def _communities() -> tuple[list[Any], dict[str, list[Any]]]:
    shapes = [squares(lambda _, c, k=k: c // 4 == k) for k in (0, 1)]
    columns = {
        "SQDM": list(HOMES), "SQMC": ["甲社区", "乙社区"], "SQLX": ["", ""],
        "JDDM": [HOMES[0][:9]] * 2, "JDMC": ["丙街道"] * 2,
    }  # fmt: skip
    return shapes, {**columns, **_area_columns(shapes)}


def _crosswalk() -> list[dict[str, Any]]:
    names = {HOMES[0] + k: "边界微调" for k in ("001", "002")} | {
        HOMES[1] + k: "拆分" for k in ("001", "002")
    }
    pairs: dict[tuple[str, str], int] = {}
    for r in range(ROWS):
        for c in range(COLUMNS):
            key = (old_code(c), new_code(r, c))
            pairs[key] = pairs.get(key, 0) + 1
    return [
        {
            "old_code": old, "old_name": "", "new_code": new, "new_name": "", "atoms": n,
            "people": n * PEOPLE, "households": n * HOUSEHOLDS, "area_m2": n * SIDE**2,
            "kind": names[new], "reason": "",
        }
        for (old, new), n in sorted(pairs.items())
    ]  # fmt: skip


def _finding(code: str, value: int, limit: int) -> dict[str, Any]:
    return {
        "rule": "people", "severity": "error", "hard": "true", "subject_kind": "grid", "subjects": code,
        "value": value, "limit": limit, "unit": "people", "people": value, "count": 1, "x": "", "y": "",
        "text": "", "remedy": "", "waiver": "",
    }  # fmt: skip


def _rules() -> dict[str, Any]:
    names = ("households", "contiguity", "nesting", "overlap", "gap", "code", "branch", "worker")
    nothing = {"hard": True, "min": None, "max": None, "unit": "", "violations_before": 0,
               "violations_after": 0, "waived": 0}  # fmt: skip
    rules = {name: dict(nothing) for name in names}
    people = {"min": 1000, "max": 2000, "violations_before": 5, "violations_after": 2}
    return rules | {"people": {**nothing, **people}, "service_radius": {**nothing, "max": 400}}


def _certificate() -> dict[str, Any]:
    """Return values as the plan has them; bounds a little under or at them."""
    mean = 1600.0
    offs = (0.0, (abs(2400 / mean - 1) + abs(800 / mean - 1)) / 2)
    parts = []
    for home, off, pieces in zip(HOMES, offs, (4, 1), strict=True):
        objective = {
            "grids": _row(2, 2), "pieces": _row(pieces, 1), "deviation": _row(off, 0.0, proven=off == 0.0),
        }  # fmt: skip
        parts.append(
            {"community": home, "part": 1, "people": 3200, "grids": 2, "objective": objective, "reason": ""}
        )
    total = {"grids": _row(4, 4), "pieces": _row(5, 2), "deviation": _row(sum(offs) / 2, 0.0)}
    return {"objectives": list(total), "parts": parts, "total": total}


def _row(value: float, bound: float, *, proven: bool | None = None) -> dict[str, Any]:
    closed = value == bound if proven is None else proven
    return {
        "value": value,
        "bound": bound,
        "gap": value - bound,
        "proven": closed,
        "method": "",
        "assumptions": "",
    }


def _summary(certificate: dict[str, Any]) -> dict[str, Any]:
    counts = {"grids": 2, "pieces": 1, "deviation": 1}
    proofs = {
        name: {
            **{k: row[k] for k in ("value", "bound", "gap")},
            "communities": 2, "communities_proven": counts[name],
        }
        for name, row in certificate["total"].items()
    }  # fmt: skip
    change = {
        "kept": 0, "merged": 0, "split": 2, "reshaped": 2, "new": 0, "retired": 2, "carved_out": 0,
        "pieces": 5, "people_moved": 2400, "people_recoded": 4 * 800 - 2 * 400 + 800,
    }  # fmt: skip
    return {
        "communities": 2, "atoms": 32, "people": 6400, "households": 2560,
        "grids": {"before": 5, "after": 4}, "dedicated": {"before": 0, "after": 0},
        "rules": _rules(), "findings": {"before": {}, "after": {"error": 2, "warning": 0, "info": 0}},
        "change": change, "certificate": proofs, "branches": {"grids_without": 1},
        "staff": {"workers_needed": 4, "vacant": 1}, "outputs": ["summary.json", "crosswalk.csv"],
    }  # fmt: skip


def make_town() -> Town:
    """Return a town whose every claim is true."""
    town = Town()
    town.layers = {"communities": _communities(), "grids_before": _before(), "grids": _grids(), **_cells()}
    town.layers["barriers"] = ([shapely.LineString([(600, -50), (600, 450)])], {"MC": ["河"]})
    bridges = [shapely.LineString([(560, y), (640, y)]) for y in (50.0, 350.0)]
    town.layers["bridges"] = (bridges, {"MC": ["桥", "桥"]})
    town.crosswalk = _crosswalk()
    town.findings = [_finding(HOMES[1] + "001", 2400, 2000), _finding(HOMES[1] + "002", 800, 1000)]
    town.certificate = _certificate()
    town.summary = _summary(town.certificate)
    return town
