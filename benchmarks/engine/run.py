# SPDX-License-Identifier: LGPL-3.0-or-later
"""The engine against its peers on generated cities: `python3 main.py bench engine`.

CPU seconds of the whole process tree are compared, not wall seconds, so that a busy machine does not
change the verdict; the load is printed with the table. Kernels are compiled before the clock starts.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.engine.judge import Limits, Verdict, free_atoms, judge
from benchmarks.engine.peers import Peer, installed
from gridplanner.model.jurisdiction import District
from gridplanner.model.proposal import Proposal
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RadiusRule, RuleSet
from gridplanner.progress import Executor, Inline
from gridplanner.solve import warm_up
from gridplanner.solve.decompose import scope_of
from gridplanner.solve.engine import propose
from gridplanner.solve.ranges import usable_range
from gridplanner.solve.share import best_shares, even_cost
from gridplanner.workspace.config import load_config
from gridplanner.workspace.usecases import read_project
from tools.make_sample_district import main as make_sample

RULES = RuleSet(people=Band(1000, 2000), service_radius=RadiusRule(400.0))
TOTAL = 288
HEAD = (
    f"{'seed':>5} {'program':24} {'CPU s':>8} {'wall s':>8} {'MiB':>6} {'grids':>6} {'below':>6} "
    f"{'above':>6} "
    f"{'disc':>5} {'rad':>4} {'nest':>5} {'dev %':>6} {'PP':>6} {'cut':>4} {'pieces':>7} {'moved':>7}"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; return 1 when a plan of ours breaks a rule without a proof that it must."""
    parser = argparse.ArgumentParser(prog="gridplanner bench engine", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102, 103])
    parser.add_argument("--certify", type=float, default=15.0, help="wall seconds for the certificate")
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--slow", action="store_true", help="run peers that take minutes, too")
    options = parser.parse_args(argv)
    print(f"kernels ready after {warm_up():.1f} CPU s; load {os.getloadavg()}; {os.cpu_count()} cores")
    missed = 0
    for seed in options.seeds:
        district = make_city(seed)
        print(f"\n{len(district.atoms)} atoms, {len(district.communities)} communities\n{HEAD}")
        missed += run_ours(seed, district, options.certify)
        if options.peers:
            run_peers(seed, district, options.slow)
    return int(missed > 0)


def make_city(seed: int) -> District:
    """Return the district of a seed of the sample generator."""
    with tempfile.TemporaryDirectory() as folder:
        make_sample(["--seed", str(seed), "--out", folder])
        return read_project(load_config(Path(folder) / "config.toml")).district


def cpu_s() -> float:
    """Return CPU seconds of this process and its children so far."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def timed(work: Callable[[], object]) -> tuple[object, float, float]:
    """Return the result, CPU and wall seconds."""
    cpu, wall = cpu_s(), time.perf_counter()
    result = work()
    return result, cpu_s() - cpu, time.perf_counter() - wall


def line(seed: int, name: str, seconds: tuple[float, float], verdict: Verdict) -> str:
    """Return one row of the table."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{seed:>5} {name:24} {seconds[0]:>8.2f} {seconds[1]:>8.2f} {peak:>6.0f} {verdict.grids:>6} "
        f"{verdict.below:>6} {verdict.above:>6} {verdict.disconnected:>5} {verdict.beyond_radius:>4} "
        f"{verdict.across:>5} {100 * verdict.deviation:>6.2f} {verdict.polsby_popper:>6.3f} {verdict.cut:>4} "
        f"{verdict.pieces:>7} {verdict.moved:>7}"
    )


def run_ours(seed: int, district: District, certify_s: float) -> int:
    """Print our rows; return how many broken rules have no finding that proves them unavoidable."""
    executor: Executor = Inline()
    missed = 0
    for total, mode in ((TOTAL, "keep"), ("fewest", "keep"), (TOTAL, "balance"), (TOTAL, "compact")):
        request = PlanRequest(total=total, mode=mode, certify_s=0.0)

        def work(request: PlanRequest = request) -> Proposal:
            return propose(district, RULES, request, executor)

        proposal, cpu, wall = timed(work)
        if not isinstance(proposal, Proposal):
            continue
        label = np.where(free_atoms(district), proposal.plan.assignment, -1)
        verdict = judge(district, label, Limits())
        print(line(seed, f"gridplanner {total} {mode}", (cpu, wall), verdict), flush=True)
        excused = sum(len(part.blocked) for part in scope_of(district, RULES, request).parts)
        missed += verdict.breaches > excused
    _print_proof(district, certify_s, executor)
    return missed


def _print_proof(district: District, certify_s: float, executor: Executor) -> None:
    """Print what is proven of the plan of the main job."""
    request = PlanRequest(total=TOTAL, certify_s=certify_s)
    proposal = propose(district, RULES, request, executor)
    for name, bound in proposal.certificate.total.items():
        proven = sum(part.objective[name].proven for part in proposal.certificate.parts)
        print(
            f"      {name}: value {bound.value:.4f} bound {bound.bound:.4f} gap {bound.gap:.4f}; "
            f"{proven} of {len(proposal.certificate.parts)} parts proven"
        )
    print(f"      certificate: {proposal.cpu_seconds['certify']:.1f} CPU s")
    for finding in proposal.findings:
        print(f"      {finding.text}")


def run_peers(seed: int, district: District, slow: bool) -> None:
    """Print a row per peer that is installed."""
    here, missing = installed()
    scope = scope_of(district, RULES, PlanRequest(total=TOTAL))
    ranges = [usable_range(part) for part in scope.parts]
    mean = sum(part.people for part in scope.parts) / TOTAL
    curves = [
        {k: even_cost(part.people, k, mean) for k in numbers}
        for part, numbers in zip(scope.parts, ranges, strict=True)
    ]
    shares = best_shares(curves, TOTAL)[0]
    for name, peer in here:
        if "MaxP" in name and not slow:
            continue

        def work(peer: Peer = peer) -> object:
            label, count = np.full(len(district.atoms), -1), 0
            for part, k in zip(scope.parts, shares, strict=True):
                own = peer(part, k, seed) if k > 1 else np.zeros(len(part), int)
                label[part.atoms] = own + count
                count += int(own.max()) + 1
            return label

        label, cpu, wall = timed(work)
        print(line(seed, name, (cpu, wall), judge(district, np.asarray(label), Limits())), flush=True)
    if missing:
        print(f"      not installed: {', '.join(missing)}")


if __name__ == "__main__":
    sys.exit(main())
