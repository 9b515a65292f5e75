# SPDX-License-Identifier: LGPL-3.0-or-later
"""Links, cuts and islands: what is set by hand joins and parts atoms for every later step."""

from __future__ import annotations

import numpy as np
import pytest

from gridplanner.errors import UserError
from gridplanner.geometry.contiguity import components
from gridplanner.geometry.hand_edges import Ground, with_hand_edges
from gridplanner.geometry.options import BuildOptions
from gridplanner.model.adjacency import EdgeKind
from gridplanner.model.kinds import Severity
from tests.builders import town


def built(drawing: str, communities: str = "", barriers: tuple[tuple[int, int], ...] = (), **options: object):  # type: ignore[no-untyped-def]
    """Return the adjacency of a toy town after the options, and the findings."""
    district = town(drawing, communities, barriers=barriers)
    atoms = district.atoms
    known = {str(code): i for i, code in enumerate(atoms.building)}
    ground = Ground(atoms.geometry, known, atoms.community.astype(np.int64))
    choices = BuildOptions(**options)  # type: ignore[arg-type]
    adjacency, findings = with_hand_edges(district.adjacency, ground, choices)
    return district, adjacency, findings


def parts(district, adjacency) -> int:  # type: ignore[no-untyped-def]
    """Return the number of connected parts of the whole."""
    n = len(district.atoms)
    return len(np.unique(components(n, adjacency, np.zeros(n, int))))


def test_a_footbridge_joins_what_a_river_parts() -> None:
    district, adjacency, found = built("AB", barriers=((0, 1),), links=(("B00001", "B00002"),))
    assert parts(district, adjacency) == 1
    assert adjacency.kind.tolist() == [EdgeKind.LINK]
    assert [f.severity for f in found] == [Severity.INFO]


def test_a_link_may_lead_anywhere_and_edges_stay_sorted() -> None:
    district, adjacency, _found = built("AAA BB", links=(("B00005", "B00001"),))
    assert parts(district, adjacency) == 1
    pairs = list(zip(adjacency.a.tolist(), adjacency.b.tolist(), strict=True))
    assert pairs == sorted(pairs)
    assert (0, 4) in pairs


def test_a_wall_parts_neighbours() -> None:
    district, adjacency, _found = built("AB", cuts=(("B00002", "B00001"),))
    assert parts(district, adjacency) == 2


def test_ends_may_be_places() -> None:
    town_ = town("AB")
    places = tuple((float(x), float(y)) for x, y in zip(town_.atoms.x, town_.atoms.y, strict=True))
    district, adjacency, _found = built("AB", cuts=(places,))
    assert parts(district, adjacency) == 2


def test_a_wall_where_nothing_touches_is_said() -> None:
    _district, _adjacency, found = built("A B", cuts=(("B00001", "B00002"),))
    assert [f.severity for f in found] == [Severity.WARNING, Severity.INFO]


@pytest.mark.parametrize(
    "links",
    [(("B00001", "nowhere"),), (((0.0, 0.0), "B00001"),), (("B00001", "B00001"),)],
)
def test_ends_that_make_no_sense_are_refused(links: object) -> None:
    with pytest.raises(UserError, match="links"):
        built("AB", links=links)


@pytest.mark.parametrize("cuts", [(("B00001",),), ("AB",), "AB", (("a", "b", "c"),), ((),)])
def test_what_is_no_pair_is_refused_before_anything_is_read(cuts: object) -> None:
    with pytest.raises(ValueError, match="cuts"):
        BuildOptions(cuts=cuts)  # type: ignore[arg-type]


def test_islands_are_joined_where_they_come_nearest_and_only_inside_their_community() -> None:
    district, adjacency, _found = built("AA A B", "aa a b", islands="join")
    assert parts(district, adjacency) == 2
    assert (1, 2) in set(zip(adjacency.a.tolist(), adjacency.b.tolist(), strict=True))


def test_islands_stay_apart_unless_asked() -> None:
    district, adjacency, found = built("AA A")
    assert parts(district, adjacency) == 2
    assert found == ()
    with pytest.raises(ValueError, match="islands"):
        BuildOptions(islands="drown")
