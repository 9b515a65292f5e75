# SPDX-License-Identifier: LGPL-3.0-or-later
"""What undo goes back to; corrections of the ground stay undoable whatever scenario is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gridplanner.model.certificate import Certificate
from gridplanner.model.plan import Plan
from gridplanner.model.project import ProjectContents, Scenario
from gridplanner.workspace.amend.amending import carried
from gridplanner.workspace.history import History

if TYPE_CHECKING:
    from gridplanner.model.amendment import Amendment
    from gridplanner.model.finding import Finding
    from gridplanner.model.jurisdiction import District


@dataclass(frozen=True, eq=False)
class Moment:
    """What undo goes back to.

    Parameters
    ----------
    plan : Plan
        The plan in work.
    district : District
        What it is over.
    scenarios : mapping of name to Scenario
        All of them; that of the plan in work as it was opened.
    findings : tuple of Finding
        Findings of reading.
    by, back : Amendment or None
        The correction that led here, and the one that takes it back; None where the plan was edited.
    """

    plan: Plan
    district: District
    scenarios: Mapping[str, Scenario]
    findings: tuple[Finding, ...] = ()
    by: Amendment | None = None
    back: Amendment | None = None


def moment_of(contents: ProjectContents) -> Moment:
    """Return where a history begins."""
    if contents.current:
        plan = contents.scenarios[contents.current].plan
    else:
        plan = contents.district.plan_today()
    return Moment(plan, contents.district, contents.scenarios, contents.findings)


def kept_corrections(history: History[Moment], contents: ProjectContents) -> History[Moment]:
    """Return the history of a scenario just opened: the corrections made so far can still be taken back.

    The steps of the plan that was in work before belong to its own scenario and are let go; between
    two corrections every scenario is what it is now, carried over the ground as it was then.

    Parameters
    ----------
    history : History of Moment
        That of the scenario that was in work.
    contents : ProjectContents
        The project with the scenario now in work.
    """
    moments = [*history.past, (history.state, history.label)]
    now = moment_of(contents)
    made: list[tuple[Moment, str]] = []
    for (before, _label), (step, label) in zip(moments[-2::-1], moments[:0:-1], strict=True):
        if step.by is None or step.back is None:
            continue
        made.append((replace(now, by=step.by, back=step.back), label))
        scenarios = _taken_back(now.scenarios, step, before)
        plan = carried(now.plan, step.back) if contents.current else before.district.plan_today()
        now = Moment(plan, before.district, scenarios, before.findings)
    made.append((now, ""))
    (present, label), past = made[0], tuple(made[:0:-1])
    return History(present, label, past, limit=history.limit)


def _taken_back(now: Mapping[str, Scenario], step: Moment, before: Moment) -> dict[str, Scenario]:
    """Return scenarios over the ground before a correction; those not touched since are as they were."""
    scenarios = {}
    for name, scenario in now.items():
        if scenario is step.scenarios.get(name) and name in before.scenarios:
            scenarios[name] = before.scenarios[name]
        elif step.back is not None:
            plan = carried(scenario.plan, step.back)
            scenarios[name] = replace(scenario, plan=plan, certificate=Certificate())
    return scenarios
