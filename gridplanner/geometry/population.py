# SPDX-License-Identifier: LGPL-3.0-or-later
"""People and households of atoms: counted, joined, or spread from community totals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from gridplanner.geometry.arrays import FloatArray, IntArray
from gridplanner.geometry.counts import spread, whole_numbers
from gridplanner.geometry.coverage import Coverage
from gridplanner.geometry.units import Places
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer, LayerSet
from gridplanner.texts import _


@dataclass(frozen=True, eq=False)
class Population:
    """Whole numbers per building and per atom; the atoms' hold those of their buildings."""

    building_people: IntArray
    building_households: IntArray
    atom_people: IntArray
    atom_households: IntArray
    findings: tuple[Finding, ...] = ()


def count_people(layers: LayerSet, places: Places, coverage: Coverage, n_communities: int) -> Population:
    """Return people and households, totals kept.

    Taken from a ready-made atoms layer, else from the buildings, else from the totals of the
    communities, spread over residential buildings (or land) and marked as estimated.
    """
    atoms = layers.layers.get("atoms")
    findings: list[Finding] = []
    columns = []
    for key in ("people", "households"):
        of_atoms = (
            atoms.numbers(key)[coverage.row] if atoms is not None else np.full(len(coverage.geometry), np.nan)
        )
        of_places = places.people if key == "people" else places.households
        if np.isfinite(of_atoms).any():
            columns.append(_from_atoms(of_atoms, coverage, places, key, findings))
        elif np.isfinite(of_places).any():
            columns.append(_from_places(of_places, coverage, key, findings))
        else:
            columns.append(_from_totals(layers, places, coverage, n_communities, key, findings))
    (bp, ap), (bh, ah) = columns
    if atoms is not None:
        findings.extend(_landless(atoms, coverage))
    return Population(bp, bh, ap, ah, tuple(findings))


def _landless(atoms: Layer, coverage: Coverage) -> Iterator[Finding]:
    """Yield a warning where rows of the atoms layer without land state people."""
    gone = np.setdiff1d(np.arange(len(atoms)), coverage.row)
    people = float(np.nansum(atoms.numbers("people")[gone]))
    if people > 0:
        yield Finding(
            rule="read.people",
            severity=Severity.WARNING,
            text=_("{n} rows without an outline state {people} people; they are in no total.").format(
                n=len(gone), people=f"{people:,.0f}"
            ),
            remedy=_("Draw them, or ask for the file again."),
            subject_kind="row",
            people=round(people),
            count=len(gone),
        )


def _from_atoms(
    values: FloatArray, coverage: Coverage, places: Places, key: str, findings: list[Finding]
) -> tuple[IntArray, IntArray]:
    """Round the atoms' own numbers; buildings on them carry none, but where a single one stands."""
    people = _rounded(values, coverage.community, key, findings)
    buildings = np.zeros(len(places), np.int64)
    at = coverage.atom_of_point
    single = np.bincount(at[at >= 0], minlength=len(people)) == 1
    alone = (at >= 0) & single[at]
    buildings[alone] = people[at[alone]]
    return buildings, people


def _from_places(
    values: FloatArray, coverage: Coverage, key: str, findings: list[Finding]
) -> tuple[IntArray, IntArray]:
    """Round the buildings' numbers inside each community and add them up per atom."""
    at = coverage.atom_of_point
    group = np.where(at >= 0, coverage.community[at], -1)
    whole = _rounded(values, group, key, findings)
    return whole, _per_atom(whole, at, len(coverage.geometry))


def _per_atom(whole: IntArray, at: IntArray, n_atoms: int) -> IntArray:
    """Add whole numbers of buildings up per atom."""
    total = np.zeros(n_atoms, np.int64)
    np.add.at(total, at[at >= 0], whole[at >= 0])
    return total


def _rounded(values: FloatArray, group: IntArray, key: str, findings: list[Finding]) -> IntArray:
    """Round inside each group and say so where anything had to be rounded."""
    whole = whole_numbers(values, group)
    clean = np.nan_to_num(values, nan=0.0)
    fractional = np.abs(clean - np.round(clean)) > 1e-9
    if fractional.any():
        findings.append(
            Finding(
                rule="read.fractional",
                severity=Severity.INFO,
                text=_(
                    "{count} numbers of {what} are fractional; rounded so that each community keeps its "
                    "total within 0.5 ({before} became {after})."
                ).format(
                    count=int(fractional.sum()),
                    what=_counted(key),
                    before=f"{clean.sum():,.2f}",
                    after=f"{int(whole.sum()):,}",
                ),
                subject_kind="row",
                value=float(clean.sum()),
                limit=float(whole.sum()),
                count=int(fractional.sum()),
            )
        )
    return whole


def _from_totals(
    layers: LayerSet,
    places: Places,
    coverage: Coverage,
    n_communities: int,
    key: str,
    findings: list[Finding],
) -> tuple[IntArray, IntArray]:
    """Spread the totals of communities over their residential buildings, else over their land."""
    buildings, atoms = np.zeros(len(places), np.int64), np.zeros(len(coverage.geometry), np.int64)
    layer = layers.layers.get("communities")
    totals = layer.numbers(key) if layer is not None else np.full(n_communities, np.nan)
    if not np.isfinite(totals).any() or len(totals) != n_communities:
        if key == "people":
            findings.append(_nobody())
        return buildings, atoms
    at = coverage.atom_of_point
    weight = np.where(places.floor_area_m2 > 0, places.floor_area_m2, 1.0) * places.residential
    home = np.where(at >= 0, coverage.community[at], -1)
    for community in np.flatnonzero(np.isfinite(totals)):
        total = round(float(totals[community]))
        rows = np.flatnonzero((home == community) & (weight > 0))
        if len(rows):
            buildings[rows] = spread(total, weight[rows])
        else:
            land = np.flatnonzero(coverage.community == community)
            atoms[land] = spread(total, shapely.area(coverage.geometry[land]))
    findings.append(_estimated(layer, key, float(np.nansum(totals))))
    return buildings, atoms + _per_atom(buildings, at, len(atoms))


def _estimated(layer: Layer | None, key: str, total: float) -> Finding:
    """Say that numbers are spread, not counted."""
    return Finding(
        rule="read.estimated",
        severity=Severity.WARNING,
        text=_(
            "Estimated: {total} {what} are known per community only ({layer}) and are spread over "
            "residential buildings or land."
        ).format(total=f"{total:,.0f}", what=_counted(key), layer=layer.source if layer else ""),
        remedy=_("Give people and households per building for a plan that can be approved."),
        subject_kind="layer",
        subjects=("communities",),
        value=total,
        people=round(total) if key == "people" else 0,
    )


def _counted(key: str) -> str:
    """Return what a column counts."""
    return _("residents") if key == "people" else _("number of households")


def _nobody() -> Finding:
    """Say that no layer counts people."""
    return Finding(
        rule="read.people",
        severity=Severity.WARNING,
        text=_("No layer says how many people live where; every area counts 0 people."),
        remedy=_("Give a people table or a column of people with the buildings, atoms or communities."),
        subject_kind="layer",
    )
