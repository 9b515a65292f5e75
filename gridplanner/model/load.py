# SPDX-License-Identifier: LGPL-3.0-or-later
"""The load of each atom: its people, and what weighs on a grid worker besides."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from gridplanner.model.jurisdiction import District
from gridplanner.model.layers import Layer, ObjectArray
from gridplanner.model.ruleset import RuleSet

Counts = npt.NDArray[np.int64]

#: Groups that a weight can be given to, with the field that each has in the exported atoms.
#: `floating`, `elderly`, `shops` are columns of the buildings (or of the people table, or of ready-made
#: atoms); `unmanaged` are the residents of estates that nobody manages.
GROUPS: Mapping[str, str] = {"floating": "LDRK", "elderly": "LNRK", "shops": "SPS", "unmanaged": "SGRK"}
#: Words in the column `management` of the estates that mean: nobody manages it.
UNMANAGED = frozenset({"", "无", "否", "没有", "失管", "无物业", "无管理", "弃管", "未管理"})


def load_of(district: District, rules: RuleSet) -> npt.NDArray[np.int64]:
    """Return the load of each atom: people plus weight times count of each group, in whole persons.

    Returns
    -------
    int64[n_atoms]
        The people themselves where the rules give no weights.
    """
    if not rules.weights:
        return district.atoms.people
    extra = sum(
        (weight * group_counts(district, group) for group, weight in sorted(rules.weights.items())),
        np.zeros(len(district.atoms)),
    )
    return district.atoms.people + np.floor(extra + 0.5).astype(np.int64)


def group_counts(district: District, group: str) -> Counts:
    """Return how many of a group each atom has, int64[n_atoms]; 0 where no layer counts them."""
    if group == "unmanaged":
        return _unmanaged(district)
    layer = district.originals.get("atoms")
    if layer is not None and group in layer.fields:
        return _whole(_by_code(layer, group, [str(code) for code in district.atoms.ids], ("id", "code")))
    layer = district.originals.get("buildings")
    total = np.zeros(len(district.atoms))
    if layer is not None and group in layer.fields:
        built = district.buildings
        counts = _by_code(layer, group, [str(code) for code in built.codes], ("code", "id"))
        placed = built.atom >= 0
        np.add.at(total, built.atom[placed], counts[placed])
    return _whole(total)


def _whole(counts: npt.NDArray[np.float64]) -> Counts:
    return np.floor(counts + 0.5).astype(np.int64)


def is_counted(district: District, group: str) -> bool:
    """Tell whether any layer counts a group at all."""
    if group == "unmanaged":
        layer = district.originals.get("estates")
        return layer is not None and "management" in layer.fields
    layers = (district.originals.get(role) for role in ("atoms", "buildings"))
    return any(layer is not None and group in layer.fields for layer in layers)


def _by_code(layer: Layer, group: str, codes: list[str], keys: tuple[str, ...]) -> npt.NDArray[np.float64]:
    """Return a column of a layer in the order of some codes; stairs share their building's number."""
    number = np.nan_to_num(layer.numbers(group), nan=0.0)
    own = next((layer.texts(key) for key in keys if key in layer.fields), layer.texts(keys[0]))
    known = {str(code): float(n) for code, n in zip(own, number, strict=True) if str(code)}
    # A building cut by stairs is called B7-1, B7-2: its number is shared among them.
    whole = [code if code in known else code.rpartition("-")[0] for code in codes]
    times: dict[str, int] = {}
    for code in whole:
        times[code] = times.get(code, 0) + 1
    return np.array([known.get(code, 0.0) / times[code] for code in whole], np.float64)


def management_of(district: District) -> ObjectArray:
    """Return the word on the management of each estate, object[n_estates]; "" where nothing is known."""
    layer = district.originals.get("estates")
    words = np.full(len(district.estates), "", dtype=object)
    if layer is not None and "management" in layer.fields:
        pairs = zip(layer.texts("name"), layer.texts("management"), strict=True)
        known = {str(name): str(word).strip() for name, word in pairs}
        words[:] = [known.get(str(name), "") for name in district.estates]
    return words


def _unmanaged(district: District) -> Counts:
    """Return the residents of each atom whose estate nobody manages."""
    layer = district.originals.get("estates")
    if layer is None or "management" not in layer.fields:
        return np.zeros(len(district.atoms), np.int64)
    alone = np.array([word in UNMANAGED for word in management_of(district)] + [False], bool)
    return np.where(alone[district.atoms.estate], district.atoms.people, 0).astype(np.int64)
