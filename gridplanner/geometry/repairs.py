# SPDX-License-Identifier: LGPL-3.0-or-later
"""What was settled while the coverage was derived, as findings the planner can read."""

from __future__ import annotations

from collections.abc import Iterable

from gridplanner.errors import DataError
from gridplanner.geometry.claims import Piece, Units
from gridplanner.geometry.options import BuildOptions
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.texts import _, ngettext


def unit_word(role: str) -> str:
    """Return what the units of a layer are called."""
    return {"communities": _("areas of communities"), "grids": _("areas of grids")}.get(role, role)


def repair_findings(units: Units, pieces: Iterable[Piece], options: BuildOptions) -> tuple[Finding, ...]:
    """Return a finding per settled piece, most people first, slivers folded into one.

    Raises
    ------
    DataError
        A piece above the sliver tolerance has no choice (`refuse`); carries all findings.
    """
    real = sorted((p for p in pieces if not p.sliver), key=lambda p: (-p.people, -p.area_m2))
    found = [_piece_finding(units, piece) for piece in real]
    slivers = [p for p in pieces if p.sliver]
    if slivers:
        found.append(_sliver_finding(units, slivers))
    refused = [p for p in real if (options.overlap if p.kind == "overlap" else options.gap) == "refuse"]
    if refused:
        raise DataError(_refusal(units, refused), tuple(found))
    return tuple(found)


def _piece_finding(units: Units, piece: Piece) -> Finding:
    """Return the finding of one piece."""
    names = tuple(str(units.codes[u]) for u in piece.claimants)
    keeper = str(units.codes[piece.keeper]) if piece.keeper >= 0 else _("nobody")
    if piece.kind == "overlap" and piece.keeper < 0:
        text = _("{units} {names} all claim {area} m² with {people} people; shared between them.")
    elif piece.kind == "overlap":
        text = _("{units} {names} all claim {area} m² with {people} people; counted to {keeper}.")
    else:
        text = _(
            "{area} m² with {people} people between the {units} {names} belong to none; given to {keeper}."
        )
    return Finding(
        rule=f"repair.{piece.kind}",
        severity=Severity.INFO,
        text=text.format(
            units=unit_word(units.role),
            names=_(", ").join(names),
            area=f"{piece.area_m2:,.0f}",
            people=round(piece.people),
            keeper=keeper,
        ),
        remedy=_("Compare with the official line; choose otherwise under [repair] or by mending the layer."),
        subject_kind="community" if units.role == "communities" else "grid",
        subjects=names,
        value=piece.area_m2,
        unit="m²",
        people=round(piece.people),
        x=piece.x,
        y=piece.y,
    )


def _sliver_finding(units: Units, slivers: list[Piece]) -> Finding:
    """Return one finding for all slivers."""
    area = sum(p.area_m2 for p in slivers)
    largest = max(slivers, key=lambda p: p.area_m2)
    text = ngettext(
        "{count} sliver between {units}, {area} m² in all, was closed.",
        "{count} slivers between {units}, {area} m² in all, were closed.",
        len(slivers),
    )
    return Finding(
        rule="repair.sliver",
        severity=Severity.INFO,
        text=text.format(count=len(slivers), units=unit_word(units.role), area=f"{area:,.2f}"),
        subject_kind="layer",
        subjects=(units.role,),
        value=area,
        unit="m²",
        count=len(slivers),
        people=round(sum(p.people for p in slivers)),
        x=largest.x,
        y=largest.y,
    )


def _refusal(units: Units, refused: list[Piece]) -> str:
    """Return the sentence that stops the work."""
    first = refused[0]
    names = _(", ").join(str(units.codes[u]) for u in first.claimants)
    if first.kind == "overlap":
        text = _(
            "{count} pieces of land are claimed by several {units} (first: {names}, {area} m²). Mend the "
            'layer, or set [repair] overlap = "official", "most_people", "longest_border" or "split".'
        )
    else:
        text = _(
            "{count} pieces of land between {units} belong to none (first: beside {names}, {area} m²). Mend "
            'the layer, or set [repair] gap = "longest_border" or "most_people".'
        )
    return text.format(
        count=len(refused), units=unit_word(units.role), names=names, area=f"{first.area_m2:,.0f}"
    )
