# SPDX-License-Identifier: LGPL-3.0-or-later
"""Correct what the plan rests on: people of a building, places of ledger rows, outlines of areas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gridplanner.gui.session import Session
from gridplanner.model.amendment import BuildingCount
from gridplanner.model.jurisdiction import District
from gridplanner.texts import _
from gridplanner.workspace.amend.amending import count_before
from gridplanner.workspace.workspace import Correction


def building_title(district: District, building: int) -> str:
    """Return what a building is called: estate and name, else its code, else its number."""
    known = district.buildings
    name = f"{known.estates[building]}{known.names[building]}".strip()
    return name or str(known.codes[building]) or str(building + 1)


def recount_building(
    session: Session, building: int, people: int, households: int, source: str, day: str
) -> bool:
    """Enter people and households of a building as found out, with who says so and when."""
    workspace = session.workspace
    if workspace is None:
        return False
    before = count_before(workspace.district, building)
    if (before.people, before.households) == (people, households):
        session.said.emit(_("The counts are the same as before. Nothing is changed."), "info")
        return False
    noted = {
        "building": str(workspace.district.buildings.codes[building]) or building,
        "people": f"{before.people}->{people}",
        "households": f"{before.households}->{households}",
        "source": source,
        "date": day,
    }
    label = _("{name}: {before} -> {after} people ({source}, {day})").format(
        name=building_title(workspace.district, building),
        before=before.people,
        after=people,
        source=source or "-",
        day=day or "-",
    )
    after = BuildingCount(building, people, households, source, day)
    return session.amend(Correction(after, before, label, noted))


def ask_correction(
    session: Session, name: str, then: Callable[[], object] | None = None, **arguments: Any
) -> None:
    """Have the worker work out a correction (a task of `workspace.scene_facts`), and take it as a step."""
    workspace = session.workspace
    if workspace is None:
        return
    asked_on = workspace.district

    def found(correction: Correction) -> None:
        # Another correction came in between: what the worker saw is no longer so.
        if session.workspace is None or session.workspace.district is not asked_on:
            session.said.emit(_("The map has changed meanwhile. Please do that once more."), "warning")
            return
        if session.amend(correction) and then is not None:
            then()

    session.ask(name, found, amendments=workspace.contents.amendments, **arguments)
