# SPDX-License-Identifier: LGPL-3.0-or-later
"""Questions of the window about corrections that need shapes or the ledger, answered in the worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplanner.errors import UserError
from gridplanner.model.amendment import Amendment, LedgerPlacement
from gridplanner.model.ledger import PLACED_AT, unplaced_rows
from gridplanner.texts import _
from gridplanner.workspace.amend.mend_lines import MendLine, MendResult
from gridplanner.workspace.intake.ledger_places import building_near
from gridplanner.workspace.scene.files import atoms_under
from gridplanner.workspace.scene.scene import PolygonArrays, polygon_arrays
from gridplanner.workspace.scene.tasks import Reporter, State
from gridplanner.workspace.workspace import Correction


def place_row(
    state: State, progress: Reporter, amendments: Sequence[Amendment], row: int, x: float, y: float, atom: int
) -> Correction:
    """Return the step that puts a row of the people ledger at the building nearest to a point.

    Parameters
    ----------
    state : State
    progress : Reporter
    amendments : sequence of Amendment
        Corrections made so far.
    row : int
        `LedgerRow.index`.
    x, y : float
        Where the planner pointed, metres.
    atom : int
        The area there, for a place without a building; -1 for none.
    """
    from gridplanner.workspace.intake.ledger import place_ledger_row  # readers of tables

    contents = state.whole(None, amendments)
    found = next((r for r in unplaced_rows(contents.district) if r.index == row), None)
    building = building_near(contents.district, x, y)
    after = place_ledger_row(contents, row, building=building, atom=atom)
    if found is None:
        raise UserError(_("This row of the ledger has a place already. Choose one of the list."))
    home = int(contents.district.buildings.atom[building]) if building >= 0 else atom
    place = str(after.district.originals["people"].extra[PLACED_AT][row])
    name = f"{found.estate}{found.building}"
    return Correction(
        LedgerPlacement(row, building, home),
        LedgerPlacement(row, building, home, placed=False),
        _("Place {name} of the ledger").format(name=name),
        {"row": found.row, "people": found.people, "households": found.households, "place": place},
        after.findings,
    )


def atoms_of_site(
    state: State, progress: Reporter, site: int, amendments: Sequence[Amendment] = ()
) -> tuple[int, ...]:
    """Return the atoms whose points lie under a candidate site."""
    return atoms_under(state.whole(None, amendments).district, "sites", site)


def cut_area(
    state: State,
    progress: Reporter,
    amendments: Sequence[Amendment],
    atom: int,
    line: npt.NDArray[np.float64],
) -> Correction:
    """Return the step that cuts one area in two along a line; people go where their buildings stand."""
    from gridplanner.geometry.correct import cut_atom  # shapes

    district = state.whole(None, amendments).district
    by, back = cut_atom(district, atom, line)
    where = np.flatnonzero((by.rows == atom) | (by.rows == len(district.atoms)))
    people = by.atoms.people[where].tolist()
    label = _("Cut an area in two: {one} and {two} people").format(one=people[0], two=people[1])
    return Correction(by, back, label, {"area": str(district.atoms.ids[atom])})


def move_corner_of(
    state: State,
    progress: Reporter,
    amendments: Sequence[Amendment],
    at: tuple[float, float],
    to: tuple[float, float],
) -> Correction:
    """Return the step that moves a corner of all areas that share it."""
    from gridplanner.geometry.correct import move_corner  # shapes

    by, back = move_corner(state.whole(None, amendments).district, at, to)
    far = float(np.hypot(to[0] - at[0], to[1] - at[1]))
    label = _("Move a common corner by {m} m ({n} areas)").format(m=f"{far:.1f}", n=len(by.rows))
    noted = {"from": f"{at[0]:.2f} {at[1]:.2f}", "to": f"{to[0]:.2f} {to[1]:.2f}"}
    return Correction(by, back, label, noted)


def mend_lines(
    state: State,
    progress: Reporter,
    amendments: Sequence[Amendment],
    overlap: str,
    role: str = "grids",
) -> tuple[MendLine, ...]:
    """Return a proposal for every fault of today's grids or of the communities, most people first.

    Parameters
    ----------
    state : State
    progress : Reporter
    amendments : sequence of Amendment
    overlap : str
        Who gets disputed land: `most_people`, `official`, `longest_border` or `split`.
    role : str
        `grids` or `communities`.
    """
    from gridplanner.workspace.amend.mending import action_words  # shapes
    from gridplanner.workspace.scene.units import mend_proposals

    words = action_words(role)
    found = mend_proposals(state, progress, amendments, overlap, role)
    names = [f.name for f in fields(MendLine) if f.name not in ("title",)]
    return tuple(
        MendLine(title=words.get(p.action, p.action), **{name: getattr(p, name) for name in names})
        for p in found
    )


def mend_step(
    state: State,
    progress: Reporter,
    amendments: Sequence[Amendment],
    choices: Sequence[tuple[int, int | None]],
    overlap: str,
    role: str = "grids",
) -> MendResult:
    """Return the step that carries accepted proposals out; each is named by its number and its keeper."""
    from gridplanner.workspace.amend.mending import MendChoice  # shapes
    from gridplanner.workspace.amend.unit_jobs import concerned_text
    from gridplanner.workspace.scene.units import mend_correction

    chosen = [MendChoice(number, keeper) for number, keeper in choices]
    answer = mend_correction(state, progress, amendments, chosen, overlap, role)
    concerned = answer.concerned
    note = concerned_text(concerned) if concerned.communities else ""
    return MendResult(answer.correction, len(answer.done), len(answer.refused), note, concerned.communities)


def outlines_today(state: State, progress: Reporter, amendments: Sequence[Amendment]) -> PolygonArrays:
    """Return the outlines of today's grids as they are after mends."""
    return polygon_arrays(state.whole(None, amendments).district.grids_before_geometry)


TASKS: Mapping[str, Callable[..., Any]] = {
    "place_row": place_row,
    "atoms_of_site": atoms_of_site,
    "cut_area": cut_area,
    "move_corner": move_corner_of,
    "mend_lines": mend_lines,
    "mend_step": mend_step,
    "outlines_today": outlines_today,
}
