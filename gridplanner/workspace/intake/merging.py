# SPDX-License-Identifier: LGPL-3.0-or-later
"""Street offices hand in their plans: one scenario of the district, with every conflict listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gridplanner.geometry.units import read_grids
from gridplanner.io.release import merge_street_plans
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer
from gridplanner.model.plan import Plan
from gridplanner.model.project import ProjectContents, Scenario
from gridplanner.progress import Progress
from gridplanner.texts import _
from gridplanner.workspace.divisions import (
    communities_of_grids,
    cut_atoms,
    grids_at,
    read_division,
    with_changes,
)
from gridplanner.workspace.handover.handing_over import Tell, write_telling
from gridplanner.workspace.results import listed
from gridplanner.workspace.usecases import free_name


@dataclass(frozen=True, eq=False)
class Merged:
    """The district's project with the plans of its streets in it.

    Parameters
    ----------
    contents : ProjectContents
        With a new scenario, open.
    name : str
        Of that scenario.
    layer : Layer
        The grids as handed in, one after another, unchanged.
    findings : tuple of Finding
        Conflicts: codes and land claimed twice, land without a grid, areas cut, and what reading told.
    """

    contents: ProjectContents
    name: str
    layer: Layer
    findings: tuple[Finding, ...]

    @property
    def conflicts(self) -> int:
        """Number of conflicts that somebody has to settle."""
        return sum(f.severity is Severity.ERROR for f in self.findings)


def merge_plans(
    contents: ProjectContents, paths: Sequence[Path], progress: Progress, declared: str = ""
) -> Merged:
    """Merge the plans of street offices into the district.

    Each atom goes to the grid its building stands in; where two offices claim it, to the one named
    first, and the conflict is told. Nothing else is decided.

    Parameters
    ----------
    contents : ProjectContents
        The district.
    paths : sequence of Path
        Projects, output folders or layers of the offices.
    progress : Progress
    declared : str
        CRS of the layers among them, where they name none.

    Raises
    ------
    UserError
        A plan cannot be read.
    """
    district = contents.district
    parts: list[Layer] = []
    told: list[Finding] = []
    for i, path in enumerate(paths):
        progress.step(i, len(paths) + 1, path.name)
        division = read_division(path, district.crs, cancelled=progress.cancelled, declared=declared)
        parts.append(replace(division.layer, source=path.name))
        told += division.findings
    land = Layer("communities", district.name, district.communities.geometry, {})
    layer, conflicts = merge_street_plans(parts, land)
    progress.step(len(paths), len(paths) + 1, _("Merging"))
    plan, more = plan_of_layer(contents, layer)
    name = free_name(contents, lambda n: _("Merged plan {n}").format(n=n))
    scenario = Scenario(with_changes(district, plan).renamed(name), notes=layer.source)
    findings = (*told, *conflicts, *more)
    merged = replace(
        contents,
        scenarios={**contents.scenarios, name: scenario},
        current=name,
        findings=(*contents.findings, *findings),
    )
    return Merged(merged, name, layer, findings)


def plan_of_layer(contents: ProjectContents, layer: Layer) -> tuple[Plan, tuple[Finding, ...]]:
    """Return a layer of grids as a plan over the district's atoms, and what it could not hold."""
    district = contents.district
    records, units, told = read_grids(layer, None)
    at = grids_at(district, units.geometry)
    homes = communities_of_grids(district, units.at_home.tolist(), at)
    kept = [i for i, home in enumerate(homes) if home >= 0]
    number = np.full(len(homes) + 1, -1, np.int32)
    number[kept] = np.arange(len(kept))
    plan = Plan(number[at], tuple(replace(records[i], community=homes[i]) for i in kept))
    empty = [records[i].code for i, home in enumerate(homes) if home < 0]
    return plan, (*told, *_empty(layer, empty), *cut_atoms(district, plan, units.geometry[kept]))


def _empty(layer: Layer, codes: Sequence[str]) -> tuple[Finding, ...]:
    """Tell the grids that hold nothing of the district."""
    if not codes:
        return ()
    text = _("{n} grids of '{source}' hold no smallest area of this district and were left out: {codes}.")
    return (
        Finding(
            rule="merge.outside",
            severity=Severity.ERROR,
            text=text.format(n=len(codes), source=layer.source, codes="、".join(codes[:20])),
            remedy=_("Check that it is the right file and coordinate system."),
            subject_kind="grid",
            subjects=tuple(codes),
            count=len(codes),
        ),
    )


def write_merged(merged: Merged, path: Path, tell: Tell | None = None) -> None:
    """Write the grids as handed in as one layer, in the format of the name; tell its losses before."""
    write_telling(merged.layer, path, merged.contents.district.crs, tell)


def merge_lines(merged: Merged) -> list[str]:
    """Return what was merged and what is in conflict, as lines for the terminal."""
    grids = len(merged.contents.scenarios[merged.name].plan.grids)
    return [
        _("{n} grids merged; stored as scenario '{name}'.").format(n=grids, name=merged.name),
        _("Conflicts: {errors}, further remarks: {others}").format(
            errors=merged.conflicts, others=len(merged.findings) - merged.conflicts
        ),
        *listed(f"{f.text} {f.remedy}".rstrip() for f in merged.findings),
    ]
