# SPDX-License-Identifier: LGPL-3.0-or-later
"""`python3 main.py bench reliability [ID ...] [--share F] [--seed N]`: all promises at their full figures."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence

from benchmarks.reliability import (
    disk,
    hostile,
    injection,
    kills,
    power,
    privacy,
    soak,
    stopping,
    workstations,
)
from benchmarks.reliability.outcome import Run

Try = Callable[[float, int], Run]


def _share(full: int, share: float) -> int:
    return max(1, round(full * share))


#: Each promise with the cases of its full run.
PROMISES: Mapping[str, Try] = {
    "speed": lambda share, seed: soak.speed(repeats=_share(9, share)),
    "R1": lambda share, seed: kills.saving(_share(1000, share), seed),
    "R2": lambda share, seed: power.power_cut(seed, side=72 if share >= 1 else 24),
    "R3": lambda share, seed: kills.editing(_share(200, share), seed),
    "R4": lambda share, seed: disk.full_disk(disk.FRACTIONS if share >= 1 else disk.FRACTIONS[::6]),
    "R5": lambda share, seed: kills.exporting(_share(300, share), seed),
    "R13": lambda share, seed: injection.web_scripts(),
    "R14": lambda share, seed: injection.formulas(),
    "R15": lambda share, seed: injection.evil_names(),
    "R16": lambda share, seed: hostile.mutated_projects(_share(5000, share), seed),
    "R18": lambda share, seed: workstations.two_workstations(_share(500, share), seed),
    "R20": lambda share, seed: stopping.too_large(),
    "cancel": lambda share, seed: stopping.cancelling(),
    "R21": lambda share, seed: privacy.residents_in_outputs(),
    "R22": lambda share, seed: privacy.no_network(),
    "R25": lambda share, seed: workstations.year_of_backups(),
    "R26": lambda share, seed: soak.soak(600 * share, seed),
}


def main(arguments: Sequence[str]) -> int:
    """Run the promises named (all by default) and print a line for each; 1 if one was broken."""
    parser = argparse.ArgumentParser(prog="bench reliability", description=__doc__)
    parser.add_argument("ids", nargs="*", choices=[*PROMISES, []], help="what to run; everything by default")
    parser.add_argument("--share", type=float, default=1.0, help="share of the full number of cases")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    broken = 0
    with tempfile.TemporaryDirectory() as folder:
        # Logs and backups of the runs must not end up among the user's own.
        os.environ["GRIDPLANNER_USER_DIR"] = folder
        for name in options.ids or PROMISES:
            started = time.perf_counter()
            run = PROMISES[name](options.share, options.seed)
            _print(run, time.perf_counter() - started)
            broken += bool(run.failures)
    return 1 if broken else 0


def _print(run: Run, seconds: float) -> None:
    state = f"not tried: {run.skipped}" if run.skipped else "kept" if run.kept else "BROKEN"
    print(f"{run.id:6} {state:8} {run.cases:6} cases {seconds:7.1f} s  {run.note}", flush=True)
    for failure in run.failures[:10]:
        print(f"         {failure}")
    if len(run.failures) > 10:
        print(f"         and {len(run.failures) - 10} more")
