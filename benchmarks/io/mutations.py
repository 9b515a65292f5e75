# SPDX-License-Identifier: LGPL-3.0-or-later
"""Damage files in seeded ways, read them, and judge what came back (figure R6).

Each mutant is one of: refused with a sentence; read the same; read differently and told (a
finding); read differently in silence. Silent differences are split into those that a check
of consistency could see (counts, sizes, null, non-finite or invalid shapes, mojibake) - there
must be none - and those that nothing in the file gives away (a digit that became another).
"""

from __future__ import annotations

import random
import re
import shutil
import struct
import time
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import openpyxl
import shapely

from gridplanner.errors import UserError
from gridplanner.io.gate import pass_gate
from gridplanner.io.placing import place
from gridplanner.io.raw import objects
from gridplanner.io.sources import open_layer
from gridplanner.io.writing import write_vector
from gridplanner.model.layers import Layer

TARGETS = ("shp", "shx", "dbf", "prj", "cpg", "gpkg", "geojson", "xlsx", "zip")
SLOW_S = 5.0


@dataclass
class Tally:
    """What became of the mutants of one target."""

    counts: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    bad: list[str] = field(default_factory=list)


def make_originals(folder: Path) -> dict[str, Path]:
    """Write one good file of each kind and return the file to damage for each target."""
    n = 30
    shapes = [
        shapely.Point(476_000 + 300 * i, 3_525_000).buffer(90, quad_segs=3)
        if i % 5
        else shapely.MultiPolygon(
            [
                shapely.box(476_000 + 300 * i, 3_525_000, 476_050 + 300 * i, 3_525_050),
                shapely.box(476_100 + 300 * i, 3_525_000, 476_150 + 300 * i, 3_525_050),
            ]
        )
        for i in range(n)
    ]
    columns = {
        "WGBM": objects([f"519999001{i:06d}" for i in range(n)]),
        "WGMC": objects([f"示例社区第{i}网格" for i in range(n)]),
        "RK": np.arange(1000, 1000 + n),
        "MJ": np.linspace(1e4, 2e4, n),
    }
    layer = Layer("grids", "x", objects(shapes), columns)
    for suffix in ("shp", "gpkg", "geojson"):
        write_vector(layer, folder / f"g.{suffix}", "EPSG:4545", format=suffix)
    book = openpyxl.Workbook()
    book.active.append(["网格编码", "网格名称", "人口"])
    for code, name, people in zip(columns["WGBM"], columns["WGMC"], columns["RK"], strict=True):
        book.active.append([code, name, int(people)])
    book.save(folder / "g.xlsx")
    with zipfile.ZipFile(folder / "g.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix in ("shp", "shx", "dbf", "prj", "cpg"):
            archive.write(folder / f"g.{suffix}", f"g.{suffix}")
    return {target: folder / f"g.{target}" for target in TARGETS}


def mutate(data: bytes, rng: random.Random) -> bytes:
    """Return damaged bytes: flips, header bytes, truncation, 32-bit extremes, deletions, doubled runs."""
    kind = rng.choice(("flip", "flips", "header", "cut", "extreme", "delete", "double"))
    out = bytearray(data)
    if not out:
        return bytes([rng.randrange(256)])
    if kind == "flip" or kind == "flips":
        for _i in range(1 if kind == "flip" else 20):
            out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    elif kind == "header":
        out[rng.randrange(min(110, len(out)))] = rng.randrange(256)
    elif kind == "cut":
        del out[rng.randrange(len(out)) :]
    elif kind == "extreme" and len(out) > 4:
        at = rng.randrange(len(out) - 4)
        out[at : at + 4] = struct.pack(
            rng.choice("<>") + "I", rng.choice((0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF))
        )
    elif kind == "delete":
        at = rng.randrange(len(out))
        del out[at : at + rng.randrange(1, 40)]
    else:
        at = rng.randrange(len(out))
        out[at:at] = out[at : at + 40]
    return bytes(out)


def read(path: Path):
    """Return the raw layer after the gate and the CRS check, with all findings."""
    raw = open_layer(path, "grids" if path.suffix == ".gpkg" else "")
    findings = list(raw.findings)
    if raw.geometry is None:
        return raw, None, "", findings
    shapes, more = pass_gate("grids", raw.geometry, raw.rows, raw.source)
    findings += more
    placed, more = place("grids", raw.source, shapes, raw.crs, "", None)
    return raw, shapes, placed.crs, findings + more


def judge(good, mutant, target: str) -> str:
    """Return what became of a mutant that could be read."""
    (raw_a, shapes_a, crs_a, found_a), (raw_b, shapes_b, crs_b, found_b) = good, mutant
    told = {f.text for f in found_b} - {f.text for f in found_a}
    names = list(raw_a.columns) == list(raw_b.columns)
    same = names and len(raw_a) == len(raw_b) and crs_a == crs_b
    same = same and all(
        np.array_equal(
            raw_a.columns[k],
            raw_b.columns[k],
            equal_nan=raw_a.columns[k].dtype != object and raw_b.columns[k].dtype != object,
        )
        for k in raw_a.columns
    )
    if shapes_a is not None and shapes_b is not None and len(shapes_a) == len(shapes_b):
        same = same and bool(shapely.equals_identical(shapes_a, shapes_b).all())
    elif (shapes_a is None) != (shapes_b is None):
        same = False
    if same:
        return "same"
    if told:
        return "told"
    visible = len(raw_a) != len(raw_b)
    if shapes_b is not None:
        visible |= bool(shapely.is_missing(shapes_b).any()) or not bool(shapely.is_valid(shapes_b).all())
        visible |= not np.isfinite(shapely.get_coordinates(shapes_b)).all()
    visible |= any("\ufffd" in text for v in raw_b.columns.values() if v.dtype == object for text in v)
    return "SILENT, visible" if visible else "silent, invisible"


def _says_all(sentence: str) -> bool:
    """Tell whether a refusal names the file and what to do: two sentences, or a clause that asks."""
    asks = "请" in sentence or len(re.findall(r"[.。](?:\s|$)", sentence)) > 1
    return "g." in sentence and asks


def run(n: int, seed: int, folder: Path, targets: tuple[str, ...] = TARGETS) -> dict[str, Tally]:
    """Damage and read `n` files per target; return the tallies."""
    originals = make_originals(folder)
    tallies = {}
    for target in targets:
        tally = tallies[target] = Tally()
        rng = random.Random(f"{seed}-{target}")
        source = originals[target]
        data = source.read_bytes()
        is_member = target in ("shp", "shx", "dbf", "prj", "cpg")
        main = originals["shp"] if is_member else source
        good = read(main)
        work = folder / f"mutants-{target}"
        work.mkdir(exist_ok=True)
        for suffix in ("shp", "shx", "dbf", "prj", "cpg") if is_member else ():
            shutil.copyfile(originals["shp"].with_suffix(f".{suffix}"), work / f"g.{suffix}")
        for i in range(n):
            damaged = mutate(data, rng)
            (work / f"g.{target}").write_bytes(damaged)
            started = time.perf_counter()
            try:
                verdict = judge(good, read(work / main.name), target)
            except UserError as error:
                verdict = "refused" if _says_all(str(error)) else "MUTE"
                if verdict == "MUTE":
                    tally.bad.append(f"{target} {i}: says only '{error}'"[:200])
            except Exception as error:  # noqa: BLE001 - the figure counts exactly these
                verdict = "CRASH"
                tally.bad.append(f"{target} {i}: {type(error).__name__} {error}"[:200])
            took = time.perf_counter() - started
            tally.slowest = max(tally.slowest, took)
            tally.counts["SLOW" if took > SLOW_S else verdict] += 1
            if verdict == "SILENT, visible":
                tally.bad.append(f"{target} {i}: {verdict}")
    return tallies
