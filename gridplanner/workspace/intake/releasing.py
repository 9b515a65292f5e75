# SPDX-License-Identifier: LGPL-3.0-or-later
"""Next year: new layers are taken in, what changed is listed, and the plan in force is carried over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gridplanner.errors import UserError
from gridplanner.geometry.district import build_district
from gridplanner.io.release import carry_over, compare_release
from gridplanner.io.worker import read_layers_apart
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer, LayerSet
from gridplanner.model.plan import Plan
from gridplanner.model.project import ProjectContents, Scenario
from gridplanner.progress import Progress
from gridplanner.texts import _
from gridplanner.workspace.config import Config
from gridplanner.workspace.divisions import in_crs, layer_of_plan, with_changes
from gridplanner.workspace.intake.ledger import remember_beside
from gridplanner.workspace.intake.merging import plan_of_layer
from gridplanner.workspace.results import listed
from gridplanner.workspace.usecases import free_name

#: Layers that are compared between two releases, by code.
_COMPARED = ("communities", "buildings", "atoms")


@dataclass(frozen=True, eq=False)
class Release:
    """A project over the new layers, with the old plan in it.

    Parameters
    ----------
    contents : ProjectContents
    name : str
        Of the scenario that carries the old plan.
    changes : tuple of Finding
        What the new release brought (`release.*`), one for each unit.
    conflicts : tuple of Finding
        Where the old plan does not fit the new layers.
    counts : mapping of rule to number of units
        All of them, also where only the first two hundred are listed.
    """

    contents: ProjectContents
    name: str
    changes: tuple[Finding, ...]
    conflicts: tuple[Finding, ...]
    counts: Mapping[str, int]

    @property
    def settled(self) -> bool:
        """Whether no conflict is an error."""
        return not any(f.severity is Severity.ERROR for f in self.conflicts)


def take_release(old: ProjectContents, config: Config, progress: Progress) -> Release:
    """Take in a new release of the layers of a project.

    The plan in work becomes today's division of the new project, and a scenario of it; a building
    known before keeps its grid, wherever the new survey puts it.

    Parameters
    ----------
    old : ProjectContents
        Last year's project.
    config : Config
        Names the new layers. Where it names no grids, the old plan stands for them.
    progress : Progress

    Raises
    ------
    UserError, DataError
        The new layers cannot be used.
    """
    # What was placed by hand last year is placed again: the reading looks beside the configuration.
    remember_beside(old, config.base)
    progress.step(0, 3, _("Reading layers"))
    layers = read_layers_apart(config.layers, config.nets, config.base, cancelled=progress.cancelled)
    grids = in_crs(layer_of_plan(old, _("plan in force")), old.district.crs, layers.crs)
    before = {
        role: in_crs(layer, old.district.crs, layers.crs) for role, layer in old.district.originals.items()
    }
    progress.step(1, 3, _("Comparing the two releases"))
    changes, counts = _changes(before, layers)
    progress.step(2, 3, _("Building the smallest areas"))
    given = layers if "grids" in layers.layers else replace(layers, layers={**layers.layers, "grids": grids})
    district, repairs = build_district(given, config.build, progress)
    contents = ProjectContents(
        district=district,
        rules=config.rules,
        request=config.request,
        findings=(*layers.findings, *repairs, *changes),
        waivers=old.waivers,
        journal=old.journal,
        config=config.text,
    )
    plan, conflicts = _carried(old, contents, grids, before, layers)
    name = free_name(contents, lambda n: _("Carried-over plan {n}").format(n=n))
    scenario = Scenario(with_changes(district, plan).renamed(name), notes=old.current)
    contents = replace(
        contents, scenarios={name: scenario}, current=name, findings=(*contents.findings, *conflicts)
    )
    return Release(contents, name, changes, conflicts, counts)


def _changes(before: Mapping[str, Layer], layers: LayerSet) -> tuple[tuple[Finding, ...], dict[str, int]]:
    """Return what changed in each layer that both releases have, and how much of each kind."""
    found: list[Finding] = []
    counts: dict[str, int] = {}
    for role in _COMPARED:
        if role not in before or role not in layers.layers:
            continue
        try:
            changes = compare_release(before[role], layers.layers[role])
        except UserError as error:
            found.append(Finding("release.codes", Severity.WARNING, str(error), subject_kind="layer"))
            continue
        found += changes.findings
        for kind in ("added", "removed", "moved", "reshaped", "recounted"):
            counts[f"{role}.{kind}"] = len(getattr(changes, kind))
    return tuple(found), counts


def _carried(
    old: ProjectContents,
    contents: ProjectContents,
    grids: Layer,
    before: Mapping[str, Layer],
    layers: LayerSet,
) -> tuple[Plan, tuple[Finding, ...]]:
    """Return the old plan over the new atoms, with workers, branches and records, and its conflicts."""
    plan, conflicts = plan_of_layer(contents, grids)
    district = contents.district
    coded = all(any(have.get("buildings", grids).texts("code")) for have in (before, layers.layers))
    if coded and "buildings" in before and "buildings" in layers.layers:
        land = layers.layers.get("communities")
        moved = carry_over(grids, before["buildings"], layers.layers["buildings"], land)
        conflicts += moved.findings
        plan = _by_building(district, plan, layers.layers["buildings"], moved.grid)
    return _with_records(old, plan), (*conflicts, *_lost(grids, plan))


def _by_building(district: District, plan: Plan, buildings: Layer, wanted: npt.NDArray[np.object_]) -> Plan:
    """Return the plan with each atom in the grid of its buildings, where that lies in its community."""
    number = {g.code: i for i, g in enumerate(plan.grids)}
    grid_of = {
        code: number[grid]
        for code, grid in zip(buildings.texts("code").tolist(), wanted.tolist(), strict=True)
        if code and grid in number
    }
    votes: dict[int, dict[int, int]] = {}
    for code, atom, people in zip(
        district.buildings.codes.tolist(),
        district.buildings.atom.tolist(),
        district.buildings.people.tolist(),
        strict=True,
    ):
        grid = grid_of.get(code, -1)
        if atom >= 0 and grid >= 0 and plan.grids[grid].community == district.atoms.community[atom]:
            counted = votes.setdefault(atom, {})
            counted[grid] = counted.get(grid, 0) + people + 1
    assignment = plan.assignment.copy()
    for atom, counted in votes.items():
        assignment[atom] = max(counted, key=lambda g: (counted[g], -g))
    return replace(plan, assignment=assignment)


def _with_records(old: ProjectContents, plan: Plan) -> Plan:
    """Return the plan with what was known of each grid, its workers and its branches."""
    scenario = old.scenarios.get(old.current)
    known = scenario.plan if scenario else old.district.plan_today()
    place = {g.code: i for i, g in enumerate(known.grids)}
    number = {g.code: i for i, g in enumerate(plan.grids)}
    grids = tuple(
        replace(known.grids[place[g.code]], community=g.community, change=None, former=(), reason="")
        if g.code in place
        else g
        for g in plan.grids
    )
    ties = tuple(
        replace(tie, grid=number[known.grids[tie.grid].code])
        for tie in known.ties
        if known.grids[tie.grid].code in number
    )
    return replace(plan, grids=grids, branches=known.branches, ties=ties, workers=known.workers)


def _lost(grids: Layer, plan: Plan) -> tuple[Finding, ...]:
    """Tell the grids whose land the new release no longer has."""
    kept = {g.code for g in plan.grids}
    gone = tuple(code for code in grids.texts("code").tolist() if code not in kept)
    if not gone:
        return ()
    text = _("{n} grids of the plan in force have no building and no land in the new layers: {codes}.")
    return (
        Finding(
            rule="release.conflict",
            severity=Severity.WARNING,
            text=text.format(n=len(gone), codes="、".join(gone[:20])),
            remedy=_("Check whether their community was given to another district."),
            subject_kind="grid",
            subjects=gone,
            count=len(gone),
        ),
    )


def release_lines(release: Release) -> list[str]:
    """Return what changed in numbers, and the conflicts, as lines for the terminal."""
    words = {
        "added": _("{n} new"),
        "removed": _("{n} gone"),
        "moved": _("{n} moved"),
        "reshaped": _("{n} with another outline"),
        "recounted": _("{n} with other people"),
    }
    roles = {"communities": _("Communities"), "buildings": _("Buildings"), "atoms": _("Smallest areas")}
    counts = release.counts
    lines = []
    for role, title in roles.items():
        told = [
            word.format(n=counts[f"{role}.{kind}"])
            for kind, word in words.items()
            if f"{role}.{kind}" in counts
        ]
        if told:
            lines.append(_("{title}: {list}").format(title=title, list="、".join(told)))
    lines.append(_("Conflicts with the plan in force: {n}").format(n=len(release.conflicts)))
    return [*lines, *listed(f.text for f in release.conflicts)]
