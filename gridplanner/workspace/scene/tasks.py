# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the worker process beside the window can do; each task is a function of the state it keeps."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from gridplanner.errors import UserError
from gridplanner.model.amendment import Amendment
from gridplanner.model.certificate import Certificate
from gridplanner.model.finding import Finding
from gridplanner.model.measures import Measures
from gridplanner.model.plan import Plan
from gridplanner.model.project import ProjectContents
from gridplanner.model.proposal import Proposal
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.progress import Inline, Progress
from gridplanner.texts import RESOURCES, _
from gridplanner.workspace.amend.amending import DistrictLine
from gridplanner.workspace.config import Config, ExportOptions, config_from_table, load_config
from gridplanner.workspace.config_text import config_text, with_names_only
from gridplanner.workspace.project_files import is_project
from gridplanner.workspace.safety.saving import Saving
from gridplanner.workspace.scene.files import probe_all, scenarios_in
from gridplanner.workspace.scene.scene import Scene, make_scene
from gridplanner.workspace.scene.slimming import slim

SAMPLE = RESOURCES.parent / "sample_shapefiles" / "config.toml"


class Reporter(Progress, Protocol):
    """Progress that can also send an early part of the result."""

    def settle(self) -> None:
        """Raise Cancelled when the window asked to stop; from here the question cannot be stopped."""

    def part(self, value: object) -> None:
        """Send an early part of the result."""


@dataclass
class State:
    """What the worker keeps: the whole project, and the configuration as `settled` in its text.

    `levels` holds what `scene.levels` worked out last, by level, with the plan it belongs to.
    """

    contents: ProjectContents | None = None
    config: Config | None = None
    settled: str = ""
    levels: dict[str, Any] = field(default_factory=dict)
    _file: Any = None
    _line: DistrictLine = field(default_factory=DistrictLine)

    @property
    def file(self) -> Any:
        """The file of the project (`ProjectFile`): lock, backups, what a crash left."""
        if self._file is None:
            from gridplanner.workspace.safety.project_file import (
                ProjectFile,  # shapes, felt by the first paint
            )

            self._file = ProjectFile()
        return self._file

    def export_options(self) -> ExportOptions:
        """Return what the configuration says of exports."""
        return self.config.export if self.config else ExportOptions()

    def whole(
        self, slim: ProjectContents | None = None, amendments: Sequence[Amendment] = ()
    ) -> ProjectContents:
        """Return the project with its shapes, in the state the window has it, corrections included.

        The configuration follows, too: what is handed over is settled in the window.
        """
        if self.contents is None:
            raise UserError(_("No project is open."))
        if slim is not None and slim.config != self.settled:
            base = self.config.base if self.config else Path.cwd()
            self.config = _config_of(replace(self.contents, config=slim.config), base)
            self.settled = slim.config
        known = slim.amendments if slim is not None else amendments
        district = self._line.after(self.contents, known)
        return replace(self.contents if slim is None else slim, district=district)


@dataclass(frozen=True, eq=False)
class Judged:
    """A check of one plan: measures per grid and findings.

    Parameters
    ----------
    measures : Measures
    findings : tuple of Finding
    """

    measures: Measures
    findings: tuple[Finding, ...]


@dataclass(frozen=True, eq=False)
class Opened:
    """A project as the window gets it.

    Parameters
    ----------
    contents : ProjectContents
        Without shapes.
    scene : Scene
    path : str
        Project file; "" while it was never saved.
    saving : Saving
        Where its steps are logged, who else has it open, what a crash left.
    """

    contents: ProjectContents
    scene: Scene
    path: str = ""
    saving: Saving = field(default_factory=Saving)


def without_district(contents: ProjectContents) -> ProjectContents:
    """Return what a question carries: everything but the district, which the worker has."""
    return replace(contents, district=None)  # type: ignore[arg-type]  # put back by State.whole


