# SPDX-License-Identifier: LGPL-3.0-or-later
"""The use-cases as the window runs them: by name, in a worker process, with plain arguments.

`Job("gridplanner.workspace.work:propose_plan", {...})` never imports this module in the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gridplanner.assign.options import AssignOptions
from gridplanner.io.probe import FileGuess
from gridplanner.io.project.project import open_project, save_project
from gridplanner.io.worker import probe_apart
from gridplanner.model.finding import Finding
from gridplanner.model.outcome import Division, Outcome
from gridplanner.model.plan import Plan
from gridplanner.model.project import ProjectContents
from gridplanner.model.proposal import Proposal
from gridplanner.model.request import PlanRequest
from gridplanner.progress import Progress
from gridplanner.workspace.config import ExportOptions, PostgisOptions, config_from_table, load_config
from gridplanner.workspace.executors import Processes
from gridplanner.workspace.handover.database import publish_outcome
from gridplanner.workspace.handover.export import export
from gridplanner.workspace.handover.handing_over import planned_losses
from gridplanner.workspace.intake.merging import merge_plans
from gridplanner.workspace.intake.releasing import take_release
from gridplanner.workspace.projects import assign_options, export_facts
from gridplanner.workspace.usecases import compare, complete, config_of, judge, propose, read_project, today


def probe_files(paths: Sequence[Path], progress: Progress) -> tuple[FileGuess, ...]:
    """Return what each file seems to be, for the import assistant."""
    guesses: list[FileGuess] = []
    for i, path in enumerate(paths):
        progress.step(i, len(paths), path.name)
        guesses += probe_apart(path, cancelled=progress.cancelled)
    return tuple(guesses)


def read_config(path: Path, progress: Progress) -> ProjectContents:
    """Read the layers of a configuration and build the district."""
    return read_project(load_config(path), progress)


def read_table(
    table: dict[str, object], base: Path, name: str, text: str, progress: Progress
) -> ProjectContents:
    """Read the layers that the import assistant names and build the district."""
    return read_project(config_from_table(table, base, name, text), progress)


def open_file(path: Path, progress: Progress) -> ProjectContents:
    """Open a project file."""
    progress.step(0, 1, path.name)
    return open_project(path)


def save_file(path: Path, contents: ProjectContents, progress: Progress) -> None:
    """Save a project file."""
    progress.step(0, 1, path.name)
    save_project(path, contents)


def judge_plan(contents: ProjectContents, plan: Plan | None, progress: Progress) -> Division:
    """Return a plan (today's where None) with polygons, measures and findings."""
    progress.step(0, 1, "")
    return judge(contents.district, plan or today(contents), contents.rules, contents.waivers)


def propose_plan(
    contents: ProjectContents, request: PlanRequest, workers: int, start: Plan | None, progress: Progress
) -> Proposal:
    """Ask the engine, on worker processes."""
    executor = Processes(workers)
    try:
        return propose(contents, request, executor, progress, start)
    finally:
        executor.close()


def complete_plan_of(
    contents: ProjectContents, plan: Plan, options: AssignOptions | None, progress: Progress
) -> tuple[Plan, tuple[Finding, ...]]:
    """Give each grid its code, name, worker and branch."""
    progress.step(0, 1, "")
    return complete(contents, plan, options or assign_options(contents, Path.cwd()))


def compare_plan(contents: ProjectContents, progress: Progress) -> Outcome:
    """Put today's division and the plan in work side by side."""
    progress.step(0, 1, "")
    scenario = contents.scenarios[contents.current]
    return compare(contents, scenario.plan, scenario.certificate, config=config_of(contents, Path.cwd()))


def export_plan(
    contents: ProjectContents, out: Path, options: ExportOptions | None, progress: Progress
) -> Outcome:
    """Write every output of the plan in work to a folder."""
    outcome = compare_plan(contents, progress)
    config = config_of(contents, Path.cwd())
    wanted = options or (config.export if config else ExportOptions())
    executor = Processes()
    try:
        facts = export_facts(contents, Path.cwd(), 0.0)
        return export(outcome, contents, out, wanted, facts, executor, progress)[0]
    finally:
        executor.close()


def export_losses(
    contents: ProjectContents, options: ExportOptions | None, progress: Progress
) -> tuple[Finding, ...]:
    """Return what the formats chosen would lose of the plan in work, before anything is written."""
    config = config_of(contents, Path.cwd())
    return planned_losses(
        compare_plan(contents, progress), options or (config.export if config else ExportOptions())
    )


def merge_street_plans(
    contents: ProjectContents, paths: Sequence[Path], progress: Progress
) -> tuple[ProjectContents, tuple[Finding, ...]]:
    """Return the project with the plans of street offices as a scenario, and every conflict."""
    merged = merge_plans(contents, paths, progress)
    return merged.contents, merged.findings


def take_new_release(
    contents: ProjectContents, config: Path, progress: Progress
) -> tuple[ProjectContents, tuple[Finding, ...], tuple[Finding, ...]]:
    """Return a project over next year's layers with the plan carried over, conflicts, and changes."""
    release = take_release(contents, load_config(config), progress)
    return release.contents, release.conflicts, release.changes


def publish_plan(contents: ProjectContents, options: PostgisOptions, progress: Progress) -> int:
    """Publish the plan in work to a database; return the number of the version."""
    return publish_outcome(compare_plan(contents, progress), options)
