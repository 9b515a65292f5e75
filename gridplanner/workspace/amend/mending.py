# SPDX-License-Identifier: LGPL-3.0-or-later
"""Mend faults of today's grids and of communities: proposals, accepted one by one or by class, and undone.

For the window: the worker answers `mend_proposals` and `mend_correction` (`scene_units`); the answer of
the second goes to `Workspace.amend`, which journals it and lets undo take it back. For the command line:
`mend_project` and `mend_layer`. The layers as delivered stay in `District.originals`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.errors import UserError
from gridplanner.geometry.mend import Mend, MendKind, Policy, choose, propose_mends
from gridplanner.geometry.mending import Mended, simplified
from gridplanner.geometry.safely import mend_safely
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.unit_patch import CommunityPatch, GridPatch
from gridplanner.texts import _
from gridplanner.workspace.amend.amending_units import communities_back, grids_back, to_hex
from gridplanner.workspace.amend.mend_patch import community_patch, grid_patch
from gridplanner.workspace.amend.mend_subjects import (
    GRIDS,
    Subject,
    can_halve,
    proposed_mends,
    subject_of,
    with_people_halved,
)
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
        Codes and names of the grids or communities concerned.
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


@dataclass(frozen=True)
class Concerned:
    """Who has to be planned anew after land went from one community to another.

    Parameters
    ----------
    communities, grids : tuple of str
        Codes of the communities that gave or got smallest areas, and of today's grids in which they lie.
    people : int
        People who come to another community.
    """

    communities: tuple[str, ...] = ()
    grids: tuple[str, ...] = ()
    people: int = 0


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
    concerned : Concerned
        Whom a mend of communities asks to be planned anew; nobody after a mend of grids.
    """

    correction: Correction | None
    done: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()
    area_balance_m2: float = 0.0
    concerned: Concerned = Concerned()


def action_words(role: str = GRIDS) -> dict[str, str]:
    """Return what each class of mends does, in the user's language."""
    grids = role == GRIDS
    return {
        "give": _("Give disputed land to one grid") if grids else _("Give disputed land to one community"),
        "split": _("Halve disputed land"),
        "fill": _("Fill blank land"),
        "snap": _("Close slivers and missing vertices"),
        "drop": _("Drop exact duplicates"),
        "explode": _("Make detached parts grids of their own"),
        "trim": _("Cut spikes off"),
        "repair": _("Repair rings that cross themselves"),
        "cut": _("Cut at the community line") if grids else _("Cut at the street line"),
    }


def mend_proposals(
    district: District, policy: Policy | None = None, role: str = GRIDS
) -> tuple[MendProposal, ...]:
    """Return a proposal for every fault of today's grids or of the communities, most people first.

    Parameters
    ----------
    district : District
        With its shapes.
    policy : Policy or None
        Who gets disputed and blank land where several mends are possible.
    role : str
        `grids` or `communities`.
    """
    subject = subject_of(district, role)
    mends = proposed_mends(subject, policy)
    return tuple(_proposal(subject, number, mend) for number, mend in enumerate(mends))


def mend_correction(
    district: District, choices: Sequence[MendChoice], policy: Policy | None = None, role: str = GRIDS
) -> MendAnswer:
    """Return the step that carries accepted proposals out.

    Raises
    ------
    UserError
        A choice names no proposal, or a unit that is no choice of it.
    """
    subject = subject_of(district, role)
    mends = proposed_mends(subject, policy)
    wanted = [_chosen(subject, mends, choice) for choice in choices]
    if not wanted:
        raise UserError(_("Choose at least one proposal to mend."))
    number_of = {id(mend.defect): choice.number for mend, choice in zip(wanted, choices, strict=True)}
    done, refused = mend_safely(subject.shapes, wanted, subject.people)
    left = {number_of[id(mend.defect)] for mend in refused}
    numbers = tuple(n for n in number_of.values() if n not in left)
    if not numbers:
        return MendAnswer(None, (), tuple(sorted(left)))
    carried_out = [mend for mend in wanted if number_of[id(mend.defect)] not in left]
    correction, moved = _step(subject, done, carried_out)
    return MendAnswer(correction, numbers, tuple(sorted(left)), done.area_balance_m2, moved)


