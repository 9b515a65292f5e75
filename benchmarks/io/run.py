# SPDX-License-Identifier: LGPL-3.0-or-later
"""Figures of reading and handing over: `main.py bench io [NAME...]`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import shapely

from benchmarks.io import matrix, messy, robustness
from benchmarks.io.mutations import run as run_mutations
from gridplanner.io.geopackage_reader import read_geopackage
from gridplanner.io.raw import objects
from gridplanner.io.reading import read_layers
from gridplanner.io.writing import write_vector
from gridplanner.model.layers import Layer

ROOT = Path(__file__).resolve().parents[2]


def grids(n: int) -> Layer:
    """Return `n` grids of some 60 vertices, every seventh in two parts, every fifth with a hole."""
    side = int(np.ceil(np.sqrt(n)))
    x = 400_000 + 110.0 * (np.arange(n) % side)
    y = 3_500_000 + 110.0 * (np.arange(n) // side)
    shapes = shapely.buffer(shapely.points(x, y), 50, quad_segs=15)
    holes = shapely.buffer(shapely.points(x[::5], y[::5]), 20, quad_segs=3)
    shapes[::5] = shapely.difference(shapes[::5], holes)
    shapes[::7] = shapely.union(shapes[::7], shapely.box(x[::7] + 51, y[::7] + 51, x[::7] + 54, y[::7] + 54))
    fields = {
        "WGBM": objects([f"519999001{i:06d}" for i in range(n)]),
        "WGMC": objects([f"示例社区第{i}网格" for i in range(n)]),
        "RK": np.arange(n),
        "HS": np.arange(n) // 3,
        "MJ": np.linspace(1e3, 1e6, n),
        "FWBJ": np.linspace(50, 400, n),
        "BZ": objects([""] * n),
    }
    return Layer("grids", "bench", shapes, fields)


def timed(work: Callable[[], object], rounds: int = 3) -> dict[str, float]:
    """Return the best wall and CPU seconds of a few rounds."""
    best = {"wall_s": np.inf, "cpu_s": np.inf}
    for _round in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        best["wall_s"] = min(best["wall_s"], time.perf_counter() - wall)
        best["cpu_s"] = min(best["cpu_s"], time.process_time() - cpu)
    return {key: round(float(value), 3) for key, value in best.items()}


def load(folder: Path) -> dict[str, object]:
    """100,000 polygons from GeoPackage into memory, with a spatial index."""
    x = 110.0 * np.arange(100_000)
    layer = Layer(
        "grids", "bench", shapely.box(x, 0, x + 100, 100), {"WGBM": objects([str(i) for i in range(100_000)])}
    )
    write_vector(layer, folder / "big.gpkg", "EPSG:4545", format="gpkg")
    return timed(lambda: shapely.STRtree(read_geopackage(folder / "big.gpkg", "grids").geometry)) | {
        "limit_cpu_s": 0.4
    }


def export(folder: Path) -> dict[str, object]:
    """10,000 grids to a shapefile, read back and compared."""
    layer = grids(10_000)
    figures: dict[str, object] = {"limit_s": 3.0}
    for profile in ("utf8", "gbk"):
        figures[profile] = timed(
            lambda p=profile: write_vector(layer, folder / "g.shp", "EPSG:4545", format="shp", profile=p)
        )
    for form in ("gpkg", "geojson"):
        figures[form] = timed(lambda f=form: write_vector(layer, folder / f"g.{f}", "EPSG:4545", format=f), 1)
    return figures


def read(_folder: Path) -> dict[str, object]:
    """All layers of the sample district."""
    from gridplanner.workspace.config import load_config

    config = load_config(ROOT / "sample_shapefiles" / "config.toml")
    return timed(lambda: read_layers(config.layers, config.nets, config.base)) | {"limit_s": 2.0}


def _published(n: int) -> tuple[Layer, Layer]:
    """Return `n` grids and as many rows of a crosswalk."""
    x = 400_000 + 10.0 * np.arange(n)
    codes = objects([f"519999{i:09d}" for i in range(n)])
    layer = Layer(
        "grids",
        "bench",
        shapely.box(x, 3_500_000, x + 9, 3_500_009),
        {"WGBM": codes, "RK": np.arange(n)},
    )
    return layer, Layer("crosswalk", "bench", None, {"old_code": codes, "new_code": codes})


def postgis(_folder: Path) -> dict[str, object]:
    """120,000 grids published to a real server, with history and crosswalk."""
    from benchmarks.io import postgis_server
    from gridplanner.io.postgis import Database, publish, read_table

    binaries = postgis_server.programs()
    if binaries is None:
        return {"skipped": "PostgreSQL is not installed here"}
    layer, pairs = _published(120_000)
    with postgis_server.server(binaries) as server:
        database = Database(server.address())
        figures = timed(lambda: publish(database, "bench", layer, pairs, "EPSG:4545"), 1)
        return {
            "publish": figures,
            "read": timed(lambda: read_table(database, "bench", "grids_current"), 1),
            "limit_s": 6.0,
        }


def postgis_killed(_folder: Path) -> dict[str, object]:
    """The server is killed while rows are on their way, and started again: one whole version or nothing."""
    import psycopg

    from benchmarks.io import postgis_server
    from gridplanner.io.postgis import Database, publish

    binaries = postgis_server.programs()
    if binaries is None:
        return {"skipped": "PostgreSQL is not installed here"}
    busy = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY%' AND state = 'active'"
    rows = "SELECT count(*), count(valid_to), count(DISTINCT publication) FROM bench.grids"
    with postgis_server.server(binaries) as server, ThreadPoolExecutor(1) as pool:
        database = Database(server.address(), patience_s=60)
        publish(database, "bench", *_published(3), "EPSG:4545")
        work = pool.submit(publish, database, "bench", *_published(120_000), "EPSG:4545")
        with psycopg.connect(server.address(), autocommit=True) as watch:
            while not work.done() and not watch.execute(busy).fetchall()[0][0]:
                time.sleep(0.01)
        in_the_middle = not work.done()
        server.stop()
        time.sleep(1.0)
        server.start()
        number = work.result(120)
        with psycopg.connect(server.address()) as connection:
            grids, closed, versions = connection.execute(rows).fetchall()[0]
    figures = {"killed in the middle": in_the_middle, "version": number, "versions": versions}
    whole = (number, versions, grids, closed) == (2, 2, 120_003, 3)
    return {**figures, "grids": grids, "of earlier versions": closed, "missed": not (in_the_middle and whole)}


def hostile(_folder: Path) -> dict[str, object]:
    """R7 to R10: partial sets, zips, headers that lie, shapes; the cases are those of the tests."""
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "tests/unit/io/test_hostile.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return {"missed": done.returncode != 0, "said": done.stdout.strip().splitlines()[-1]}


def encodings(folder: Path) -> dict[str, object]:
    """R11: every encoding under every label."""
    figure = robustness.encodings(folder)
    return {"cases": figure.cases, "silent": figure.silent[:20], "missed": bool(figure.silent)}


def round_trips(folder: Path) -> dict[str, object]:
    """R12: every format through a second reader."""
    figures = robustness.round_trips(folder)
    told = {form: {"cells and vertices": f.cases, "differ": f.silent[:20]} for form, f in figures.items()}
    return {**told, "missed": any(f.silent for f in figures.values())}


def export_matrix(folder: Path) -> dict[str, object]:
    """Every profile and format as four readers see it; printed as the table of docs/formats.md."""
    found = matrix.matrix(folder)
    print("\n".join(matrix.table_of(found)))
    wrong = {
        f"{name}, {reader}": cell.differ[:5]
        for name, row in found.items()
        for reader, cell in row.items()
        if cell.wrong
    }
    return {"files": len(found), "differ": wrong, "missed": bool(wrong)}


def messy_table(_folder: Path) -> dict[str, object]:
    """Print what each broken or awkward real file gives."""
    folder = messy.shared_folder()
    if not folder.is_dir():
        return {"skipped": f"no messy files at {folder}"}
    lines = messy.table(folder)
    print("\n".join(lines))
    return {"layers": len(lines) - 2}


FIGURES: dict[str, Callable[[Path], dict[str, object]]] = {
    "load": load,
    "export": export,
    "read": read,
    "postgis": postgis,
    "postgis_killed": postgis_killed,
    "hostile": hostile,
    "encodings": encodings,
    "round_trips": round_trips,
    "matrix": export_matrix,
    "messy": messy_table,
}


def main(argv: list[str] | None = None) -> int:
    """Run the figures named, all but the mutations by default; 1 if one is missed."""
    parser = argparse.ArgumentParser(prog="bench io")
    parser.add_argument("names", nargs="*", choices=[[], *FIGURES, "mutations"], default=[])
    parser.add_argument("--n", type=int, default=1112, help="damaged files per target")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    names = options.names or ["load", "export", "read"]
    missed = False
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in names:
            if name == "mutations":
                tallies = run_mutations(options.n, options.seed, folder)
                for target, tally in tallies.items():
                    print(
                        json.dumps(
                            {target: dict(tally.counts), "slowest_s": round(tally.slowest, 2)},
                            ensure_ascii=False,
                        )
                    )
                    for line in tally.bad:
                        print(line, file=sys.stderr)
                missed |= bool(tally.bad)
                continue
            figures = FIGURES[name](folder)
            print(json.dumps({name: figures}, ensure_ascii=False))
            missed |= bool(figures.get("missed")) or (name == "load" and figures["cpu_s"] > 0.4)
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
