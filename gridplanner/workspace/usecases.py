# SPDX-License-Identifier: LGPL-3.0-or-later
"""The steps of the main job, each once: read, judge, propose, complete, compare.

Window, command line and API call these and nothing below them. Every function that takes long
takes `progress`; the window runs them by name through `workspace.jobs`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from gridplanner.assign.complete import complete_plan
from gridplanner.assign.options import AssignOptions
from gridplanner.assign.today import staffed_today
from gridplanner.geometry.dissolve import grid_polygons
from gridplanner.model.certificate import Certificate
from gridplanner.model.change import change_totals, crosswalk
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.outcome import Division, Outcome
from gridplanner.model.plan import Plan
from gridplanner.model.project import ProjectContents, Scenario
from gridplanner.model.proposal import Proposal
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.progress import Executor, Inline, Progress, Silent
from gridplanner.rules.check import check, measure
from gridplanner.rules.health import OwnFaults, health_of, own_faults
from gridplanner.rules.own import own_rules
from gridplanner.rules.registry import RULES
from gridplanner.texts import _
from gridplanner.workspace.amend.reform_table import reformed
from gridplanner.workspace.config import Config
from gridplanner.workspace.intake.unplaced import without_place
from gridplanner.workspace.one_net import propose_one_net
from gridplanner.workspace.safety.memory import refuse_too_large

Waivers = Mapping[str, str]


def read_project(config: Config, progress: Progress | None = None) -> ProjectContents:
    """Read the layers a configuration names and build the district.

    Raises
    ------
    UserError, DataError
        A layer cannot be read or planned with, or there is no memory for it; a rule is named that no
        installed package offers; says which, why and what to do.
    """
    from gridplanner.geometry.district import build_district  # scipy, felt by the window
    from gridplanner.io.worker import read_layers_apart  # felt by the window

    own_rules(config.rules)  # before any work: a rule that is not installed cannot be kept
    progress = progress or Silent()
    progress.step(0, 2, _("Reading layers"))
    layers = read_layers_apart(config.layers, config.nets, config.base, cancelled=progress.cancelled)
    refuse_too_large(layers)
    progress.step(1, 2, _("Building the smallest areas"))
    district, repairs = build_district(layers, config.build, progress)
    progress.step(2, 2, _("Building the smallest areas"))
    contents = ProjectContents(
        district=district,
        rules=config.rules,
        request=config.request,
        findings=(*layers.findings, *repairs),
        config=config.text,
    )
    return reformed(contents, config.reforms)


def today(contents: ProjectContents) -> Plan:
    """Return today's division with its workers and branches."""
    return staffed_today(contents.district, contents.district.plan_today())


def judge(
    district: District,
    plan: Plan,
    rules: RuleSet,
    waivers: Waivers | None = None,
    own: OwnFaults | None = None,
) -> Division:
    """Return a plan with its polygons, measures and findings.

    `own` holds the faults of the layers as delivered where they are known already.

    Examples
    --------
    The health check of today's grids is `judge(district, today(contents), rules)`.
    """
    polygons = grid_polygons(district.atoms.geometry, plan.assignment, plan.n_grids)
    measures = measure(district, plan, rules, polygons)
    faults = None if own is None else own.get("grids")
    findings = check(district, plan, rules, measures, polygons, waivers or {}, faults)
    return Division(plan, measures, polygons, findings)


def propose(
    contents: ProjectContents,
    request: PlanRequest,
    executor: Executor | None = None,
    progress: Progress | None = None,
    start: Plan | None = None,
) -> Proposal:
    """Ask the engine; nothing is applied."""
    if request.one_net:
        return propose_one_net(contents, request, executor or Inline(), progress or Silent())
    from gridplanner.solve.engine import propose as ask  # numba and HiGHS, felt by the window

    return ask(contents.district, contents.rules, request, executor or Inline(), progress or Silent(), start)


def complete(
    contents: ProjectContents, plan: Plan, options: AssignOptions
) -> tuple[Plan, tuple[Finding, ...]]:
    """Give each grid its code, name, limits on four sides, worker and branch."""
    polygons = grid_polygons(contents.district.atoms.geometry, plan.assignment, plan.n_grids)
    return complete_plan(contents.district, plan, contents.rules, polygons, options)


def compare(
    contents: ProjectContents,
    after: Plan,
    certificate: Certificate,
    more_findings: tuple[Finding, ...] = (),
    config: Config | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Put today's division and a plan side by side, with everything derived from both."""
    progress, word = progress or Silent(), _("Checking before and after")
    district = contents.district
    progress.step(0, 3, word)
    own = own_faults(district)
    before = judge(district, today(contents), contents.rules, contents.waivers, own)
    progress.step(1, 3, word)
    new = judge(district, after, contents.rules, contents.waivers)
    progress.step(2, 3, word)
    needed = int(after.general().sum())
    before = replace(before, health=health_of(district, before.plan, before.measures, needed, own))
    findings = _joined(new.findings, (*more_findings, *without_place(district)))
    new = replace(new, findings=findings, health=health_of(district, after, new.measures))
    options = config.assign if config else AssignOptions()
    return Outcome(
        district=district,
        rules=contents.rules,
        request=contents.request,
        before=before,
        after=new,
        pairs=crosswalk(district.atoms, before.plan, after),
        change=change_totals(district.atoms, before.plan, after),
        certificate=certificate,
        title=config.title if config else district.name,
        made_on=date.today().isoformat(),
        demonstration=config.demonstration if config else False,
        phones=config.export.phones if config else False,
        mask_below=config.export.mask_below if config else 0,
        team=options.team_template,
        staffing=options.staff,
        party=options.party,
    )


def keep_as_scenario(
    contents: ProjectContents, name: str, plan: Plan, certificate: Certificate
) -> ProjectContents:
    """Return the project with the plan stored as a scenario and opened."""
    scenario = Scenario(plan.renamed(name), certificate)
    return replace(contents, scenarios={**contents.scenarios, name: scenario}, current=name)


def free_name(contents: ProjectContents, wanted: Callable[[int], str]) -> str:
    """Return the first name `wanted(1)`, `wanted(2)`, ... that no scenario has."""
    number = 1
    while wanted(number) in contents.scenarios:
        number += 1
    return wanted(number)


def _joined(findings: tuple[Finding, ...], more: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Append findings of engine and assignment that the check does not state already.

    Why a community cannot keep a rule is a reason, not one more breach of it: it gets a name of
    its own (`plan.people`), or each breach would count twice.
    """
    stated = {(f.rule, f.subjects) for f in findings}
    names = {rule.name for rule in RULES}
    new = (f for f in more if (f.rule, f.subjects) not in stated)
    reasons = (
        replace(f, rule=f"plan.{f.rule}") if f.subject_kind == "community" and f.rule in names else f
        for f in new
    )
    return (*findings, *reasons)


def config_of(contents: ProjectContents, base: Path) -> Config | None:
    """Return the configuration a project was made from; None where it was made by hand."""
    import tomllib  # rarely needed

    from gridplanner.workspace.config import config_from_table  # rarely needed

    if not contents.config:
        return None
    table, name = tomllib.loads(contents.config), contents.district.name
    return config_from_table(table, base, name, contents.config, in_project=True)
