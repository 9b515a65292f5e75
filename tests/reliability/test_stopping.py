# SPDX-License-Identifier: LGPL-3.0-or-later
"""A cancelled export leaves the old set; a district without memory for it is refused first (R20)."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.reliability import stopping, subjects
from gridplanner.errors import Cancelled
from gridplanner.maps.options import MapOptions
from gridplanner.model.project import ProjectContents, Scenario
from gridplanner.progress import Inline
from gridplanner.workspace.config import ExportOptions
from gridplanner.workspace.executors import Processes
from gridplanner.workspace.handover.export import export

LIGHT = ExportOptions(maps=MapOptions(sheets=(), dpi=50))
FACTS = {"seconds": 0.0, "cpu_seconds": {}, "seed": 1, "numbering": "keep"}


def nap(seconds: float) -> float:
    """Work that looks at nothing until it is done."""
    time.sleep(seconds)
    return seconds


@pytest.mark.skipif(os.name == "nt", reason="peaks of memory are read as POSIX tells them")
def test_r20_memory_is_estimated_before_the_work() -> None:
    assert stopping.too_large().kept


def test_a_wish_ends_a_task_that_never_looks() -> None:
    executor = Processes(1)
    list(executor.run(nap, [0.0], stopping.Wish(60)))
    wish = stopping.Wish(0.2)
    with pytest.raises(Cancelled):
        list(executor.run(nap, [30.0], wish))
    # The limit itself, 0.3 s, is for the benchmark on a quiet machine.
    assert time.perf_counter() - wish.at < 3
    executor.close(kill=True)


def test_a_cancelled_export_leaves_the_old_set(tmp_path: Path) -> None:
    outcome = subjects.outcome()
    plan = outcome.after.plan.renamed("一")
    contents = ProjectContents(outcome.district, outcome.rules, outcome.request, {"一": Scenario(plan)}, "一")
    shown = replace(outcome, after=replace(outcome.after, plan=plan))
    out = tmp_path / "成果"
    export(shown, contents, out, LIGHT, FACTS, Inline())
    before = stopping._listing(out)
    with pytest.raises(Cancelled):
        export(shown, contents, out, LIGHT, FACTS, Inline(), stopping.Wish(0.05))
    assert stopping._listing(out) == before and list(tmp_path.iterdir()) == [out]
