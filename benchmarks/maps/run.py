# SPDX-License-Identifier: LGPL-3.0-or-later
"""Time the maps: `gridplanner bench maps [--sample] [--repeats N] [--qgis]`.

Without `--sample` a made-up city of 42 communities and 288 grids is drawn; with it the layers of
`sample_shapefiles`, today's grids standing in for the plan, so that no engine runs. Median of N,
wall and CPU seconds. `--qgis` exports the same A3 sheet with a QGIS layout, where QGIS is installed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import shapely

from benchmarks.maps.town import town
from gridplanner.maps.book import make_sheets, write_maps
from gridplanner.maps.fonts import FONT_FILE
from gridplanner.maps.ground import shapes_of, water_of
from gridplanner.maps.marks import Sheet
from gridplanner.maps.options import MapOptions
from gridplanner.maps.scene import Scene
from gridplanner.maps.surface import ensure_application, write_pdf, write_png
from gridplanner.maps.tiling import tile_sheet
from gridplanner.maps.web import write_web_map
from gridplanner.model.outcome import Outcome

ROOT = Path(__file__).resolve().parents[2]


def sample_outcome() -> Outcome:
    """Return the sample district with today's grids on both sides."""
    from gridplanner.workspace.config import load_config
    from gridplanner.workspace.usecases import compare, read_project, today

    config = load_config(ROOT / "sample_shapefiles" / "config.toml")
    contents = read_project(config)
    from gridplanner.model.certificate import Certificate

    return compare(contents, today(contents), Certificate(), config=config)


def timed(name: str, repeats: int, work: Callable[[], str]) -> tuple[float, float]:
    """Run `work` several times; print and return the median of wall and CPU seconds."""
    wall, cpu, note = [], [], ""
    for _turn in range(repeats):
        begin = time.perf_counter(), time.process_time()
        note = work()
        wall.append(time.perf_counter() - begin[0])
        cpu.append(time.process_time() - begin[1])
    result = statistics.median(wall), statistics.median(cpu)
    print(f"{name:<28}{result[0]:8.2f} s wall{result[1]:8.2f} s cpu   {note}", flush=True)
    return result


def size(path: Path) -> str:
    """Return the size of a file in words."""
    return f"{path.stat().st_size / 1e6:.2f} MB"


def sheet_job(kind: str, outcome: Outcome, folder: Path, paper: str) -> Callable[[], str]:
    """Return work that composes and writes one kind of sheet."""

    def work() -> str:
        path = folder / f"{kind}_{paper}.pdf"
        sheets = make_sheets(kind, outcome, MapOptions(paper=paper))
        write_pdf(sheets, path)
        return f"{len(sheets)} pages, {said(sheets)}, {size(path)}"

    return work


def said(sheets: list[Sheet]) -> str:
    """Return how many grids bear a label and how many are listed instead."""
    return f"{sum(len(s.labelled) for s in sheets)} labelled, {sum(len(s.listed) for s in sheets)} listed"


def footprints(outcome: Outcome) -> np.ndarray:
    """Return the buildings that the A3 sheet shows: footprints; points are left out at its scale."""
    shapes = outcome.district.buildings.geometry
    return shapes[shapely.get_dimensions(shapes) == 2]


def qgis_seconds(outcome: Outcome, folder: Path, repeats: int) -> tuple[float, float]:
    """Return the median wall and CPU seconds of the same sheet by a QGIS layout."""
    import geopandas

    scene = Scene.of(outcome, MapOptions())
    view, places, crs = scene.after, outcome.district.communities, outcome.district.crs
    labels = [f"{n} {p}人" for n, p in zip(view.numbers, view.people, strict=True)]
    tables = {
        "grids": ({"fill": view.fills, "label": labels}, view.polygons),
        "communities": ({"name": places.names.astype(str)}, places.geometry),
        "roads": ({}, shapes_of(scene, "roads")),
        "water": ({}, water_of(scene)),
        "buildings": ({}, footprints(outcome)),
    }
    for name, (columns, geometry) in tables.items():
        # Without a row there is no type of geometry, and QGIS opens no such layer.
        geometry = geometry if len(geometry) else np.array([shapely.box(0, 0, 1, 1)], dtype=object)
        data = {"row": np.arange(len(geometry)), **columns}
        geopandas.GeoDataFrame(data, geometry=geometry, crs=crs).to_file(folder / f"{name}.gpkg")
    scale = make_sheets("district", outcome)[0].scale
    script = Path(__file__).with_name("qgis_layout.py")
    command = ["/usr/bin/python3", str(script), str(folder), str(scale), str(repeats), str(FONT_FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds = np.array(json.loads(done.stdout.strip().splitlines()[-1]))
    wall, cpu = np.median(seconds, axis=0)
    print(
        f"{'QGIS layout A3':<28}{wall:8.2f} s wall{cpu:8.2f} s cpu   {size(folder / 'qgis.pdf')}", flush=True
    )
    return float(wall), float(cpu)


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="gridplanner bench maps", description=__doc__)
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--qgis", action="store_true")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="folder to leave the maps in")
    choice = parser.parse_args(argv)
    ensure_application()
    outcome = sample_outcome() if choice.sample else town()
    with tempfile.TemporaryDirectory() as temporary:
        folder = choice.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        make_sheets("district", outcome)
        ours = timed("district A3", choice.repeats, sheet_job("district", outcome, folder, "A3"))
        timed("district A0", choice.repeats, sheet_job("district", outcome, folder, "A0"))
        timed("change A3", choice.repeats, sheet_job("change", outcome, folder, "A3"))
        timed("atlas A3", max(1, choice.repeats // 2), sheet_job("atlas", outcome, folder, "A3"))
        wall = make_sheets("district", outcome, MapOptions(paper="A0"))[0]

        def tiles() -> str:
            write_pdf(tile_sheet(wall, "A3"), folder / "tiles.pdf")
            return size(folder / "tiles.pdf")

        def image() -> str:
            write_png(wall, folder / "wall.png", 300)
            return size(folder / "wall.png")

        timed("A0 on nine A3 pages", choice.repeats, tiles)
        timed("A0 as PNG, 300 dpi", 1, image)
        timed("web map", choice.repeats, lambda: size(write_web_map(outcome, folder / "map.html")))
        timed("the whole set", 1, lambda: f"{len(write_maps(outcome, folder / 'set'))} files")
        if choice.qgis:
            peer = qgis_seconds(outcome, Path(temporary), choice.repeats)
            print(f"ours : QGIS, A3 sheet = {ours[0] / peer[0]:.2f} wall, {ours[1] / peer[1]:.2f} cpu")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
