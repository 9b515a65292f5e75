# SPDX-License-Identifier: LGPL-3.0-or-later
"""Mend faults of today's grids: proposals to look at, accepted one by one or by class, undone like any step.

For the window: the worker answers `mend_proposals` and `mend_correction` (`scene_units`); the answer of
the second goes to `Workspace.amend`, which journals it and lets undo take it back. For the command line:
`mend_project` and `mend_layer`. The layer as delivered stays in `District.originals["grids"]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.errors import UserError
from gridplanner.geometry.defects import Defect, DefectKind, coverage_defects
from gridplanner.geometry.faces import locate
from gridplanner.geometry.mend import Mend, MendKind, Policy, choose, propose_mends
from gridplanner.geometry.mending import simplified
from gridplanner.geometry.safely import mend_safely
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.unit_patch import GridPatch
from gridplanner.rules.health import outside_defects
from gridplanner.texts import _
from gridplanner.workspace.amend.amending_units import grids_back, to_hex
from gridplanner.workspace.amend.mend_patch import grid_patch
from gridplanner.workspace.workspace import Correction

Objects = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
Rings = tuple[npt.NDArray[np.float64], ...]
#: Choice of a keeper that halves disputed land between its units.
SPLIT_IT = -1


@dataclass(frozen=True, eq=False)
class MendProposal:
    """One proposal as plain data; nothing happens until it is accepted.

    Parameters
    ----------
    number : int
        Names it in a `MendChoice`; holds while the district stays as it is.
    action : str
        `give split fill snap drop explode trim repair cut`; the class for accepting many at once.
    fault : str
        Kind of fault (`geometry.defects.DefectKind`).
    units, names : tuple of str
        Codes and names of today's grids concerned.
    keeper : int
        Place in `units` of the one that holds the land afterwards; -1 for none or for halving.
    choices : tuple of int
        Places in `units` that may be chosen instead; `SPLIT_IT` where halving is possible.
    area_m2, people : float, int
        Of the land concerned.
    area_before, area_after : tuple of float
        Square metres of each unit.
    people_before, people_after : tuple of int
        Inside the outline of each unit: those on disputed land count in every claimant before.
    x, y : float
    rings : tuple of float64[k, 2]
        Outline of the land concerned (or the line, or the point), metres, for the preview.
    small : bool
        Below the tolerance.
    text : str
        What would be done, in the user's language.
    """

    number: int
    action: str
    fault: str
    units: tuple[str, ...]
    names: tuple[str, ...]
    keeper: int
    choices: tuple[int, ...]
    area_m2: float
    people: int
    area_before: tuple[float, ...]
    area_after: tuple[float, ...]
    people_before: tuple[int, ...]
    people_after: tuple[int, ...]
    x: float
    y: float
    rings: Rings
    small: bool
    text: str


@dataclass(frozen=True)
class MendChoice:
    """A proposal accepted; `keeper` is a place in its `units`, `SPLIT_IT`, or None for the one proposed."""

    number: int
    keeper: int | None = None


@dataclass(frozen=True, eq=False)
class MendAnswer:
    """What accepting gives.

    Parameters
    ----------
    correction : Correction or None
        The step for `Workspace.amend`; None where nothing could be mended.
    done, refused : tuple of int
        Numbers of the proposals carried out, and of those left out since they would have made a new
        fault: they need the planner's hand.
    area_balance_m2 : float
        Land after, minus land before, minus blank land filled; 0 but for rounding.
    """

    correction: Correction | None
    done: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()
    area_balance_m2: float = 0.0


@dataclass(frozen=True, eq=False)
class _Work:
    """Today's grids with their faults and the mends proposed for them."""

    district: District
    people: Ints
    mends: tuple[Mend, ...] = field(default=())


def action_words() -> dict[str, str]:
    """Return what each class of mends does, in the user's language."""
    return {
        "give": _("Give disputed land to one grid"),
        "split": _("Halve disputed land"),
        "fill": _("Fill blank land"),
        "snap": _("Close slivers and missing vertices"),
        "drop": _("Drop exact duplicates"),
        "explode": _("Make detached parts grids of their own"),
        "trim": _("Cut spikes off"),
        "repair": _("Repair rings that cross themselves"),
        "cut": _("Cut at the community line"),
    }


def mend_proposals(district: District, policy: Policy | None = None) -> tuple[MendProposal, ...]:
    """Return a proposal for every fault of today's grids, most people first.

    Parameters
    ----------
    district : District
        With its shapes.
    policy : Policy or None
        Who gets disputed and blank land where several mends are possible.
    """
    work = _work(district, policy)
    return tuple(_proposal(work, number, mend) for number, mend in enumerate(work.mends))