def _step(subject: Subject, done: Mended, mends: Sequence[Mend]) -> tuple[Correction, Concerned]:
    """Return what was mended as a step, and who has to be planned anew after it."""
    district, noted = subject.district, _noted(subject, mends)
    if subject.role == GRIDS:
        grids = grid_patch(district, done)
        label = _("Mend {n} faults of today's grids").format(n=len(mends))
        return Correction(grids, grids_back(district, grids), label, noted, None), Concerned()
    by = community_patch(subject, done, mends)
    moved = _concerned(district, by)
    label = _("Mend {n} faults of the communities").format(n=len(mends))
    noted |= {"people_moved": moved.people, "grids": ";".join(moved.grids)}
    return Correction(by, communities_back(district, by), label, noted, None), moved


def _concerned(district: District, patch: CommunityPatch) -> Concerned:
    """Return who has to be planned anew after land went from one community to another."""
    before = patch.came_from[patch.community]
    moved = np.flatnonzero(before != district.atoms.community)
    grids = np.unique(district.atoms.old_grid[moved])
    known = district.communities.codes
    codes = {str(patch.communities.codes[c]) for c in patch.community[moved]}
    codes |= {str(known[c]) for c in district.atoms.community[moved]} & set(patch.communities.codes)
    return Concerned(
        tuple(sorted(codes)),
        tuple(sorted(district.grids_before[g].code for g in grids[grids >= 0])),
        int(district.atoms.people[moved].sum()),
    )


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


def _proposal(subject: Subject, number: int, mend: Mend) -> MendProposal:
    """Return a mend as plain data."""
    defect = mend.defect
    units = defect.units
    place = {unit: k for k, unit in enumerate(units)}
    choices = [place[u] for u in mend.choices if u in place]
    if can_halve(mend):
        choices.append(SPLIT_IT)
    return MendProposal(
        number=number,
        action=mend.kind.value,
        fault=defect.kind.value,
        units=tuple(subject.codes[u] for u in units),
        names=tuple(subject.names[u] for u in units),
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
        text=_sentence(subject, mend),
    )


def _rings(geometry: shapely.Geometry | None) -> Rings:
    """Return the rings of land, or the points of a line, for the preview."""
    if geometry is None:
        return ()
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return tuple(shapely.get_coordinates(ring) for ring in shapely.get_rings(geometry))
    return (shapely.get_coordinates(geometry),)


def _sentence(subject: Subject, mend: Mend) -> str:
    """Say what a mend would do."""
    units = mend.defect.units

    def name(unit: int) -> str:
        return subject.names[unit] or subject.codes[unit]

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
        MendKind.CUT: _("{area} m2 of {first} with {people} people beyond its community go to {keeper}")
        if subject.role == GRIDS
        else _("{area} m2 of {first} with {people} people beyond its street go to {keeper}"),
    }
    return texts[mend.kind].format(**facts)


# --- carrying out --------------------------------------------------------------------------------------


def _chosen(subject: Subject, mends: Sequence[Mend], choice: MendChoice) -> Mend:
    """Return the mend that a choice names, with the keeper it names."""
    if not 0 <= choice.number < len(mends):
        raise UserError(
            _("There is no proposal {number}. List the proposals again.").format(number=choice.number + 1)
        )
    mend = mends[choice.number]
    units = mend.defect.units
    if choice.keeper is None:
        return mend
    if choice.keeper == SPLIT_IT and can_halve(mend):
        halved = propose_mends(subject.shapes, [mend.defect], Policy(overlap="split"), subject.people)[0]
        return with_people_halved(subject, halved)
    if not 0 <= choice.keeper < len(units) or units[choice.keeper] not in mend.choices:
        raise UserError(_("This unit cannot keep the land. Choose one of those named in the proposal."))
    return choose(mend, subject.shapes, subject.people, units[choice.keeper])


def _noted(subject: Subject, mends: Sequence[Mend]) -> dict[str, object]:
    """Return what the journal says of a mend: kinds, land, people, and which units gave or got land."""
    kinds = sorted({mend.kind.value for mend in mends})
    large = [mend for mend in mends if not mend.defect.folded]
    return {
        "kinds": "+".join(kinds),
        "faults": len(mends),
        "area_m2": round(sum(mend.defect.area_m2 for mend in mends), 2),
        "people": sum(mend.defect.people for mend in mends),
        "units": "|".join(";".join(subject.codes[u] for u in mend.defect.units) for mend in large),
    }