def open_paths(state: State, progress: Reporter, paths: Sequence[str]) -> Opened:
    """Open a project file, a configuration, or loose layers."""
    files = [Path(p) for p in paths]
    if len(files) == 1 and is_project(files[0]):
        progress.step(0, 1, _("Opening the project"))
        # It lets go of the project in work.
        progress.settle()
        contents, saving = state.file.open(files[0])
        state.contents, state.config = contents, _config_of(contents, files[0].resolve().parent)
        return show_opened(state, progress, str(files[0]), saving)
    if len(files) == 1 and files[0].suffix.lower() == ".toml":
        take_over(state, progress, *_read(load_config(files[0]), progress))
    else:
        from gridplanner.workspace.intake.loose import read_loose  # scipy: half of the wait for a project

        take_over(state, progress, *read_loose(files, progress))
    return show_opened(state, progress, "")


def take_over(state: State, progress: Reporter, contents: ProjectContents, config: Config) -> None:
    """Put another project in the place of the one in work: whole, or not at all where it was stopped."""
    progress.settle()
    state.contents, state.config = contents, config


def show_opened(state: State, progress: Reporter, path: str, saving: Saving | None = None) -> Opened:
    """Send the scene, then what the window needs to know of the file."""
    contents = state.whole()
    state.settled = contents.config
    light = slim(contents)
    scene = make_scene(contents.district, demonstration=bool(state.config and state.config.demonstration))
    progress.part((light, scene))
    return Opened(light, scene, path, saving or state.file.begin(contents))


def _read(config: Config, progress: Progress) -> tuple[ProjectContents, Config]:
    """Read the layers of a configuration."""
    from gridplanner.workspace.usecases import read_project  # pandas, scipy: felt when a project is opened

    return read_project(config, progress), config


def _config_of(contents: ProjectContents, base: Path) -> Config | None:
    """Return the configuration a project was made from, as it was settled since."""
    if not contents.config:
        return None
    table, name = tomllib.loads(contents.config), contents.district.name
    return config_from_table(table, base, name, contents.config, in_project=True)


def open_sample(state: State, progress: Reporter, cache: str) -> Opened:
    """Open the sample district; the built district is kept as a project in the user's cache.

    Parameters
    ----------
    state : State
    progress : Reporter
    cache : str
        Project file to keep it in; made when absent or older than the sample.
    """
    from gridplanner.io.project.project import open_project, save_project  # GDAL

    kept = Path(cache)
    config = load_config(SAMPLE)
    newest = max(path.stat().st_mtime for path in SAMPLE.parent.rglob("*") if path.is_file())
    if kept.is_file() and kept.stat().st_mtime > newest:
        progress.step(0, 1, _("Opening the project"))
        contents = open_project(kept)
    else:
        contents, config = _read(config, progress)
        kept.parent.mkdir(parents=True, exist_ok=True)
        save_project(kept, contents)
        os.utime(kept)
    take_over(state, progress, contents, config)
    return show_opened(state, progress, "")


def _judged(contents: ProjectContents, plan: Plan, rules: RuleSet | None = None) -> Judged:
    """Check a plan."""
    from gridplanner.workspace.usecases import judge

    division = judge(contents.district, plan, rules or contents.rules, contents.waivers)
    return Judged(division.measures, division.findings)


def judge_plan(
    state: State,
    progress: Reporter,
    plan: Plan,
    rules: RuleSet,
    waivers: Mapping[str, str],
    amendments: Sequence[Amendment] = (),
) -> Judged:
    """Check the plan in work."""
    return _judged(replace(state.whole(None, amendments), waivers=dict(waivers)), plan, rules)


def judge_today(
    state: State, progress: Reporter, rules: RuleSet, amendments: Sequence[Amendment] = ()
) -> Judged:
    """Check today's grids under other rules, or after a correction."""
    from gridplanner.workspace.usecases import today

    contents = state.whole(None, amendments)
    return _judged(contents, today(contents), rules)


def propose_plan(
    state: State,
    progress: Reporter,
    contents: ProjectContents,
    request: PlanRequest,
    workers: int = 0,
    start: Plan | None = None,
) -> tuple[Proposal, Judged]:
    """Ask the engine; the proposal comes back checked, and nothing is applied."""
    from gridplanner.workspace.executors import Processes
    from gridplanner.workspace.usecases import propose

    whole = state.whole(contents)
    executor = Inline() if workers == 1 else Processes(workers)
    try:
        proposal = propose(whole, request, executor, progress, start)
    finally:
        if isinstance(executor, Processes):
            executor.close(kill=progress.cancelled())
    return proposal, _judged(whole, proposal.plan)


