# SPDX-License-Identifier: LGPL-3.0-or-later
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplanner.maps.labels import Form, Occupied, Request, place, sample_points
from gridplanner.maps.marks import Rect

WINDOW = Rect(0, 0, 200, 200)


def overlaps(labels):
    boxes = [label.box for label in labels]
    return [
        (a, b)
        for i, a in enumerate(boxes)
        for b in boxes[i + 1 :]
        if a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]
    ]


def city(seed, count):
    points = np.random.default_rng(seed).uniform(20, 180, (count, 2))
    frame = shapely.box(20, 20, 180, 180)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=frame))
    return shapely.intersection(cells, frame)


def asked(cells, sizes=(4.0, 2.3, 1.6)):
    texts = [(f"第{i}网格", "1,234人") for i in range(len(cells))]
    return [
        Request(str(i), cell, tuple(Form(lines, size) for size in sizes for lines in (texts[i], (str(i),))))
        for i, cell in enumerate(cells)
    ]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(2, 400))
def test_every_grid_is_labelled_or_reported_and_nothing_collides(seed, count):
    cells = city(seed, count)
    labels, missing = place(asked(cells), Occupied(), WINDOW)
    assert sorted([label.key for label in labels] + missing, key=int) == [str(i) for i in range(len(cells))]
    assert overlaps(labels) == []
    for label in labels:
        box = shapely.box(*label.box)
        if label.leader is None:
            assert cells[int(label.key)].covers(box)
        else:
            assert not shapely.intersects(cells, box).any()
            assert cells[int(label.key)].covers(shapely.Point(label.leader))


def test_same_input_same_places():
    cells = city(5, 200)
    assert place(asked(cells), Occupied(), WINDOW) == place(asked(cells), Occupied(), WINDOW)


def test_the_fullest_form_that_fits_is_taken():
    wide, narrow = shapely.box(10, 10, 60, 40), shapely.box(70, 10, 74, 40)
    labels, missing = place(asked([wide, narrow]), Occupied(), WINDOW)
    assert [label.form.lines for label in labels] == [("第0网格", "1,234人"), ("1",)]
    assert labels[0].form.size == 4.0
    assert missing == []


def test_a_tiny_grid_at_the_edge_gets_a_leader_line():
    tiny, big = shapely.box(50, 20, 50.8, 20.8), shapely.box(30, 20.8, 90, 90)
    labels, missing = place(asked([tiny, big]), Occupied(), WINDOW)
    assert missing == []
    assert labels[0].leader is not None
    assert labels[0].box[3] <= 20 or labels[0].box[2] <= 50 or labels[0].box[0] >= 50.8


def test_a_tiny_grid_deep_inside_is_reported_not_labelled_elsewhere():
    around = shapely.box(0, 0, 200, 200) - shapely.box(100, 100, 100.5, 100.5)
    labels, missing = place(asked([around, shapely.box(100, 100, 100.5, 100.5)]), Occupied(), WINDOW)
    assert missing == ["1"]
    assert [label.key for label in labels] == ["0"]


def test_labels_keep_off_what_is_taken():
    taken = (10.0, 10.0, 60.0, 28.0)
    labels, _missing = place(asked([shapely.box(10, 10, 60, 40)]), Occupied([taken]), WINDOW)
    assert labels[0].box[1] >= 28.0


def test_one_neighbour_moves_to_make_room():
    # The wide request is placed second and would find its only place taken by the roomy one.
    roomy, tight = shapely.box(0, 0, 30, 6), shapely.box(0, 0, 6.5, 6)
    form = Form(("8888",), 2.3)
    requests = [Request("roomy", roomy, (form,)), Request("tight", tight, (form,))]
    labels, missing = place(requests, Occupied(), WINDOW)
    assert missing == [] and overlaps(labels) == []


def test_labels_stay_inside_the_window():
    cells = city(9, 30)
    window = Rect(60, 60, 50, 50)
    labels, _missing = place(asked(cells), Occupied(), window)
    assert labels
    for label in labels:
        assert label.box[0] >= 60 and label.box[1] >= 60 and label.box[2] <= 110 and label.box[3] <= 110


def test_multipart_and_empty_areas():
    parts = shapely.MultiPolygon([shapely.box(10, 10, 12, 12), shapely.box(50, 50, 90, 90)])
    labels, missing = place(asked([parts, shapely.Polygon()]), Occupied(), WINDOW)
    assert missing == ["1"]
    assert 50 <= labels[0].x <= 90


def test_sample_points_lie_inside_and_are_sorted_by_depth():
    cells = city(1, 12)
    xy, owner, depth = sample_points(cells)
    assert (np.diff(owner) >= 0).all()
    assert shapely.covers(cells[owner], shapely.points(xy)).all()
    for cell in range(len(cells)):
        assert (np.diff(depth[owner == cell]) <= 1e-12).all()
