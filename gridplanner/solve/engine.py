# SPDX-License-Identifier: LGPL-3.0-or-later
"""Propose a plan: parts, numbers of grids, divisions, certificate."""

from __future__ import annotations

from dataclasses import replace

from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import Plan
from gridplanner.model.proposal import Proposal
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.progress import Executor, Inline, Progress, Silent
from gridplanner.solve.assemble import assemble
from gridplanner.solve.attach import apart_findings
from gridplanner.solve.carve import carve_sites
from gridplanner.solve.certify import Proof, certificate_of
from gridplanner.solve.convergence import convergence
from gridplanner.solve.decompose import free_atoms, scope_of
from gridplanner.solve.desk import Desk
from gridplanner.solve.division import Divided, unavoidable
from gridplanner.solve.edits import fill_unassigned
from gridplanner.solve.own import first_accepted
from gridplanner.solve.pairs import pair_findings
from gridplanner.solve.reasons import checked, reasons_of
from gridplanner.solve.standing import with_standing
from gridplanner.solve.work import run_divide


def propose(
    district: District,
    rules: RuleSet,
    request: PlanRequest,
    executor: Executor | None = None,
    progress: Progress | None = None,
    start: Plan | None = None,
) -> Proposal:
    """Return a plan that answers the request, with its proof and what could not be met.

    Parameters
    ----------
    district : District
    rules : RuleSet
    request : PlanRequest
    executor : Executor, optional
        Where parts are planned; in this process by default.
    progress : Progress, optional
    start : Plan, optional
        The plan to improve; today's division by default.

    Raises
    ------
    UserError
        The request contradicts itself or names what does not exist.
    Cancelled
        The user stopped the work before any plan was there.
    """
    checked(rules, request)
    carved: tuple[Finding, ...] = ()
    if request.carve:
        start = start or district.plan_today()
        start, carved = carve_sites(district, request, start, free_atoms(district, request, start))
    scope = scope_of(district, rules, request, start)

    def drawn(asked: PlanRequest) -> tuple[Desk, list[Divided], Plan]:
        desk = Desk(district, asked, scope, executor or Inline(), progress or Silent())
        divided = desk.divide_all()
        if asked.attach:
            divided = _loosened(desk, divided, rules)
        plan = assemble(district, scope, [d.label for d in divided])
        return desk, divided, _without_gaps(district, plan, rules, asked) if asked.only else plan

    (desk, divided, plan), refused = first_accepted(district, rules, request, drawn)
    desk.prove(divided)
    findings, reasons = reasons_of(district, scope, divided, request)
    apart = apart_findings(district, plan) if request.attach else ()
    findings = (*findings, *pair_findings(district, plan, request), *apart, *refused, *carved)
    proof = Proof(district, rules, scope, divided, desk.least, reasons, desk.total, desk.uneven, desk.mean)
    certificate = with_standing(certificate_of(proof, plan), district, rules, scope, plan)
    steps = convergence(desk.drawn, scope.parts, desk.least, request)
    trace = tuple((step.seconds, step.community, step.value) for step in steps)
    return Proposal(request, plan, replace(certificate, steps=steps), findings, trace, dict(desk.cpu_s))


def _loosened(desk: Desk, divided: list[Divided], rules: RuleSet) -> list[Divided]:
    """Return the divisions, those that break a rule made anew without tying single buildings.

    That a building lies with the estate beside it is worth less than any rule.
    """
    broken = [i for i, d in enumerate(divided) if d.breaches > unavoidable(desk.scope.parts[i])]
    if not broken:
        return divided
    plain = replace(desk.request, attach=False)
    parts = scope_of(desk.district, rules, plain, desk.scope.start).parts
    tasks = [desk.task(parts[i], i, divided[i].k) for i in broken]
    out = list(divided)
    for i, done in zip(broken, desk.executor.run(run_divide, tasks, desk.progress), strict=True):
        out[i] = min(done.divided, divided[i], key=lambda d: d.breaches)
        desk.cpu_s["solve"] += done.cpu_s
    return out


def _without_gaps(district: District, plan: Plan, rules: RuleSet, asked: PlanRequest) -> Plan:
    """Return the plan with land that no grid held before given to a grid that it touches.

    What is not planned stays as it is; but a plan leaves no land without a grid.
    """
    held = tuple(replace(g, locked=g.locked or g.code in asked.locked) for g in plan.grids)
    filled = fill_unassigned(district, replace(plan, grids=held), rules)
    return replace(plan, assignment=filled.assignment)
