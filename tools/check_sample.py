# SPDX-License-Identifier: LGPL-3.0-or-later
"""Check that the sample is as hard as a real district: counts of what the program itself makes of it.

python tools/check_sample.py --seeds 10
python tools/check_sample.py --folder sample_shapefiles
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from gridplanner.geometry.contiguity import components  # noqa: E402 - the root must be on the path first
from gridplanner.geometry.district import build_district  # noqa: E402
from gridplanner.geometry.service import service_points  # noqa: E402
from gridplanner.io.reading import read_layers  # noqa: E402
from gridplanner.model.jurisdiction import District  # noqa: E402
from gridplanner.model.kinds import GridKind  # noqa: E402
from gridplanner.model.ruleset import RadiusRule  # noqa: E402
from gridplanner.workspace.config import load_config  # noqa: E402
from tools.make_sample_district import SHIPPED_SEED  # noqa: E402
from tools.make_sample_district import main as make_sample  # noqa: E402

MIN_PEOPLE, MAX_PEOPLE, RADIUS_M = 1_000, 2_000, 400.0
#: What issue and design ask of every seed: name, lowest and highest value allowed.
BANDS = {
    "communities": (42, 42),
    "grids": (412, 412),
    "dedicated": (14, 14),
    "people": (440_000, 460_000),
    "buildings": (6_000, 7_000),
    "atoms": (5_500, 6_800),
    "least_atoms": (45, 270),
    "most_atoms": (45, 270),
    "under": (190, 235),
    "over": (30, 45),
    "far": (15, 60),
    "river_cut": (1, 1),
    "multipart": (6, 11),
    "impossible": (0, 0),
    "overlaps": (9, 9),
    "gaps": (6, 6),
    "slivers": (85, 95),
}


def figures(folder: Path) -> dict[str, Any]:
    """Return the figures of a sample folder, counted on the atoms that the program builds."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    config = load_config(folder / "config.toml")
    layers = read_layers(config.layers, config.nets, folder)
    district, _ = build_district(layers, config.build)
    atoms = district.atoms
    general = np.array([g.kind == GridKind.GENERAL for g in district.grids_before])
    people = np.bincount(atoms.old_grid[atoms.old_grid >= 0], atoms.people[atoms.old_grid >= 0], len(general))
    per_community = np.bincount(atoms.community)
    parts = list(_parts(district, general))
    return {
        "communities": len(district.communities),
        "grids": int(general.sum()),
        "dedicated": int((~general).sum()),
        "people": int(atoms.people.sum()),
        "buildings": len(layers.layers["buildings"]),
        "atoms": len(atoms.people),
        "least_atoms": int(per_community.min()),
        "most_atoms": int(per_community.max()),
        "under": int((people[general] < MIN_PEOPLE).sum()),
        "over": int((people[general] > MAX_PEOPLE).sum()),
        "far": int((_radii(district)[general] > RADIUS_M).sum()),
        "river_cut": _river_cut(district, truth, parts),
        "multipart": len({c for c, _ in parts if sum(d == c for d, _ in parts) > 1}),
        "impossible": sum(-(-p // MAX_PEOPLE) > p // MIN_PEOPLE for _, p in parts),
        "overlaps": len(truth["overlaps"]),
        "gaps": len(truth["gaps"]),
        "slivers": truth["slivers"],
    }


def _radii(district: District) -> npt.NDArray[np.float64]:
    """Return the radius of each of today's grids; 0 where nobody lives."""
    xy, atom, people = district.demand_points()
    n = len(district.grids_before)
    radius = service_points(xy, atom, people, district.atoms.old_grid, n, RadiusRule(max=RADIUS_M)).radius_m
    return np.nan_to_num(radius)


def _parts(district: District, general: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield community and people of each connected part, without dedicated grids."""
    atoms = district.atoms
    dedicated = (atoms.old_grid >= 0) & ~general[np.maximum(atoms.old_grid, 0)]
    label = np.where(dedicated, -1, atoms.community)
    part = components(len(label), district.adjacency, label)
    for k in range(int(part.max()) + 1):
        inside = part == k
        yield int(atoms.community[inside][0]), int(atoms.people[inside].sum())


def _river_cut(district: District, truth: dict[str, Any], parts: list[tuple[int, int]]) -> int:
    """Return 1 when the community that the truth names is in two parts, else 0."""
    codes = list(district.communities.codes)
    named = truth["river_cut"]
    return int(named in codes and sum(c == codes.index(named) for c, _ in parts) > 1)


def wrong(found: dict[str, Any]) -> list[str]:
    """Return the figures outside their bands, in words."""
    return [
        f"{name} = {found[name]}, asked {low}-{high}"
        for name, (low, high) in BANDS.items()
        if not low <= found[name] <= high
    ]


def main(arguments: list[str] | None = None) -> int:
    """Print the figures per seed; 1 if any lies outside its band."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, default=0, help="shipped seed, then 101, 102, ...")
    parser.add_argument("--folder", type=Path, default=ROOT / "sample_shapefiles")
    chosen = parser.parse_args(arguments)
    failed = False
    seeds = [SHIPPED_SEED, *range(101, 100 + chosen.seeds)][: chosen.seeds]
    for seed in seeds or [None]:
        start = time.perf_counter()
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) if seed is not None else chosen.folder
            if seed is not None:
                make_sample(["--seed", str(seed), "--out", scratch])
            found = figures(folder)
        faults = wrong(found)
        failed |= bool(faults)
        print(seed if seed is not None else folder, found, f"{time.perf_counter() - start:.1f} s")
        for fault in faults:
            print("  OUTSIDE:", fault)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