def complete_plan(
    state: State, progress: Reporter, contents: ProjectContents, plan: Plan
) -> tuple[Plan, tuple[Finding, ...]]:
    """Give each grid its code, name, limits, worker and branch."""
    from gridplanner.assign.options import AssignOptions
    from gridplanner.workspace.usecases import complete

    progress.step(0, 1, _("Assigning branches, staff, codes and names"))
    whole = state.whole(contents)
    options = state.config.assign if state.config else AssignOptions()
    return complete(whole, plan, options)


def save(
    state: State, progress: Reporter, contents: ProjectContents, path: str, overwrite: bool = False
) -> tuple[str, Saving]:
    """Save the project; return its path and where the steps from now on are logged."""
    progress.step(0, 1, _("Saving"))
    whole = state.whole(contents)
    progress.settle()
    return path, state.file.save(whole, Path(path), overwrite=overwrite)


def restore_steps(state: State, progress: Reporter) -> ProjectContents:
    """Apply the steps that a crash left; return the project without shapes."""
    progress.step(0, 1, _("Opening the project"))
    progress.settle()
    state.contents = state.file.restore()
    return slim(state.whole())


def export_plan(
    state: State,
    progress: Reporter,
    contents: ProjectContents,
    plan: Plan,
    certificate: Certificate,
    out: str,
    chosen: Mapping[str, Any] | None = None,
) -> tuple[str, ...]:
    """Write every output of a plan to a folder; return the files written.

    `chosen` are fields of `ExportOptions`; what it does not name comes from the configuration.
    """
    from gridplanner.workspace.config import chosen_export
    from gridplanner.workspace.executors import Processes
    from gridplanner.workspace.handover.export import export
    from gridplanner.workspace.usecases import compare

    whole = state.whole(contents)
    outcome = compare(whole, plan, certificate, config=state.config, progress=progress)
    facts = {
        "seconds": 0.0,
        "cpu_seconds": dict.fromkeys(("read", "check", "solve", "certify", "assign", "compile"), 0.0),
        "seed": whole.request.seed,
        "numbering": state.config.assign.numbering if state.config else "keep",
    }
    options = chosen_export(state.export_options(), chosen or {})
    executor = Processes()
    try:
        outcome, _losses = export(outcome, whole, Path(out), options, facts, executor, progress)
    finally:
        executor.close(kill=progress.cancelled())
    return tuple(outcome.summary.get("outputs", ()))


def warm_kernels(state: State, progress: Reporter) -> bool:
    """Compile the map's kernels here, so that the window only reads them from the cache."""
    from gridplanner.maps import raster

    raster.warm_up()
    return True


def probe_files(
    state: State, progress: Reporter, paths: Sequence[str], encoding: str = ""
) -> tuple[Any, ...]:
    """Return what each file seems to be, for the import assistant."""
    return probe_all(paths, encoding, progress)


def scenarios_of(state: State, progress: Reporter, path: str) -> Mapping[str, Plan]:
    """Return the scenarios of another project file that fit this district."""
    return scenarios_in(state.whole().district, Path(path))


def import_table(state: State, progress: Reporter, table: dict[str, Any], title: str) -> Opened:
    """Build a project from the layers that the import assistant names."""
    config = config_from_table(table, Path.cwd(), title, config_text(with_names_only(table)))
    take_over(state, progress, *_read(config, progress))
    return show_opened(state, progress, "")


#: Questions that answer a stop with the best they have so far.
KEEP_BEST = frozenset({"propose"})
TASKS: Mapping[str, Callable[..., Any]] = {
    "open": open_paths,
    "sample": open_sample,
    "judge": judge_plan,
    "judge_today": judge_today,
    "propose": propose_plan,
    "complete": complete_plan,
    "save": save,
    "restore": restore_steps,
    "export": export_plan,
    "warm": warm_kernels,
    "probe": probe_files,
    "import": import_table,
    "scenarios_of": scenarios_of,
}
