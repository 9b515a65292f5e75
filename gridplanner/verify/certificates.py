# SPDX-License-Identifier: LGPL-3.0-or-later
"""Check `certificate.json`: values as the plan has them, bounds that the plan does not lie under."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil, inf
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplanner.texts import _
from gridplanner.verify.claims import Claim, equal, none_of
from gridplanner.verify.facts import Facts, Ints
from gridplanner.verify.summaries import grid_parts, pieces_and_moved

_TINY = 1e-6


def certificate_claims(facts: Facts) -> Iterator[Claim]:
    """Yield every claim of the certificate."""
    certificate = facts.output.certificate
    stated = (certificate["parts"], certificate["total"], facts.output.summary.get("certificate"))
    if not any(stated):
        # A plan drawn, merged or carried over by hand has no proof, and none is stated anywhere.
        yield none_of("certificate.none", [], _("No proof is claimed for this plan."))
        return
    yield from _match(facts)
    yield _bounds("certificate.bounds", certificate, _("No bound exceeds the value of the plan."))
    yield _gaps("certificate.gaps", certificate)
    yield _proven("certificate.proven", certificate)
    yield from _totals(facts)
    yield from _summary(facts)
    yield from _cheap_bounds(facts)


def _rows(certificate: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield a name and the numbers of each objective of each part, then of the total."""
    for part in certificate["parts"]:
        for name, row in part["objective"].items():
            yield f"{part['community']}/{part['part']} {name}", row
    for name, row in certificate["total"].items():
        yield f"total {name}", row


def _known(row: Mapping[str, Any]) -> bool:
    return row["value"] is not None and row["bound"] is not None


def _bounds(name: str, certificate: Mapping[str, Any], text: str) -> Claim:
    wrong = [n for n, r in _rows(certificate) if _known(r) and not 0 <= r["bound"] <= r["value"] + _TINY]
    return none_of(name, wrong, text)


def _gaps(name: str, certificate: Mapping[str, Any]) -> Claim:
    wrong = [
        n for n, r in _rows(certificate) if _known(r) and abs(r["value"] - r["bound"] - r["gap"]) > _TINY
    ]
    return none_of(name, wrong, _("Every gap is value minus bound."))


def _proven(name: str, certificate: Mapping[str, Any]) -> Claim:
    wrong = [n for n, r in _rows(certificate) if r["proven"] and not (_known(r) and abs(r["gap"]) <= _TINY)]
    return none_of(name, wrong, _("Nothing counts as proven with a gap."))


def _match(facts: Facts) -> Iterator[Claim]:
    """Yield whether the parts are the connected parts of the communities, with their people and grids."""
    stated = sorted((p["community"], p["people"], p["grids"]) for p in facts.output.certificate["parts"])
    found = sorted((c, people, grids) for c, _, people, grids in _parts(facts))
    # A part without people and without grids is nothing to plan; it may be left out.
    found = [row for row in found if row[1] or row[2]]
    stated = [row for row in stated if row[1] or row[2]]
    wrong = [f"{c}: {p}, {g}" for c, p, g in _difference(stated, found)]
    text = _("The parts are the connected parts of the communities, with their people and grids.")
    yield none_of("certificate.parts", wrong, text)
    by_part = _by_part(facts)
    wrong_value: dict[str, list[str]] = {"grids": [], "pieces": [], "deviation": []}
    for part in facts.output.certificate["parts"]:
        found_values = by_part.get((part["community"], part["people"], part["grids"]), [])
        for name, row in part["objective"].items():
            if row["value"] is None or name not in wrong_value:
                continue
            if not any(_fits(row["value"], values, name) for values in found_values):
                wrong_value[name].append(f"{part['community']}/{part['part']}")
    for name, wrong in wrong_value.items():
        text = _("The value of '{name}' of each part is that of the plan.").format(name=name)
        yield none_of(f"certificate.values.{name}", wrong, text)


def _fits(stated: float, values: Mapping[str, float], name: str) -> bool:
    """Tell whether a part states its own value; of pieces, those cut off by its edge may count or not."""
    room = values["pieces_outside"] if name == "pieces" else 0.0
    return -_TINY <= stated - values[name] <= room + _TINY


def _difference(a: list[Any], b: list[Any]) -> list[Any]:
    """Return what is in one list only, counted."""
    rest = list(b)
    only = []
    for item in a:
        if item in rest:
            rest.remove(item)
        else:
            only.append(item)
    return only + rest


def _parts(facts: Facts) -> Iterator[tuple[str, Ints, int, int]]:
    """Yield community, atoms, people and number of general grids of each connected part."""
    homes = facts.communities.texts("SQDM")
    of_grid = grid_parts(facts)
    for part in np.unique(facts.parts[facts.parts >= 0]):
        atoms = np.flatnonzero(facts.parts == part)
        people = int(facts.people[atoms].sum())
        yield str(homes[facts.home[atoms[0]]]), atoms, people, int((of_grid == part).sum())


