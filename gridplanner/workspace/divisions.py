# SPDX-License-Identifier: LGPL-3.0-or-later
"""Divisions that come from elsewhere: another project, an office's layer; and their grids on our atoms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.assign.reasons import former_grids
from gridplanner.errors import UserError
from gridplanner.geometry.dissolve import grid_polygons
from gridplanner.io.crs import transform
from gridplanner.io.project.project import open_project
from gridplanner.io.worker import read_layers_apart
from gridplanner.model.atoms import ObjectArray
from gridplanner.model.change import change_kinds, crosswalk
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer, LayerSpec
from gridplanner.model.plan import Plan
from gridplanner.model.project import ProjectContents
from gridplanner.model.question import Question
from gridplanner.texts import _
from gridplanner.workspace.project_files import is_project

PROJECT = "project.gpkg"
#: An atom is told as cut when more of it than this share, and this area, lies outside its grid.
_CUT_SHARE, _CUT_M2 = 0.05, 1.0


@dataclass(frozen=True, eq=False)
class Division:
    """Grids as an office hands them in, in our coordinate system.

    Parameters
    ----------
    layer : Layer
        Role `grids`, with `code name kind dedicated_kind community_code`.
    findings : tuple of Finding
        What reading it told.
    """

    layer: Layer
    findings: tuple[Finding, ...] = ()


def read_division(
    path: Path,
    crs: str,
    layer: str = "",
    cancelled: Callable[[], bool] | None = None,
    declared: str = "",
) -> Division:
    """Read the grids of a project, of an output folder, or of a layer file, and bring them into a CRS.

    Parameters
    ----------
    path : Path
    crs : str
        Into which they are brought.
    layer : str
        Name inside a container; "" where there is only one.
    cancelled : callable, optional
    declared : str
        CRS of a layer file that names none; "" for what the file says.

    Raises
    ------
    UserError
        It cannot be read, or holds no grids.
    """
    project = path / PROJECT if path.is_dir() and (path / PROJECT).is_file() else path
    if is_project(project):
        contents = open_project(project)
        given = layer_of_plan(contents, path.name)
        return Division(in_crs(given, contents.district.crs, crs))
    spec = LayerSpec(str(path.resolve()), layer)

    def ask(question: Question) -> str:
        """Answer where the file does not tell."""
        return declared if question.kind == "crs" else ""

    read = read_layers_apart({"grids": spec}, {}, Path.cwd(), ask if declared else None, cancelled=cancelled)
    return Division(in_crs(read.layers["grids"], read.crs, crs), read.findings)


def layer_of_plan(contents: ProjectContents, source: str) -> Layer:
    """Return the plan in work (today's division where there is none) as a layer of grids.

    Grids without land are left out.
    """
    district = contents.district
    scenario = contents.scenarios.get(contents.current)
    plan = scenario.plan if scenario else district.plan_today()
    shapes = grid_polygons(district.atoms.geometry, plan.assignment, plan.n_grids)
    there = np.flatnonzero(~shapely.is_missing(shapes))
    grids = [plan.grids[i] for i in there]
    fields: dict[str, npt.NDArray[Any]] = {
        "code": _texts([g.code for g in grids]),
        "name": _texts([g.name for g in grids]),
        "kind": _texts([g.kind.value for g in grids]),
        "dedicated_kind": _texts([g.dedicated_kind for g in grids]),
        "community_code": _texts([str(district.communities.codes[g.community]) for g in grids]),
        "people": plan.sums(district.atoms.people)[there].astype(np.float64),
        "households": plan.sums(district.atoms.households)[there].astype(np.float64),
    }
    if not len(there):
        raise UserError(_("'{source}' holds no grids.").format(source=source))
    return Layer("grids", source, shapes[there], fields, rows=np.arange(1, len(there) + 1))


def in_crs(layer: Layer, source: str, target: str) -> Layer:
    """Return a layer with its shapes in another CRS; a table stays as it is."""
    if layer.geometry is None:
        return layer
    return replace(layer, geometry=transform(layer.geometry, source, target))


def _texts(values: list[str]) -> ObjectArray:
    """Return texts as a column."""
    return np.array([*values, None], dtype=object)[:-1]


def grids_at(district: District, shapes: ObjectArray) -> npt.NDArray[np.int32]:
    """Return the grid each atom's point (its building) stands in, the first of several; -1 for none."""
    found = np.full(len(district.atoms), -1, np.int32)
    points = shapely.points(district.atoms.x, district.atoms.y)
    atom, grid = shapely.STRtree(shapes).query(points, predicate="intersects")
    order = np.lexsort((-grid, atom))
    found[atom[order]] = grid[order]
    return found


def communities_of_grids(district: District, stated: Sequence[str], at: npt.NDArray[np.int32]) -> list[int]:
    """Return the community of each grid: as it is stated where we have it, else where its atoms lie.

    -1 for a grid without any atom.
    """
    number = {str(code): i for i, code in enumerate(district.communities.codes)}
    votes: dict[int, dict[int, int]] = {}
    placed = np.flatnonzero(at >= 0)
    for grid, community, people in zip(
        at[placed].tolist(),
        district.atoms.community[placed].tolist(),
        (district.atoms.people[placed] + 1).tolist(),
        strict=True,
    ):
        counted = votes.setdefault(grid, {})
        counted[community] = counted.get(community, 0) + people
    homes = []
    for i, code in enumerate(stated):
        counted = votes.get(i, {})
        known = number.get(str(code), -1)
        # Where nothing of the grid lies in the community that it names, its land decides.
        homes.append(known if known in counted else max(counted, key=lambda c: (counted[c], -c), default=-1))
    return homes


def with_changes(district: District, plan: Plan) -> Plan:
    """Return the plan with what became of each grid against today's, and the codes it came from."""
    today = district.plan_today()
    pairs = crosswalk(district.atoms, today, plan)
    kinds, former = change_kinds(today, plan, pairs), former_grids(plan, pairs)
    codes = [record.code for record in district.grids_before]
    grids = tuple(
        replace(record, change=kind, former=tuple(codes[g] for g in old if codes[g]))
        for record, kind, old in zip(plan.grids, kinds, former, strict=True)
    )
    return replace(plan, grids=grids)


def cut_atoms(district: District, plan: Plan, shapes: ObjectArray) -> tuple[Finding, ...]:
    """Tell how many atoms the lines handed in cut; each went whole to the grid its building stands in."""
    placed = np.flatnonzero(plan.assignment >= 0)
    cells = district.atoms.geometry[placed]
    area = shapely.area(cells)
    inside = shapely.area(shapely.intersection(cells, shapes[plan.assignment[placed]]))
    outside = area - inside
    cut = placed[(outside > _CUT_M2) & (outside > _CUT_SHARE * area)]
    if not len(cut):
        return ()
    first = int(cut[0])
    text = _(
        "{n} smallest areas ({people} people) are cut by the lines handed in; each went whole to the grid "
        "its building stands in."
    ).format(n=len(cut), people=int(district.atoms.people[cut].sum()))
    return (
        Finding(
            rule="merge.cut",
            severity=Severity.WARNING,
            text=text,
            remedy=_("Look at these borders on the map."),
            subject_kind="atom",
            subjects=tuple(str(code) for code in district.atoms.ids[cut[:200]]),
            people=int(district.atoms.people[cut].sum()),
            count=len(cut),
            x=float(district.atoms.x[first]),
            y=float(district.atoms.y[first]),
        ),
    )
