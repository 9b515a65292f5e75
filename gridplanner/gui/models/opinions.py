# SPDX-License-Identifier: LGPL-3.0-or-later
"""The register of opinions as pins of the map."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gridplanner.gui.canvas.pins import Pin
from gridplanner.gui.session import Session
from gridplanner.workspace.scene.commands import latest, opinions

Extent = tuple[float, float, float, float]


def opinion_pins(session: Session, extent_of: Callable[[Iterable[int]], Extent | None]) -> list[Pin]:
    """Return the opinions on the plan in work that have a place: a point, or the grids they speak of."""
    workspace, plan = session.workspace, session.plan
    if workspace is None or plan is None:
        return []
    contents = workspace.contents
    number = {g.code: i for i, g in enumerate(plan.grids) if g.code}
    pins = []
    for opinion in latest(opinions(contents.journal, contents.current)):
        spot = opinion.spot
        grids = [number[code] for code in opinion.codes if code in number]
        near = extent_of(grids) if spot is None and grids else None
        if near is not None:
            spot = ((near[0] + near[2]) / 2, (near[1] + near[3]) / 2)
        if spot is not None:
            text = f"{opinion.who}\n{opinion.text}\n{opinion.answer}".strip()
            pins.append(Pin(*spot, text, bool(opinion.answer)))
    return pins
