# SPDX-License-Identifier: LGPL-3.0-or-later
"""`bench check`: how fast and how completely faults of a coverage are found and mended.

Each method runs in a process of its own, so that memory is its own; CPU seconds are of the check
alone. Found, missed and false are scored against what was planted: a fault counts as found when the
method names its kind (or flags its place, where the method knows no kinds) within one cell of it,
and a report counts as false when no fault was planted within two cells.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from benchmarks.check.planting import EXPECTED, STEP_M, Planted, clean_coverage, plant

Report = tuple[list[str], npt.NDArray[np.float64]]
EACH = {412: 1, 10_000: 19, 100_000: 175}


def ours(polygons: npt.NDArray[np.object_]) -> Report:
    """Every kind, narrow and wide gaps, people, folding."""
    from gridplanner.geometry.defects import coverage_defects  # only in this child process

    points = shapely.centroid(polygons)
    found = coverage_defects(polygons, points, np.full(len(polygons), 30))
    return [d.kind.value for d in found], np.array([(d.x, d.y) for d in found]).reshape(-1, 2)


def shapely_edges(polygons: npt.NDArray[np.object_]) -> Report:
    """`coverage_invalid_edges` with a gap width of 2 m: flags lines, names no kind."""
    edges = shapely.coverage_invalid_edges(polygons, gap_width=2.0)
    spots = shapely.centroid(edges[~shapely.is_empty(edges)])
    return ["?"] * len(spots), shapely.get_coordinates(spots)


def shapely_pairs(polygons: npt.NDArray[np.object_]) -> Report:
    """`STRtree` overlaps and the area in common, the query most scripts use."""
    i, j = shapely.STRtree(polygons).query(polygons, predicate="overlaps")
    i, j = i[i < j], j[i < j]
    both = shapely.intersection(polygons[i], polygons[j])
    spots = shapely.centroid(both[shapely.area(both) > 0])
    return ["?"] * len(spots), shapely.get_coordinates(spots)


def shapely_relate(polygons: npt.NDArray[np.object_]) -> Report:
    """Prepared geometry and the pattern `T********`."""
    i, j = shapely.STRtree(polygons).query(polygons)
    i, j = i[i < j], j[i < j]
    shapely.prepare(polygons)
    hit = shapely.relate_pattern(polygons[i], polygons[j], "T********")
    spots = shapely.centroid(polygons[i[hit]])
    return ["?"] * len(spots), shapely.get_coordinates(spots)


def geoplanar_overlaps(polygons: npt.NDArray[np.object_]) -> Report:
    """`geoplanar.overlaps` and `geoplanar.gaps`."""
    import geopandas
    import geoplanar

    frame = geopandas.GeoDataFrame(geometry=polygons)
    pairs = geoplanar.overlaps(frame)
    gaps = geoplanar.gaps(frame)
    spots = [shapely.get_coordinates(shapely.centroid(polygons[np.ravel(pairs)]))]
    spots.append(shapely.get_coordinates(shapely.centroid(gaps.geometry.to_numpy())))
    xy = np.vstack(spots)
    return ["?"] * len(xy), xy


def maup_doctor(polygons: npt.NDArray[np.object_]) -> Report:
    """`maup.doctor`: says yes or no only, so nothing can be found by place."""
    import geopandas
    import maup

    maup.doctor(geopandas.GeoDataFrame(geometry=polygons, crs="EPSG:4545"), silent=True)
    return [], np.empty((0, 2))


METHODS: dict[str, Callable[[npt.NDArray[np.object_]], Report]] = {
    "gridplanner": ours,
    "shapely edges (gap 2 m)": shapely_edges,
    "shapely STRtree overlaps": shapely_pairs,
    "shapely prepared relate": shapely_relate,
    "geoplanar": geoplanar_overlaps,
    "maup.doctor": maup_doctor,
}
#: Rows run by the Python that QGIS is installed for, with their scripts.
QGIS = {"QGIS index and relate": "qgis_relate.py", "QGIS native:union": "qgis_union.py"}
#: Methods that take minutes at the largest size, and add nothing there.
SMALL_ONLY = {"geoplanar": 10_000, "maup.doctor": 10_000}


def score(planted: Planted, report: Report) -> dict[str, Any]:
    """Return found per kind, and how many reports lie where nothing was planted."""
    known = np.isfinite(report[1]).all(axis=1)
    names, xy = np.array(report[0], dtype=object)[known], report[1][known]
    found = {}
    for kind, places in planted.places.items():
        fits = np.array([k == "?" or k in EXPECTED[kind] for k in names], bool)
        # Either part of a cell in two parts may be named as the detached one; they lie two cells apart.
        reach = 2.5 * STEP_M if kind == "detached_part" else STEP_M
        near = _near(places, xy[fits] if len(xy) else xy, reach)
        found[kind] = int(near.sum())
    everywhere = np.vstack(list(planted.places.values()))
    # A cell in two parts reaches two cells far.
    false = int((~_near(xy, everywhere, 3 * STEP_M)).sum()) if len(xy) else 0
    return {"found": found, "false": false, "reports": len(xy)}


def _near(
    of: npt.NDArray[np.float64], among: npt.NDArray[np.float64], within: float
) -> npt.NDArray[np.bool_]:
    """Tell for each point whether any other lies within a distance."""
    result = np.zeros(len(of), bool)
    if len(of) and len(among):
        tree = shapely.STRtree(shapely.points(among))
        rows, _hits = tree.query(shapely.points(of), predicate="dwithin", distance=within)
        result[rows] = True
    return result


def one(method: str, size: int) -> dict[str, Any]:
    """Run one method in this process and return what it took and found."""
    planted = plant(clean_coverage(size), EACH[size])
    # Importing and compiling are nobody's fault; they are not counted for anybody.
    METHODS[method](clean_coverage(36))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    report = METHODS[method](planted.polygons)
    seconds = time.process_time() - start
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return {"seconds": seconds, "memory_mib": memory, **score(planted, report)}


def qgis(script: str, size: int) -> dict[str, Any]:
    """Run one of QGIS's own ways under the system's own Python."""
    import pyogrio  # only this row needs a file

    planted = plant(clean_coverage(size), EACH[size])
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin") or "python3"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cells.gpkg"
        pyogrio.raw.write(
            path,
            shapely.to_wkb(planted.polygons),
            [np.arange(len(planted.polygons))],
            ["unit"],
            geometry_type="Unknown",
            crs="EPSG:4545",
        )
        program = Path(__file__).with_name(script)
        done = subprocess.run(
            [python, str(program), str(path)], capture_output=True, text=True, timeout=1800, check=False
        )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        return {"error": (done.stderr.strip().splitlines() or ["QGIS is not installed"])[-1]}
    told = json.loads(lines[-1])
    xy = np.array(told.pop("xy"), float).reshape(-1, 2)
    return {**told, **score(planted, (["?"] * len(xy), xy))}


def clean(size: int) -> int:
    """Return how many faults are reported on a coverage without any."""
    return len(ours(clean_coverage(size))[0])


def table(size: int, python: str) -> None:
    """Print one size: a row per method."""
    print(f"\n{size:,} polygons, {EACH[size]} faults of each of {len(EXPECTED)} kinds")
    print(f"{'method':28}{'CPU s':>8}{'MiB':>7}{'false':>7}  found per kind")
    for method in (*METHODS, *QGIS):
        if size > SMALL_ONLY.get(method, size):
            print(f"{method:28}  not run at this size")
            continue
        row = (
            qgis(QGIS[method], size)
            if method in QGIS
            else _in_child(method, size, python if method in SMALL_ONLY else sys.executable)
        )
        if "error" in row:
            print(f"{method:28}  not run: {row['error']}")
            continue
        found = " ".join(f"{kind}:{n}" for kind, n in row["found"].items())
        print(f"{method:28}{row['seconds']:8.2f}{row['memory_mib']:7.0f}{row['false']:7d}  {found}")


def _in_child(method: str, size: int, python: str) -> dict[str, Any]:
    """Run one method in a child process, so that its memory is its own."""
    command = [python, "-m", "benchmarks.check.run", "--one", method, "--size", str(size)]
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=root, env=environment, timeout=1800, check=False
    )
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or ["no message"])[-1]}
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def mending(size: int) -> str:
    """Return what proposing and carrying out all mends took, and what is left."""
    from gridplanner.geometry.defects import coverage_defects  # only this row needs them
    from gridplanner.geometry.mend import propose_mends
    from gridplanner.geometry.mending import apply_mends

    planted = plant(clean_coverage(size), EACH[size])
    start = time.process_time()
    done = apply_mends(planted.polygons, propose_mends(planted.polygons, coverage_defects(planted.polygons)))
    seconds = time.process_time() - start
    kept = done.polygons[~shapely.is_missing(done.polygons)]
    return (
        f"mending all: {seconds:.2f} s CPU, coverage valid {bool(shapely.coverage_is_valid(kept))}, "
        f"new faults {len(done.fresh)}, left {len(coverage_defects(kept))}, "
        f"area balance {done.area_balance_m2 / float(shapely.area(kept).sum()):.1e}"
    )


def main(argv: list[str] | None = None) -> int:
    """Print the tables; `--size` for one size, `--quick` without the largest."""
    parser = argparse.ArgumentParser(prog="bench check", description=__doc__)
    parser.add_argument("--size", type=int, choices=sorted(EACH))
    parser.add_argument("--quick", action="store_true", help="leave out 100,000 polygons")
    parser.add_argument("--one", choices=sorted(METHODS), help=argparse.SUPPRESS)
    parser.add_argument("--python", default=sys.executable, help="interpreter that has the peers installed")
    options = parser.parse_args(argv)
    if options.one:
        print(json.dumps(one(options.one, options.size)))
        return 0
    sizes = [options.size] if options.size else sorted(EACH)[: 2 if options.quick else None]
    for size in sizes:
        table(size, options.python)
        print(f"reports on the clean coverage: {clean(size)}")
        print(mending(size))
    return 0


if __name__ == "__main__":
    sys.exit(main())
