# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which community a row of the people ledger belongs to, also where its building is not on the map."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.io.building_names import estate_key, plain_name
from gridplanner.io.raw import objects
from gridplanner.model.layers import Layer
from gridplanner.model.ledger import HOME


def with_homes(people: Layer, owner: Layer, communities: Layer | None) -> Layer:
    """Return the ledger with a column `home` in `extra`: the code of each row's community, "" if unknown.

    By the row's own community code, else by the name of its community, else by where the other
    buildings of its estate stand.

    Parameters
    ----------
    people : Layer
        Ledger.
    owner : Layer
        Buildings or atoms, with `estate` and shapes.
    communities : Layer or None
    """
    if communities is None:
        return people
    codes = communities.texts("code").tolist()
    known = set(codes)
    names: dict[str, list[str]] = {}
    for code, name in zip(codes, communities.texts("name").tolist(), strict=True):
        names.setdefault(plain_name(name), []).append(code)
    homes = [
        code if code in known else _only(names.get(plain_name(name), [])) if name else ""
        for code, name in zip(
            people.texts("community_code").tolist(), people.texts("community").tolist(), strict=True
        )
    ]
    if not all(homes):
        of_estate = _homes_of_estates(owner, communities)
        estates = people.texts("estate").tolist()
        homes = [
            home or of_estate.get(estate_key(estate), "") for home, estate in zip(homes, estates, strict=True)
        ]
    return replace(people, extra=dict(people.extra) | {HOME: objects(homes)})


def _only(codes: list[str]) -> str:
    """Return the only code; "" where a name belongs to several communities."""
    return codes[0] if len(codes) == 1 else ""


def _homes_of_estates(owner: Layer, communities: Layer) -> dict[str, str]:
    """Return estate key to the code of the community most of its buildings stand in."""
    estates = owner.texts("estate").tolist()
    at = _community_at(owner, communities)
    codes = communities.texts("code").tolist()
    votes: dict[str, Counter[str]] = {}
    for estate, home in zip(estates, at.tolist(), strict=True):
        if estate and home >= 0:
            votes.setdefault(estate_key(estate), Counter())[codes[home]] += 1
    return {key: counted.most_common(1)[0][0] for key, counted in votes.items()}


def _community_at(owner: Layer, communities: Layer) -> npt.NDArray[np.int64]:
    """Return the index of the community each shape stands in; -1 for none."""
    found = np.full(len(owner), -1, np.int64)
    if owner.geometry is None or communities.geometry is None:
        return found
    points = shapely.point_on_surface(owner.geometry)
    row, community = shapely.STRtree(communities.geometry).query(points, predicate="intersects")
    order = np.argsort(-community, kind="stable")
    found[row[order]] = community[order]
    return found
