# SPDX-License-Identifier: LGPL-3.0-or-later
"""The single steps on a project file: open, do one step, save."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from gridplanner.assign.options import AssignOptions
from gridplanner.errors import UserError
from gridplanner.geometry.arrays import FloatArray, ObjectArray
from gridplanner.geometry.compactness import cut_edges, inertia, polsby_popper, reock
from gridplanner.io.project.project import open_project
from gridplanner.model.certificate import Certificate
from gridplanner.model.change import change_totals
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.outcome import Outcome
from gridplanner.model.plan import Plan
from gridplanner.model.project import ProjectContents, Scenario
from gridplanner.model.request import PlanRequest
from gridplanner.progress import Executor, Progress
from gridplanner.texts import _
from gridplanner.workspace.commands import refuse_locked
from gridplanner.workspace.config import Config, ExportOptions, load_config
from gridplanner.workspace.handover.export import export
from gridplanner.workspace.handover.handing_over import Tell
from gridplanner.workspace.handover.preview import Preview, preview_of
from gridplanner.workspace.results import error_lines, plan_lines
from gridplanner.workspace.safety.restoring import editing, save_new
from gridplanner.workspace.usecases import (
    compare,
    complete,
    config_of,
    free_name,
    judge,
    keep_as_scenario,
    propose,
    read_project,
    today,
)

ChosenExport = Callable[[ExportOptions], ExportOptions]
Table = dict[str, tuple[int | float, int | float]]


@dataclass(frozen=True)
class Planned:
    """A proposal that was stored.

    Parameters
    ----------
    name : str
        Of the scenario.
    legal : bool
        No hard rule is broken without a waiver.
    lines : tuple of str
        Grids, changes, proof, and the errors that remain with their reasons.
    """

    name: str
    legal: bool
    lines: tuple[str, ...]


def new_project(path: Path, config: Path, progress: Progress) -> ProjectContents:
    """Make a project file from a configuration."""
    contents = read_project(load_config(config), progress)
    save_new(path, contents)
    return contents


def plan_project(
    path: Path,
    request: Callable[[PlanRequest], PlanRequest],
    accept: bool,
    executor: Executor,
    progress: Progress,
    resume: str | None = None,
) -> Planned:
    """Propose a plan, complete it and store it as a scenario.

    Parameters
    ----------
    resume : str, optional
        Scenario whose plan is taken up again; "" for the plan in work.
    """
    with editing(path) as (contents, save):
        wanted = request(contents.request)
        start = None if resume is None else _scenario(contents, resume or contents.current).plan
        asked = wanted if start is None else replace(wanted, resume=True)
        proposal = propose(contents, asked, executor, progress, start)
        plan, _findings = complete(contents, proposal.plan, assign_options(contents, path.resolve().parent))
        name = free_name(contents, lambda n: _("Proposal {n}").format(n=n))
        stored = keep_as_scenario(replace(contents, request=wanted), name, plan, proposal.certificate)
        save(stored if accept else replace(stored, current=contents.current))
    broken = judge(contents.district, plan, contents.rules, contents.waivers).findings
    findings = (*proposal.findings, *broken)
    before = today(contents)
    change = change_totals(contents.district.atoms, before, plan)
    lines = (*plan_lines(before, plan, change, proposal.certificate), *error_lines(findings))
    return Planned(name, not any(f.counts and f.severity is Severity.ERROR for f in findings), lines)


def assign_project(path: Path, progress: Progress) -> tuple[Finding, ...]:
    """Assign branches, staff, codes and names to the plan in work; return what was found in doing so."""
    with editing(path) as (contents, save):
        scenario = _scenario(contents, contents.current)
        refuse_locked(scenario.plan, ())
        progress.step(0, 1, _("Assigning branches, staff, codes and names"))
        plan, findings = complete(contents, scenario.plan, assign_options(contents, path.resolve().parent))
        save(keep_as_scenario(contents, contents.current, plan, scenario.certificate))
    return findings


def export_project(
    path: Path,
    out: Path,
    executor: Executor,
    progress: Progress,
    chosen: ChosenExport | None = None,
    tell: Tell | None = None,
) -> Outcome:
    """Write every output of the plan in work; `chosen` may change what the configuration asks for."""
    started = time.perf_counter()
    contents, outcome, options = _to_hand_over(path, chosen)
    facts = export_facts(contents, path.resolve().parent, time.perf_counter() - started)
    return export(outcome, contents, out, options, facts, executor, progress, tell=tell)[0]


def preview_of_project(path: Path, chosen: ChosenExport | None = None) -> Preview:
    """Return what an export of the plan in work would write and lose; nothing is written."""
    _contents, outcome, options = _to_hand_over(path, chosen)
    return preview_of(outcome, options)


def _to_hand_over(path: Path, chosen: ChosenExport | None) -> tuple[ProjectContents, Outcome, ExportOptions]:
    """Return a project, its plan in work beside today's division, and what to hand over."""
    contents = open_project(path)
    scenario = _scenario(contents, contents.current)
    config = config_of(contents, path.resolve().parent)
    outcome = compare(contents, scenario.plan, scenario.certificate, config=config)
    options = config.export if config else ExportOptions()
    return contents, outcome, chosen(options) if chosen else options


