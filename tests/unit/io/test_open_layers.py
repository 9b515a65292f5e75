# SPDX-License-Identifier: LGPL-3.0-or-later
"""Real open layers, read in place: numbers as text, people from floors, barriers, roads and sites."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gridplanner.io.reading import read_layers
from gridplanner.model.layers import LayerSpec

pytestmark = pytest.mark.shared_data


def read(folder, **specs):
    if not folder.is_dir():
        pytest.skip(f"no layers at {folder}")
    return read_layers(specs, {}, folder)


def test_vermont_votes_are_texts_and_read_as_numbers(shared_data):
    spec = LayerSpec("VT_town_results.shp", fields={"id": "GEOID10", "people": "TOTV16", "name": "NAME10"})
    layers = read(shared_data / "open" / "us_vermont_towns_246", atoms=spec)
    towns = layers.layers["atoms"]
    assert len(towns) == 246
    assert towns.numbers("people").sum() == pytest.approx(np.nansum(towns.numbers("people")))
    assert 250_000 < towns.numbers("people").sum() < 400_000
    assert towns.texts("id")[0].isdigit()
    assert layers.crs == "EPSG:32618"
    stated = towns.extra["ALAND10"].sum() + towns.extra["AWATER10"].sum()
    assert shapely.area(towns.geometry).sum() == pytest.approx(stated, rel=0.002)


def test_suzhou_people_are_estimated_from_floors(shared_data):
    spec = LayerSpec("suzhou_buildings.geojson", fields={"people": "estimate(Floor, 40, 0.7)"})
    layers = read(shared_data / "open" / "cn_suzhou_buildings", buildings=spec)
    buildings = layers.layers["buildings"]
    told = [f for f in layers.findings if f.rule == "read.estimated"]
    assert len(told) == 1 and told[0].people == buildings.numbers("people").sum() > 10_000
    assert layers.crs == "EPSG:4549"


@pytest.mark.parametrize(
    ("folder", "file", "roles", "crs"),
    [
        (
            "cn_shanghai_bund_osm",
            "shanghai_bund.gpkg",
            {"buildings": "buildings", "roads": "roads", "sites": "pois", "barriers": "water"},
            "EPSG:4549",
        ),
        (
            "cn_wuhan_guanshan_osm",
            "wuhan_guanshan.gpkg",
            {"buildings": "buildings", "roads": "roads", "barriers": "water"},
            "EPSG:4547",
        ),
    ],
)
def test_osm_extracts_come_together_in_their_zone(shared_data, folder, file, roles, crs):
    specs = {role: LayerSpec(file, layer=layer) for role, layer in roles.items()}
    layers = read(shared_data / "open" / folder, **specs)
    assert layers.crs == crs
    for role in roles:
        layer = layers.layers[role]
        there = layer.geometry[~shapely.is_missing(layer.geometry)]
        assert len(there) and shapely.is_valid(there).all(), role
        lost = len(layer) - len(there)
        told = sum(f.count for f in layers.findings if f.rule == "read.geometry" and layer.source in f.text)
        assert told >= lost


def test_counties_of_bazhong_choose_the_zone_of_most_of_their_area(shared_data):
    folder = shared_data / "open" / "cn_bazhou_511902"
    layers = read(folder, communities=LayerSpec("bazhong_5119_counties.geojson"))
    assert layers.crs == "EPSG:4545"