def mend_correction(
    district: District, choices: Sequence[MendChoice], policy: Policy | None = None
) -> MendAnswer:
    """Return the step that carries accepted proposals out.

    Raises
    ------
    UserError
        A choice names no proposal, or a grid that is no choice of it.
    """
    work = _work(district, policy)
    wanted = [_chosen(work, choice) for choice in choices]
    if not wanted:
        raise UserError(_("Choose at least one proposal to mend."))
    number_of = {id(mend.defect): choice.number for mend, choice in zip(wanted, choices, strict=True)}
    done, refused = mend_safely(district.grids_before_geometry, wanted, work.people)
    left = {number_of[id(mend.defect)] for mend in refused}
    numbers = tuple(n for n in number_of.values() if n not in left)
    if not numbers:
        return MendAnswer(None, (), tuple(sorted(left)))
    carried_out = [mend for mend in wanted if number_of[id(mend.defect)] not in left]
    by = grid_patch(district, done)
    correction = Correction(
        by,
        grids_back(district, by),
        _("Mend {n} faults of today's grids").format(n=len(numbers)),
        _noted(district, carried_out),
        None,
    )
    return MendAnswer(correction, numbers, tuple(sorted(left)), done.area_balance_m2)


def simplify_correction(district: District, tolerance_m: float) -> Correction:
    """Return the step that draws today's grids with fewer vertices, borders still shared.

    Raises
    ------
    UserError
        The grids have faults; borders would part.
    """
    shapes = district.grids_before_geometry
    try:
        result = simplified(shapes, tolerance_m)
    except ValueError as error:
        raise UserError(_("Today's grids have faults. Mend them before simplifying their lines.")) from error
    before, after = (int(shapely.get_num_coordinates(s).sum()) for s in (shapes, result))
    label = _("Simplify the lines of today's grids within {tolerance:g} m").format(tolerance=tolerance_m)
    by = GridPatch(
        district.grids_before,
        np.full(len(result), -1, np.int64),
        to_hex(result),
        district.atoms.old_grid,
    )
    return Correction(by, grids_back(district, by), label, {"vertices": before, "vertices_after": after})


def findings_after(findings: Sequence[Finding], correction: Correction) -> tuple[Finding, ...]:
    """Return the findings of reading without those on faults that a mend has settled."""
    settled = {tuple(sorted(pair.split(";"))) for pair in str(correction.noted.get("units", "")).split("|")}
    kinds = ("repair.overlap", "repair.gap")
    return tuple(f for f in findings if f.rule not in kinds or tuple(sorted(f.subjects)) not in settled)


# --- proposals -----------------------------------------------------------------------------------------


def _work(district: District, policy: Policy | None) -> _Work:
    """Find the faults of today's grids and propose a mend for each."""
    shapes = district.grids_before_geometry
    if not len(shapes):
        raise UserError(_("There are no grids of today to mend."))
    buildings = district.buildings
    points = np.asarray(shapely.points(buildings.x, buildings.y), dtype=object)
    people = _claimed(district)
    found = coverage_defects(shapes, points, buildings.people)
    mends = propose_mends(shapes, found, policy, people)
    if policy is not None and policy.overlap == "official":
        mends = tuple(_by_official_line(district, mend, people) for mend in mends)
    return _Work(district, people, (*mends, *_cuts(district, people)))


def _claimed(district: District) -> Ints:
    """Return the people inside each outline as delivered: whoever lives on disputed land counts in both."""
    shapes = district.grids_before_geometry
    xy, _atom, people = district.demand_points()
    rows, hits = shapely.STRtree(shapes).query(shapely.points(xy), predicate="intersects")
    total = np.zeros(len(shapes), np.int64)
    np.add.at(total, hits, people[rows])
    return total


def _by_official_line(district: District, mend: Mend, people: Ints) -> Mend:
    """Return a mend that gives land to the one grid whose community holds it, where there is one."""
    if mend.kind is not MendKind.GIVE:
        return mend
    home = int(
        locate(np.array([shapely.Point(mend.defect.x, mend.defect.y)]), district.communities.geometry)[0]
    )
    fitting = [unit for unit in mend.choices if district.grids_before[unit].community == home]
    if len(fitting) != 1 or fitting[0] == mend.keeper:
        return mend
    return choose(mend, district.grids_before_geometry, people, fitting[0])


def _cuts(district: District, people: Ints) -> tuple[Mend, ...]:
    """Return a mend for each piece of a grid beyond its community: it goes to a grid that belongs there."""
    shapes, homes = district.grids_before_geometry, [g.community for g in district.grids_before]
    mends = []
    for defect, grid, community in outside_defects(district):
        near = shapely.STRtree(shapes).query(defect.geometry, predicate="intersects").tolist()
        heirs = [u for u in near if u != grid and homes[u] == community and community >= 0]
        heir = max(heirs, key=lambda u: _common_border(shapes[u], defect), default=-1)
        units = (grid, heir) if heir >= 0 else (grid,)
        area = tuple(float(shapely.area(shapes[u])) for u in units)
        living = tuple(int(people[u]) for u in units)
        gain = defect.area_m2 if heir >= 0 else 0.0
        after = (area[0] - defect.area_m2, *(a + gain for a in area[1:]))
        moved = (living[0] - defect.people, *(n + defect.people for n in living[1:]))
        named = replace(defect, units=units)
        mends.append(Mend(MendKind.CUT, named, heir, (heir,), area, after, living, moved))
    return tuple(mends)


