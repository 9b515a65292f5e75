# SPDX-License-Identifier: LGPL-3.0-or-later
"""Steps of a recovery log: what changed between two states of a project, as JSON, and back.

The log keeps differences of state, not commands: a restore repeats no computation, so it gives the
same project even if the program has been updated in between, and covers undo, rules and waivers too.
Phones and names of secretaries are left out of it; a restore takes them from the saved project.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from gridplanner.io.project import codec
from gridplanner.model.certificate import Bound, Certificate, PartCertificate
from gridplanner.model.finding import Finding
from gridplanner.model.plan import GridRecord, Plan
from gridplanner.model.project import JournalEntry, ProjectContents, Scenario
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.model.staff import Branch, BranchTie, Worker
from gridplanner.workspace.amend.amending import amended_by_all, from_row, to_row

T = TypeVar("T")
Step = dict[str, Any]

_PRIVATE: Mapping[type, tuple[str, ...]] = {
    Branch: ("secretary", "phone", "instructor", "building_heads"),
    Worker: ("name", "phone"),
}
_MAX_ATOMS = 50_000_000


def step_between(before: ProjectContents, after: ProjectContents) -> Step:
    """Return what leads from one state to the next; parts that are the same object cost nothing."""
    step: Step = {"current": after.current, "order": list(after.scenarios)}
    changed = {}
    for name, scenario in after.scenarios.items():
        old = before.scenarios.get(name)
        if old is None or not _same_scenario(old, scenario):
            changed[name] = _scenario_step(old, scenario)
    if changed:
        step["scenarios"] = changed
    if after.rules != before.rules:
        step["rules"] = codec.to_json(after.rules)
    if after.request != before.request:
        step["request"] = codec.to_json(after.request)
    if after.config != before.config:
        step["config"] = after.config
    if dict(after.waivers) != dict(before.waivers):
        step["waivers"] = dict(after.waivers)
    if len(after.amendments) > len(before.amendments):
        step["amendments"] = [to_row(a) for a in after.amendments[len(before.amendments) :]]
    if after.findings is not before.findings:
        step["findings"] = _rows(after.findings, Finding)
    step["journal"] = _rows(after.journal[len(before.journal) :], JournalEntry)
    return step


def apply_step(before: ProjectContents, step: Step) -> ProjectContents:
    """Return the state after a step.

    Raises
    ------
    TypeError, ValueError, KeyError, IndexError
        The step does not fit the state.
    """
    fresh = tuple(from_row(row) for row in step.get("amendments", ()))
    before = replace(
        before,
        district=amended_by_all(before.district, fresh),
        amendments=(*before.amendments, *fresh),
    )
    changed = step.get("scenarios", {})
    scenarios = {}
    for name in step["order"]:
        old = before.scenarios.get(name)
        if name in changed:
            scenarios[name] = _scenario_after(old, changed[name], name, before)
        elif old is not None:
            scenarios[name] = old
        else:
            raise KeyError(name)
    if step["current"] and step["current"] not in scenarios:
        raise KeyError(step["current"])
    return replace(
        before,
        scenarios=scenarios,
        current=str(step["current"]),
        rules=codec.from_json(step["rules"], RuleSet) if "rules" in step else before.rules,
        request=codec.from_json(step["request"], PlanRequest) if "request" in step else before.request,
        findings=_records(step["findings"], Finding) if "findings" in step else before.findings,
        waivers=dict(step["waivers"]) if "waivers" in step else before.waivers,
        config=str(step.get("config", before.config)),
        journal=(*before.journal, *_records(step["journal"], JournalEntry)),
    )


# --- scenarios -----------------------------------------------------------------------------------------


def _same_scenario(one: Scenario, other: Scenario) -> bool:
    return one.plan is other.plan and one.certificate is other.certificate and one.notes == other.notes


def _scenario_step(old: Scenario | None, new: Scenario) -> Step:
    """Return a scenario as differences to what it was; grid records that stayed are named by number."""
    plan, earlier = new.plan, old.plan if old else None
    place = {id(record): i for i, record in enumerate(earlier.grids)} if earlier else {}
    fresh = [record for record in plan.grids if id(record) not in place]
    numbers = iter(range(len(fresh)))
    step: Step = {
        "grids": [place[id(r)] if id(r) in place else -1 - next(numbers) for r in plan.grids],
        "fresh": _rows(fresh, GridRecord),
        "assignment": _packed(plan.assignment),
        "status": plan.status,
        "notes": new.notes,
    }
    if earlier is None or plan.branches is not earlier.branches:
        step["branches"] = _rows(plan.branches, Branch)
    if earlier is None or plan.workers is not earlier.workers:
        step["workers"] = _rows(plan.workers, Worker)
    if earlier is None or plan.ties is not earlier.ties:
        step["ties"] = _rows(plan.ties, BranchTie)
    if old is None or new.certificate is not old.certificate:
        step["certificate"] = _certificate_step(new.certificate)
    return step


def _scenario_after(old: Scenario | None, step: Step, name: str, state: ProjectContents) -> Scenario:
    earlier = old.plan.grids if old else ()
    fresh = _records(step["fresh"], GridRecord)
    grids = tuple(earlier[n] if n >= 0 else fresh[-1 - n] for n in step["grids"])
    assignment = _unpacked(step["assignment"])
    if len(assignment) != len(state.district.atoms):
        raise ValueError(name)
    if len(assignment) and (assignment.min() < -1 or assignment.max() >= len(grids)):
        raise ValueError(name)
    known_branches, known_workers = _known(state)
    branches, workers, ties = (old.plan.branches, old.plan.workers, old.plan.ties) if old else ((), (), ())
    if "branches" in step:
        branches = _completed(_records(step["branches"], Branch), known_branches, "code")
    if "workers" in step:
        workers = _completed(_records(step["workers"], Worker), known_workers, "id")
    if "ties" in step:
        ties = _records(step["ties"], BranchTie)
    plan = Plan(assignment, grids, name, branches, ties, workers, str(step["status"]))
    if "certificate" in step:
        certificate = _certificate_after(step["certificate"])
    else:
        certificate = old.certificate if old else Certificate()
    return Scenario(plan, certificate, str(step["notes"]))


def _known(state: ProjectContents) -> tuple[dict[str, Branch], dict[str, Worker]]:
    """Return branches and workers of the saved project, with the private fields the log leaves out."""
    plans = [scenario.plan for scenario in state.scenarios.values()]
    branches = {branch.code: branch for plan in plans for branch in plan.branches}
    return branches, {worker.id: worker for plan in plans for worker in plan.workers}


def _completed(records: Sequence[T], known: Mapping[str, T], key: str) -> tuple[T, ...]:
    completed = []
    for record in records:
        source = known.get(getattr(record, key))
        private = {name: getattr(source, name) for name in _PRIVATE[type(record)]} if source else {}
        completed.append(replace(record, **private))  # type: ignore[type-var]
    return tuple(completed)


# --- parts ---------------------------------------------------------------------------------------------


def _rows(records: Sequence[Any], record: type) -> dict[str, list[Any]]:
    private = _PRIVATE.get(record, ())
    columns = codec.records_to_columns(records, record)
    return {name: cells for name, cells in columns.items() if name not in private}


def _records(columns: Mapping[str, Sequence[Any]], record: type[T]) -> tuple[T, ...]:
    return codec.records_from_columns(record, columns)


def _packed(assignment: npt.NDArray[np.int32]) -> str:
    return base64.b64encode(zlib.compress(assignment.astype("<i4").tobytes(), 1)).decode("ascii")


def _unpacked(text: str) -> npt.NDArray[np.int32]:
    unpacker = zlib.decompressobj()
    raw = unpacker.decompress(base64.b64decode(text, validate=True), 4 * _MAX_ATOMS)
    return np.frombuffer(raw, "<i4").astype(np.int32)


def _certificate_step(certificate: Certificate) -> Step:
    return {
        "total": _bounds_step(certificate.total),
        "parts": [
            [p.community, p.part, p.people, p.grids, p.reason, _bounds_step(p.objective)]
            for p in certificate.parts
        ],
    }


def _certificate_after(step: Step) -> Certificate:
    parts = tuple(
        PartCertificate(community, part, people, grids, _bounds_after(objective), reason)
        for community, part, people, grids, reason, objective in step["parts"]
    )
    return Certificate(parts, _bounds_after(step["total"]))


def _bounds_step(objective: Mapping[str, Bound]) -> Step:
    return {name: [b.value, b.bound, b.proven, b.method, b.assumptions] for name, b in objective.items()}


def _bounds_after(step: Mapping[str, Sequence[Any]]) -> dict[str, Bound]:
    return {name: Bound(*cells) for name, cells in step.items()}