def _by_part(facts: Facts) -> dict[tuple[str, int, int], list[dict[str, float]]]:
    """Return the values of each objective for each connected part."""
    of_grid = grid_parts(facts)
    mean = facts.grid_load[facts.general].mean() if facts.general.any() else 0.0
    values: dict[tuple[str, int, int], list[dict[str, float]]] = {}
    for home, atoms, people, grids in _parts(facts):
        inside = np.zeros(len(facts.atoms), dtype=bool)
        inside[atoms] = True
        mine = facts.grid_load[of_grid == facts.parts[atoms[0]]]
        off = float(np.abs(mine / mean - 1).mean()) if len(mine) and mean else 0.0
        row = {
            "grids": float(grids),
            "pieces": float(pieces_and_moved(facts, inside)[0]),
            "pieces_outside": float(_pieces_outside(facts, inside)),
            "deviation": off,
        }
        values.setdefault((home, people, grids), []).append(row)
    return values


def _pieces_outside(facts: Facts, inside: npt.NDArray[np.bool_]) -> int:
    """Return the pieces elsewhere of today's general grids that lie in a part.

    A grid that crosses the line of a community is cut in any plan; which of its parts counts that piece is
    a matter of taste, so a part may state up to these more. The sum over all parts is checked apart.
    """
    here = {old for (old, _new), atoms in facts.pairs.items() if old >= 0 and inside[atoms].any()}
    return sum(
        1
        for (old, _new), atoms in facts.pairs.items()
        if old in here and facts.general_before[old] and not inside[atoms].all()
    )


def deviation(facts: Facts) -> float:
    """Return the mean of |people / mean - 1| over general grids; 0 where nobody lives."""
    people = facts.grid_load[facts.general]
    return float(np.abs(people / people.mean() - 1).mean()) if people.sum() else 0.0


def _totals(facts: Facts) -> Iterator[Claim]:
    """Yield whether totals are the plan's values, and the sums of the parts."""
    certificate = facts.output.certificate
    whole = {
        "grids": float(facts.general.sum()),
        "pieces": float(pieces_and_moved(facts)[0]),
        "deviation": deviation(facts),
    }
    for name, row in certificate["total"].items():
        if row["value"] is None or name not in whole:
            continue
        text = _("The total of '{name}' is that of the plan.").format(name=name)
        yield equal(f"certificate.total.{name}", float(row["value"]), whole[name], text, _TINY)
        parts = [p for p in certificate["parts"] if name in p["objective"]]
        values = [p["objective"][name]["value"] for p in parts]
        if not parts or any(v is None for v in values):
            continue
        weights = [p["grids"] for p in parts] if name == "deviation" else [1] * len(parts)
        total = sum(v * w for v, w in zip(values, weights, strict=True))
        total /= max(sum(weights), 1) if name == "deviation" else 1
        text = _("The values of '{name}' of the parts add up to the total.").format(name=name)
        yield equal(f"certificate.sum.{name}", float(row["value"]), float(total), text, _TINY)


def _summary(facts: Facts) -> Iterator[Claim]:
    """Yield whether the summary repeats the certificate."""
    certificate = facts.output.certificate
    for name, row in facts.output.summary["certificate"].items():
        total = certificate["total"].get(name, {})
        mine = [
            (p["community"], p["objective"][name]["proven"])
            for p in certificate["parts"]
            if name in p["objective"]
        ]
        homes = {c for c, _ in mine}
        found = {
            "value": total.get("value"),
            "bound": total.get("bound"),
            "gap": total.get("gap"),
            "communities": len(homes),
            "communities_proven": len(homes - {c for c, proven in mine if not proven}),
        }
        text = _("The summary repeats the certificate of '{name}'.").format(name=name)
        yield equal(f"summary.certificate.{name}", dict(row), found, text)


def _cheap_bounds(facts: Facts) -> Iterator[Claim]:
    """Yield whether the plan's values respect bounds that anyone can compute."""
    limits = facts.limits.of("people", {})
    high = float(limits.get("max", inf))
    hard = bool(limits.get("hard", True))
    wrong = []
    for part in facts.output.certificate["parts"]:
        row = part["objective"].get("grids")
        least = ceil(part["people"] / high) if high < inf else 1
        legal = not part["reason"]
        if row is not None and legal and hard and not facts.limits.by and row["value"] < least:
            wrong.append(f"{part['community']}/{part['part']}: {row['value']} < {least}")
    yield none_of("certificate.least", wrong, _("No part has fewer grids than its people need."))
