# SPDX-License-Identifier: LGPL-3.0-or-later
"""The whole main job without a question: from a configuration to a finished plan folder."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from gridplanner.model.kinds import Severity
from gridplanner.model.outcome import Outcome
from gridplanner.progress import Executor, Progress
from gridplanner.texts import _
from gridplanner.workspace.config import Config
from gridplanner.workspace.handover.database import publish_written, refuse_unpublishable
from gridplanner.workspace.handover.export import export
from gridplanner.workspace.handover.handing_over import Tell
from gridplanner.workspace.levels import refuse_unlimited
from gridplanner.workspace.usecases import compare, complete, keep_as_scenario, propose, read_project


@dataclass(frozen=True, eq=False)
class JobResult:
    """How the main job ended.

    Parameters
    ----------
    outcome : Outcome
    out : Path
    legal : bool
        No breach of a hard rule remains that is not waived.
    version : int
        Number of the version in the database; 0 where nothing was published.
    """

    outcome: Outcome
    out: Path
    legal: bool
    version: int = 0


@dataclass
class _Clock:
    """CPU seconds per step; workers that live on report their own."""

    cpu: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Count the CPU time of the block under `name`."""
        before = _cpu_seconds()
        yield
        self.cpu[name] = self.cpu.get(name, 0.0) + _cpu_seconds() - before

    @property
    def seconds(self) -> float:
        """Wall seconds since the start."""
        return time.perf_counter() - self.started


def _cpu_seconds() -> float:
    """Return CPU seconds of this process and of the ones it started that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def run_main_job(
    config: Config, out: Path, executor: Executor, progress: Progress, tell: Tell | None = None
) -> JobResult:
    """Read, check, plan, assign and export.

    Parameters
    ----------
    config : Config
    out : Path
        Output folder; replaced as a whole at the end.
    executor : Executor
        Where the engine and the export run.
    progress : Progress
    tell : callable, optional
        Given what the formats lose, before anything is written.

    Raises
    ------
    UserError, DataError
        The input cannot be used; nothing is written.
    """
    refuse_unwritable(out)
    refuse_unpublishable(config.postgis)
    refuse_unlimited(config.rules, config.request)
    clock = _Clock()
    with clock.step("read"):
        contents = read_project(config, progress)
    refuse_unpublishable(config.postgis, contents.district.crs)
    with clock.step("other"):
        proposal = propose(contents, config.request, executor, progress)
    clock.cpu = {**clock.cpu, **{key: float(value) for key, value in proposal.cpu_seconds.items()}}
    clock.cpu.pop("other", None)
    with clock.step("assign"):
        progress.step(0, 1, _("Assigning branches, staff, codes and names"))
        plan, assigned = complete(contents, proposal.plan, config.assign)
    name = _("Plan 1")
    contents = keep_as_scenario(contents, name, plan, proposal.certificate)
    with clock.step("check"):
        progress.step(0, 1, _("Checking before and after"))
        more = (*proposal.findings, *assigned)
        outcome = compare(contents, plan.renamed(name), proposal.certificate, more, config)
    facts = {
        "seconds": clock.seconds,
        "cpu_seconds": {"solve": 0.0, "certify": 0.0, "compile": 0.0, **clock.cpu},
        "seed": config.request.seed,
        "numbering": config.assign.numbering,
    }
    outcome, losses = export(outcome, contents, out, config.export, facts, executor, progress, tell=tell)
    after = replace(outcome.after, findings=(*outcome.after.findings, *losses))
    version = publish_written(outcome, config.postgis, out)
    return JobResult(replace(outcome, after=after), out, _legal(outcome), version)


def _legal(outcome: Outcome) -> bool:
    """Tell whether no hard rule is broken without a waiver."""
    return not any(f.counts and f.severity is Severity.ERROR for f in outcome.after.findings)


def refuse_unwritable(out: Path) -> None:
    """Raise UserError before any work when the output folder can never be written."""
    from gridplanner.io.transaction import check_writable  # kept beside its only use

    check_writable(out)