def _common_border(shape: shapely.Geometry, defect: Defect) -> float:
    """Return how much of a unit's line lies along the land, metres."""
    along = shapely.intersection(shapely.boundary(shape), shapely.buffer(defect.geometry, 0.01))
    return float(shapely.length(along))


def _proposal(work: _Work, number: int, mend: Mend) -> MendProposal:
    """Return a mend as plain data."""
    defect, records = mend.defect, work.district.grids_before
    units = defect.units
    place = {unit: k for k, unit in enumerate(units)}
    choices = [place[u] for u in mend.choices if u in place]
    if _can_halve(mend):
        choices.append(SPLIT_IT)
    return MendProposal(
        number=number,
        action=mend.kind.value,
        fault=defect.kind.value,
        units=tuple(records[u].code for u in units),
        names=tuple(records[u].name for u in units),
        keeper=place.get(mend.keeper, -1),
        choices=tuple(choices),
        area_m2=round(defect.area_m2, 2),
        people=defect.people,
        area_before=mend.area_before,
        area_after=mend.area_after,
        people_before=mend.people_before,
        people_after=mend.people_after,
        x=defect.x,
        y=defect.y,
        rings=_rings(defect.geometry),
        small=defect.folded,
        text=_sentence(work.district, mend),
    )


def _can_halve(mend: Mend) -> bool:
    """Tell whether disputed land may be halved."""
    return mend.defect.kind is DefectKind.OVERLAP and not mend.defect.folded


def _rings(geometry: shapely.Geometry | None) -> Rings:
    """Return the rings of land, or the points of a line, for the preview."""
    if geometry is None:
        return ()
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return tuple(shapely.get_coordinates(ring) for ring in shapely.get_rings(geometry))
    return (shapely.get_coordinates(geometry),)


def _sentence(district: District, mend: Mend) -> str:
    """Say what a mend would do."""
    records, units = district.grids_before, mend.defect.units

    def name(unit: int) -> str:
        return records[unit].name or records[unit].code

    facts: dict[str, Any] = {
        "area": f"{mend.defect.area_m2:,.1f}",
        "people": mend.defect.people,
        "keeper": name(mend.keeper) if mend.keeper >= 0 else _("no grid"),
        "first": name(units[0]),
        "units": _(", ").join(name(u) for u in units),
    }
    texts = {
        MendKind.GIVE: _("{area} m2 with {people} people claimed by {units} go to {keeper}"),
        MendKind.SPLIT: _("{area} m2 with {people} people are halved between {units}"),
        MendKind.FILL: _("{area} m2 of blank land with {people} people go to {keeper}"),
        MendKind.SNAP: _("the lines of {units} become one"),
        MendKind.DROP: _("of the duplicates {units} only {keeper} stays"),
        MendKind.EXPLODE: _("the detached part of {first} ({area} m2, {people} people) becomes a grid"),
        MendKind.TRIM: _("the spike of {first} is cut off"),
        MendKind.REPAIR: _("the outline of {first} is put right"),
        MendKind.CUT: _("{area} m2 of {first} with {people} people beyond its community go to {keeper}"),
    }
    return texts[mend.kind].format(**facts)


# --- carrying out --------------------------------------------------------------------------------------


def _chosen(work: _Work, choice: MendChoice) -> Mend:
    """Return the mend that a choice names, with the keeper it names."""
    if not 0 <= choice.number < len(work.mends):
        raise UserError(
            _("There is no proposal {number}. List the proposals again.").format(number=choice.number + 1)
        )
    mend = work.mends[choice.number]
    shapes, units = work.district.grids_before_geometry, mend.defect.units
    if choice.keeper is None:
        return mend
    if choice.keeper == SPLIT_IT and _can_halve(mend):
        return propose_mends(shapes, [mend.defect], Policy(overlap="split"), work.people)[0]
    if not 0 <= choice.keeper < len(units) or units[choice.keeper] not in mend.choices:
        raise UserError(_("This grid cannot keep the land. Choose one of those named in the proposal."))
    return choose(mend, shapes, work.people, units[choice.keeper])


def _noted(district: District, mends: Sequence[Mend]) -> dict[str, object]:
    """Return what the journal says of a mend: kinds, land, people, and which grids gave or got land."""
    records = district.grids_before
    kinds = sorted({mend.kind.value for mend in mends})
    large = [mend for mend in mends if not mend.defect.folded]
    return {
        "kinds": "+".join(kinds),
        "faults": len(mends),
        "area_m2": round(sum(mend.defect.area_m2 for mend in mends), 2),
        "people": sum(mend.defect.people for mend in mends),
        "units": "|".join(";".join(records[u].code for u in mend.defect.units) for mend in large),
    }
