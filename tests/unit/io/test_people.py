# SPDX-License-Identifier: LGPL-3.0-or-later
"""Ledgers without coordinates: rows find their buildings by name, and nobody is dropped."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplanner.io.building_names import buildings_in, estate_key
from gridplanner.io.people import join_people
from gridplanner.io.raw import objects
from gridplanner.model.layers import Layer


def buildings() -> Layer:
    estates = ["江南水岸小区"] * 10 + ["三江花园", "三江花园", ""]
    names = [f"{i}幢" for i in range(1, 11)] + ["A1栋", "综合楼", "邮政局大楼"]
    n = len(names)
    return Layer(
        "buildings",
        "b",
        shapely.points(np.arange(n) * 10.0, 0.0),
        {
            "code": objects([f"B{i}" for i in range(n)]),
            "estate": objects(estates),
            "building": objects(names),
        },
        rows=np.arange(1, n + 1),
    )


def ledger(*rows) -> Layer:
    estate, building, people = zip(*rows, strict=True)
    fields = {
        "estate": objects(list(estate)),
        "building": objects(list(building)),
        "people": np.array(people, float),
    }
    return Layer("people", "p", None, fields, rows=np.arange(2, len(rows) + 2))


@pytest.mark.parametrize(
    ("estate", "name", "place"),
    [
        ("江南水岸", "1 幢", 0),
        ("江南水岸（小区）", "一号楼", 0),
        ("江南水岸小区", "０１栋", 0),
        ("江南水岸小区", "十号楼", 9),
        ("江南水岸小区", "3号楼2单元", 2),
        ("江南水岸小区", "江南水岸3#", 2),
        ("三江花园", "A１", 10),
        ("三江花园小区", "综合楼", 11),
    ],
)
def test_names_that_mean_the_same(estate, name, place):
    joined, people, _findings = join_people(buildings(), ledger((estate, name, 7)))
    assert people.extra["placed"].tolist() == [1]
    assert np.flatnonzero(joined.numbers("people") == 7).tolist() == [place]


@pytest.mark.parametrize(
    ("estate", "name"), [("别处", "1幢"), ("江南水岸小区", "11幢"), ("", "1幢"), ("三江花园", "")]
)
def test_names_that_mean_nothing_here_stay_unplaced_and_counted(estate, name):
    joined, people, findings = join_people(buildings(), ledger((estate, name, 7)))
    assert people.extra["placed"].tolist() == [0]
    assert np.isnan(joined.numbers("people")).all()
    assert findings[0].people == 7


def test_a_range_is_spread_and_adds_up():
    joined, _people, findings = join_people(
        buildings(), ledger(("江南水岸", "1-10 幢", 1003), ("江南水岸", "2幢", 5))
    )
    people = joined.numbers("people")[:10]
    assert people.sum() == 1008
    assert people[1] == 106 and people[9] == 100
    assert any(f.rule == "read.match" and f.severity == "warning" for f in findings)


def test_a_range_with_a_building_that_is_not_there_is_not_squeezed_into_the_others():
    _joined, people, _findings = join_people(buildings(), ledger(("江南水岸", "9-12幢", 100)))
    assert people.extra["placed"].tolist() == [0]


def test_what_was_placed_by_hand_is_remembered():
    _joined, people, _f = join_people(
        buildings(), ledger(("老街", "临时安置点", 9)), remembered={"老街|临时安置点": "B3"}
    )
    assert people.extra["placed"].tolist() == [1]
    assert _joined.numbers("people")[3] == 9


@settings(max_examples=60, deadline=None)
@given(number=st.integers(1, 199), suffix=st.sampled_from(["幢", "栋", "号楼", "#", "号", "座", " 幢"]))
def test_every_spelling_of_a_number_is_one(number, suffix):
    assert buildings_in(f"{number}{suffix}") == (str(number),)
    assert buildings_in(f"{number:03d}{suffix}") == (str(number),)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=20))
def test_any_text_has_a_key(text):
    assert isinstance(estate_key(text), str)
    assert all(isinstance(name, str) and name for name in buildings_in(text))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["江南水岸", "三江花园", "别处"]),
            st.sampled_from(["1幢", "1-3幢", "A1", "99"]),
            st.integers(0, 500),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_people_are_conserved(rows):
    joined, people, findings = join_people(buildings(), ledger(*rows))
    placed = people.extra["placed"] == 1
    assert np.nansum(joined.numbers("people")) == people.numbers("people")[placed].sum()
    lost = sum(f.people for f in findings if f.rule == "read.unplaced")
    assert lost == people.numbers("people")[~placed].sum()


def test_buildings_without_a_column_of_names_are_told():
    bare = buildings()
    columns = {"code": bare.fields["code"]}
    bare = Layer("buildings", "b", bare.geometry, columns, {"栋": bare.fields["building"]}, bare.rows)
    _joined, people, findings = join_people(bare, ledger(("江南水岸", "1幢", 7)))
    assert people.extra["placed"].tolist() == [0]
    assert any("estate、building" in f.text and "栋" in f.remedy for f in findings)
    _joined, _people, findings = join_people(buildings(), ledger(("江南水岸", "99幢", 7)))
    assert [f.rule for f in findings] == ["read.unplaced"]
