# SPDX-License-Identifier: LGPL-3.0-or-later
"""Write the sample district, or many cities side by side for benchmarks.

python tools/make_sample_district.py --out sample_shapefiles
python tools/make_sample_district.py --seed 101 --cities 10 --out ten_cities
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.sample_district.city import draw_city
from tools.sample_district.spec import CitySpec
from tools.sample_district.write import Folder, make_folder, write_folder

SHIPPED_SEED = 4
_GRIDS_WANTED = 288
#: More would not fit the one sheet that the table of people is.
MOST_CITIES = 160


def specs(seed: int, cities: int) -> list[CitySpec]:
    """Return the cities of a run: the first is always the sample's own size, the others vary."""
    sizes = np.random.default_rng([seed, 77]).uniform(0.75, 1.35, cities)
    return [CitySpec(seed, i, 1.0 if i == 0 else float(sizes[i])) for i in range(cities)]


def folder_of(spec: CitySpec) -> Folder:
    """Return the finished layers of one city (top level, so that worker processes can call it)."""
    return make_folder(draw_city(spec))


def _folders(wanted: list[CitySpec], workers: int) -> Iterator[Folder]:
    """Yield the layers of each city, drawn by worker processes a few cities ahead of the writing."""
    if workers <= 1:
        yield from map(folder_of, wanted)
        return
    with ProcessPoolExecutor(workers, max_tasks_per_child=10, mp_context=get_context("spawn")) as pool:
        ahead = 2 * workers
        for k in range(0, len(wanted), ahead):
            yield from pool.map(folder_of, wanted[k : k + ahead])


def main(arguments: list[str] | None = None) -> int:
    """Write the folder and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=SHIPPED_SEED)
    parser.add_argument("--cities", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("sample_shapefiles"))
    parser.add_argument("--workers", type=int, default=1)
    chosen = parser.parse_args(arguments)
    if not 1 <= chosen.cities <= MOST_CITIES:
        parser.error(f"--cities {chosen.cities}: give 1 to {MOST_CITIES}")
    start = time.perf_counter()
    wanted = specs(chosen.seed, chosen.cities)
    total = round(_GRIDS_WANTED * sum(s.scale for s in wanted))
    counts = write_folder(_folders(wanted, chosen.workers), chosen.out, total)
    print(f"{chosen.out}: {counts}, {time.perf_counter() - start:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
