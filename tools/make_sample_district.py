# SPDX-License-Identifier: LGPL-3.0-or-later
"""Write the sample district, or many cities side by side for benchmarks.

python tools/make_sample_district.py --out sample_shapefiles
python tools/make_sample_district.py --seed 101 --cities 10 --out ten_cities
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.sample_district.city import draw_city
from tools.sample_district.spec import CitySpec
from tools.sample_district.write import Folder, make_folder, write_folder

SHIPPED_SEED = 4
_GRIDS_WANTED = 288


def specs(seed: int, cities: int) -> list[CitySpec]:
    """Return the cities of a run: the first is always the sample's own size, the others vary."""
    sizes = np.random.default_rng([seed, 77]).uniform(0.75, 1.35, cities)
    return [CitySpec(seed, i, 1.0 if i == 0 else float(sizes[i])) for i in range(cities)]


def folder_of(spec: CitySpec) -> Folder:
    """Return the finished layers of one city (top level, so that worker processes can call it)."""
    return make_folder(draw_city(spec))


def main(arguments: list[str] | None = None) -> int:
    """Write the folder and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=SHIPPED_SEED)
    parser.add_argument("--cities", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("sample_shapefiles"))
    parser.add_argument("--workers", type=int, default=1)
    chosen = parser.parse_args(arguments)
    start = time.perf_counter()
    wanted = specs(chosen.seed, chosen.cities)
    if chosen.workers > 1:
        with ProcessPoolExecutor(chosen.workers) as pool:
            folders = list(pool.map(folder_of, wanted))
    else:
        folders = [folder_of(spec) for spec in wanted]
    total = round(_GRIDS_WANTED * sum(s.scale for s in wanted))
    write_folder(folders, chosen.out, total)
    counts = {k: sum(f.truth["totals"][k] for f in folders) for k in folders[0].truth["totals"]}
    print(f"{chosen.out}: {counts}, {time.perf_counter() - start:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
