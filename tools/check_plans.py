# SPDX-License-Identifier: LGPL-3.0-or-later
"""Check that 288 grids are legal on districts the engine was not tuned on, one row per seed.

python tools/check_plans.py --seeds 10
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from gridplanner.model.change import change_totals  # noqa: E402 - the root must be on the path first
from gridplanner.progress import Executor  # noqa: E402
from gridplanner.workspace.config import load_config  # noqa: E402
from gridplanner.workspace.executors import Processes  # noqa: E402
from gridplanner.workspace.usecases import judge, propose, read_project, today  # noqa: E402
from tools.make_sample_district import SHIPPED_SEED  # noqa: E402
from tools.make_sample_district import main as make_sample  # noqa: E402

#: Rules of the division itself; codes, branches and workers come after it.
RULES = ("people", "households", "service_radius", "contiguity", "nesting", "overlap", "gap")


def plan_seed(seed: int, total: int, certify_s: float, executor: Executor) -> bool:
    """Make a district, plan it, print its row; return whether the plan is legal and has `total` grids."""
    with tempfile.TemporaryDirectory() as folder:
        make_sample(["--seed", str(seed), "--out", folder])
        config = load_config(Path(folder) / "config.toml")
        contents = read_project(config)
    started = time.perf_counter()
    request = replace(config.request, total=total, certify_s=certify_s)
    proposal = propose(contents, request, executor)
    seconds = time.perf_counter() - started
    plan = proposal.plan.renamed("check")
    broken = Counter(
        f.rule for f in judge(contents.district, plan, contents.rules).findings if f.rule in RULES
    )
    change = change_totals(contents.district.atoms, today(contents), plan)
    grids = int(plan.general().sum())
    bound = proposal.certificate.total["pieces"].bound
    print(
        f"{seed:>6} {grids:>6} {sum(broken.values()):>9} {change.pieces:>7} {bound:>7.0f} "
        f"{change.people_moved:>7} {seconds:>7.1f}  {dict(broken)} {[f.text for f in proposal.findings][:3]}",
        flush=True,
    )
    return grids == total and not broken


def main() -> int:
    """Plan each seed; 0 when every plan is legal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="number of seeds, the shipped one first")
    parser.add_argument("--total", type=int, default=288)
    parser.add_argument("--certify", type=float, default=0.0, help="seconds for the proof")
    options = parser.parse_args()
    executor = Processes()
    seeds = [SHIPPED_SEED, *range(101, 100 + options.seeds)]
    print("  seed  grids  breaches  pieces   bound   moved seconds")
    legal = [plan_seed(seed, options.total, options.certify, executor) for seed in seeds]
    executor.close()
    print(f"{sum(legal)} of {len(legal)} legal with {options.total} grids")
    return 0 if all(legal) else 1


if __name__ == "__main__":
    sys.exit(main())
