# SPDX-License-Identifier: LGPL-3.0-or-later
"""CAD boundary lines become named areas; local systems and scans are tied down by control points."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplanner.errors import UserError
from gridplanner.io import crs as systems
from gridplanner.io.drawing import faces_of
from gridplanner.io.placing import place
from gridplanner.io.plane_fit import fit, world_file
from gridplanner.io.raw import objects
from gridplanner.io.reading import read_layers
from gridplanner.io.writing import write_vector
from gridplanner.model.layers import Layer, LayerSpec

X, Y = 476_000.0, 3_525_000.0


def line(*points):
    return shapely.LineString(points)


def test_a_cross_of_lines_gives_its_faces():
    frame = line((0, 0), (20, 0), (20, 20), (0, 20), (0, 0))
    faces = faces_of(objects([frame, line((10, -3), (10, 23)), line((-1, 10), (21, 10))]))
    assert sorted(shapely.area(faces.polygons)) == [100, 100, 100, 100]


@pytest.mark.parametrize(("gap", "areas"), [(0.0, 2), (0.3, 2), (0.49, 2), (0.8, 1)])
def test_gaps_within_the_tolerance_are_closed_and_larger_ones_listed(gap, areas):
    frame = line((0, 0), (20, 0), (20, 20), (0, 20), (0, 0))
    faces = faces_of(objects([frame, line((10, 0), (10, 20 - gap))]))
    assert len(faces.polygons) == areas
    assert shapely.area(faces.polygons).sum() == pytest.approx(400)
    assert len(faces.closed) == (1 if 0 < gap <= 0.5 else 0)
    assert len(faces.loose) == (1 if gap > 0.5 else 0)


def test_two_ends_that_nearly_meet_are_joined():
    half = line((0, 0), (20, 0), (20, 20), (10, 20))
    other = line((9.8, 20.1), (0, 20), (0, 0.3))
    faces = faces_of(objects([half, other]))
    assert len(faces.polygons) == 1 and len(faces.closed) == 2 and not len(faces.loose)


def test_a_drawing_is_read_as_named_grids(tmp_path):
    shapes = shapely.box(X + 100.0 * np.arange(4), Y, X + 100.0 * np.arange(1, 5), Y + 100)
    layer = Layer(
        "grids",
        "x",
        shapes,
        {"WGMC": objects(["第一网格", "第二网格", "第三网格", "第四网格"]), "WGLX": objects(["综合"] * 4)},
    )
    write_vector(layer, tmp_path / "plan.dxf", "EPSG:4545", format="dxf")
    layers = read_layers({"estates": LayerSpec("plan.dxf", crs="EPSG:4545")}, {}, tmp_path)
    read = layers.layers["estates"]
    assert sorted(read.texts("name")) == ["第一网格", "第三网格", "第二网格", "第四网格"]
    assert shapely.area(read.geometry) == pytest.approx([10_000] * 4)
    assert any(f.rule == "read.drawing" for f in layers.findings)


@settings(max_examples=40, deadline=None)
@given(
    angle=st.floats(-3, 3),
    scale=st.floats(0.2, 5),
    dx=st.floats(-1e6, 1e6),
    dy=st.floats(-1e6, 1e6),
    n=st.integers(3, 8),
    seed=st.integers(0, 99),
)
def test_a_turned_and_scaled_system_is_found_again(angle, scale, dx, dy, n, seed):
    points = np.random.default_rng(seed).uniform(0, 5000, (n, 2))
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    target = points @ turn.T + [dx, dy]
    try:
        found = fit(points, target)
    except UserError:
        return
    assert found.residuals_m.max() < 1e-6
    assert found.scale == pytest.approx(scale)


def test_a_bad_control_point_shows_in_the_residuals():
    points = np.array([[0, 0], [1000, 0], [1000, 1000], [0, 1000]], float)
    target = points + [500_000, 3_000_000]
    target[2] += [30, 0]
    found = fit(points, target)
    assert found.residuals_m.argmax() == 2 and found.residuals_m.max() > 10


def test_too_few_or_flat_points_are_refused():
    points = np.array([[0, 0], [1, 1], [2, 2]], float)
    with pytest.raises(UserError):
        fit(points[:2], points[:2])
    with pytest.raises(UserError):
        fit(points, points)


def test_a_scan_gets_its_world_file():
    pixels = np.array([[0, 0], [1000, 0], [1000, 800], [0, 800]], float)
    ground = np.array([X, Y + 800]) + pixels * [0.5, -0.5]
    values = [float(v) for v in world_file(fit(pixels, ground)).split()]
    assert values == pytest.approx([0.5, 0, 0, -0.5, X + 0.25, Y + 799.75])


def test_a_layer_in_a_local_system_is_moved_by_control_points(tmp_path):
    layer = Layer(
        "c",
        "x",
        shapely.box([0, 100], [0, 0], [100, 200], [100, 100]),
        {"SQDM": objects(["1", "2"]), "SQMC": objects(["甲", "乙"])},
    )
    write_vector(layer, tmp_path / "c.shp", "EPSG:4545", format="shp")
    rows = ["x_from,y_from,x_to,y_to", f"0,0,{X},{Y}", f"200,0,{X + 200},{Y}", f"0,100,{X},{Y + 100.5}"]
    (tmp_path / "points.csv").write_text("\n".join(rows))
    layers = read_layers({"communities": LayerSpec("c.shp", crs="EPSG:4545 via points.csv")}, {}, tmp_path)
    assert layers.crs == "EPSG:4545"
    assert shapely.total_bounds(layers.layers["communities"].geometry)[:2] == pytest.approx([X, Y], abs=0.5)
    assert "read.crs" in [f.rule for f in layers.findings]


@pytest.mark.parametrize(("gap_m", "areas"), [(0.5, 1), (2.0, 2)])
def test_the_configuration_names_the_gap_that_is_closed(tmp_path, gap_m, areas):
    frame = line((X, Y), (X + 200, Y), (X + 200, Y + 200), (X, Y + 200), (X, Y))
    lines = objects([frame, line((X + 100, Y), (X + 100, Y + 198.5))])
    drawing = Layer("estates", "x", lines, {"name": objects(["", ""])})
    write_vector(drawing, tmp_path / "小区界线.dxf", "EPSG:4545", format="dxf")
    spec = LayerSpec("小区界线.dxf", crs="EPSG:4545", gap_m=gap_m)
    layers = read_layers({"estates": spec}, {}, tmp_path)
    assert len(layers.layers["estates"]) == areas
    told = [f for f in layers.findings if f.rule == "read.drawing"]
    loose = [f for f in told if f.severity.value == "warning" and f.x == f.x]
    assert len(loose) == (1 if gap_m < 1 else 0)
    if loose:
        assert (loose[0].x, loose[0].y) == (X + 100, Y + 198.5)


def test_seven_parameters_are_not_forgotten_on_the_way_to_cgcs2000():
    xian = "+proj=tmerc +lat_0=0 +lon_0=108 +k=1 +x_0=500000 +y_0=0 +a=6378140 +rf=298.257 +units=m"
    here = objects([shapely.Point(434_000, 3_527_000)])
    still = systems.transform(here, f"{xian} +towgs84=0,0,0,0,0,0,0", "EPSG:4545")[0]
    shifted = systems.transform(here, f"{xian} +towgs84=20,-10,5,0,0,0,0", "EPSG:4545")[0]
    assert 10 < still.distance(shifted) < 30
    back = systems.transform(objects([shifted]), "EPSG:4545", f"{xian} +towgs84=20,-10,5,0,0,0,0")[0]
    assert back.distance(here[0]) < 0.05


@settings(max_examples=25, deadline=None)
@given(
    north=st.floats(-500, 500), east=st.floats(-500, 500), turn=st.floats(-200, 200), ppm=st.floats(-50, 50)
)
def test_four_parameters_move_as_the_survey_office_means_them(north, east, turn, ppm):
    n, e = 3_527_000.0, 434_000.0
    angle, scale = np.radians(turn / 3600), 1 + ppm / 1e6
    wanted = (
        east + scale * (n * np.sin(angle) + e * np.cos(angle)),
        north + scale * (n * np.cos(angle) - e * np.sin(angle)),
    )
    text = f"EPSG:4545 via 4({north!r}, {east!r}，{turn!r}, {ppm!r})"
    placed, told = place("roads", "r", objects([shapely.Point(e, n)]), "", text, None)
    assert placed.crs == "EPSG:4545" and [f.rule for f in told] == ["read.crs"]
    assert placed.geometry[0].distance(shapely.Point(wanted)) < 1e-6


@pytest.mark.parametrize("text", ["1,2,3", "1,2,3,x", ""])
def test_four_parameters_are_four_numbers(text):
    with pytest.raises(UserError, match="4\\("):
        place("roads", "r", objects([shapely.Point(1, 2)]), "", f"EPSG:4545 via 4({text})", None)