def outcome_of_project(path: Path) -> Outcome:
    """Return the plan in work of a project beside today's division."""
    return _to_hand_over(path, None)[1]


def config_of_project(path: Path) -> Config | None:
    """Return the configuration a project was made from; None where it was made by hand."""
    return config_of(open_project(path), path.resolve().parent)


def compare_project(path: Path, a: str, b: str) -> Table:
    """Return the numbers of two scenarios side by side; "" stands for today."""
    contents = open_project(path)
    left, right = (compare(contents, _plan(contents, name), _certificate(contents, name)) for name in (a, b))
    return {key: (_number(left, key), _number(right, key)) for key in _NUMBERS}


def compared_rows(table: Table) -> list[list[str]]:
    """Return the rows of a comparison as people read them: what is counted, then both numbers."""
    words = {
        "general_grids": _("General grids"),
        "dedicated_grids": _("Number of dedicated grids"),
        "errors": _("Errors"),
        "kept": _("Grids kept"),
        "merged": _("Grids merged"),
        "split": _("Grids split"),
        "reshaped": _("Grids reshaped"),
        "pieces": _("Pieces cut off"),
        "people_moved": _("People who change grid"),
        "people_max": _("Most people in a grid"),
        "radius_max_m": _("Greatest radius (m)"),
        "polsby_popper": "Polsby-Popper",
        "reock": "Reock",
        "inertia": _("inertia"),
        "cut_edges": _("cut edges"),
    }
    return [[words[key], *(f"{number:,}" for number in pair)] for key, pair in table.items()]


def compare_scenarios(
    contents: ProjectContents, names: Sequence[str], config: Config | None = None
) -> dict[str, Outcome]:
    """Return scenarios, each beside today's division; "" stands for today itself."""
    return {
        name or _("Today"): compare(
            contents, _plan(contents, name), _certificate(contents, name), config=config
        )
        for name in names
    }


_NUMBERS: dict[str, Callable[[Outcome], int | float]] = {
    "general_grids": lambda o: int(o.after.plan.general().sum()),
    "dedicated_grids": lambda o: int((~o.after.plan.general()).sum()),
    "errors": lambda o: sum(f.counts for f in o.after.findings),
    "kept": lambda o: o.change.kept,
    "merged": lambda o: o.change.merged,
    "split": lambda o: o.change.split,
    "reshaped": lambda o: o.change.reshaped,
    "pieces": lambda o: o.change.pieces,
    "people_moved": lambda o: o.change.people_moved,
    "people_max": lambda o: int(o.after.measures.people.max(initial=0)),
    "radius_max_m": lambda o: round(float(max(o.after.measures.radius_m, default=0.0)), 1),
    "polsby_popper": lambda o: _mean_figure(o, polsby_popper),
    "reock": lambda o: _mean_figure(o, reock),
    "inertia": lambda o: _mean_figure(o, inertia),
    "cut_edges": lambda o: cut_edges(o.district.adjacency, o.after.plan.assignment),
}


def _mean_figure(outcome: Outcome, figure: Callable[[ObjectArray], FloatArray]) -> float:
    """Return the mean of a figure of compactness over the general grids with land; 0 without any."""
    values = figure(outcome.after.polygons[outcome.after.plan.general()])
    known = values[np.isfinite(values)]
    return round(float(known.mean()), 4) if len(known) else 0.0


def _number(outcome: Outcome, key: str) -> int | float:
    """Return one number of a comparison."""
    return _NUMBERS[key](outcome)


def _plan(contents: ProjectContents, name: str) -> Plan:
    """Return a scenario's plan, or today's division."""
    return _scenario(contents, name).plan if name else today(contents)


def _certificate(contents: ProjectContents, name: str) -> Certificate:
    """Return the certificate of a scenario; an empty one for today."""
    return _scenario(contents, name).certificate if name else Certificate()


def _scenario(contents: ProjectContents, name: str) -> Scenario:
    """Return a scenario by name, or say which there are."""
    if name in contents.scenarios:
        return contents.scenarios[name]
    if not contents.scenarios:
        raise UserError(_("The project has no plan yet. Run 'gridplanner plan PROJECT --accept' first."))
    if not name:
        raise UserError(
            _(
                "No scenario is in work. Run 'gridplanner plan PROJECT --accept', or choose one of {known}."
            ).format(known=", ".join(contents.scenarios))
        )
    raise UserError(
        _("There is no scenario '{name}'; the project has {known}.").format(
            name=name, known=", ".join(contents.scenarios)
        )
    )


def assign_options(contents: ProjectContents, base: Path) -> AssignOptions:
    """Return the options of the configuration the project was made from."""
    config = config_of(contents, base)
    return config.assign if config else AssignOptions()


def export_facts(contents: ProjectContents, base: Path, seconds: float) -> dict[str, Any]:
    """Return what `summary.json` says of a plan whose steps were run one by one: no CPU seconds are known."""
    return {
        "seconds": seconds,
        "cpu_seconds": dict.fromkeys(("read", "check", "solve", "certify", "assign", "compile"), 0.0),
        "seed": contents.request.seed,
        "numbering": assign_options(contents, base).numbering,
    }
