# SPDX-License-Identifier: LGPL-3.0-or-later
"""The canvas: ids against geometry, views, labels, frames, and how long the GUI thread is held."""

from __future__ import annotations

import ast
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from gridplanner.gui.canvas import frame as frames
from gridplanner.gui.canvas import plain
from gridplanner.gui.canvas.composer import Composer
from gridplanner.gui.canvas.frame import Paint
from gridplanner.gui.canvas.labels import Label, place
from gridplanner.gui.canvas.view import View
from gridplanner.maps import raster
from gridplanner.workspace.commands import MoveAtoms
from gridplanner.workspace.scene.scene import polygon_arrays
from tests.gui.conftest import show, toy_contents

GUI = Path(__file__).resolve().parents[2] / "gridplanner" / "gui"


def fill(shapes, view: View) -> np.ndarray:
    ids = np.empty((view.height, view.width), np.int32)
    place_ = np.array([view.left, view.top, view.scale])
    raster.fill_ids(shapes.xy, shapes.rings, shapes.features, shapes.boxes, place_, ids)
    return ids


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_ids_are_those_of_the_polygons_under_the_pixel_centres(seed: int) -> None:
    random = np.random.default_rng(seed)
    points = random.uniform(0, 40, (random.integers(3, 12), 2))
    outer = shapely.convex_hull(shapely.multipoints(points))
    if shapely.get_dimensions(outer) != 2:
        return
    hole = shapely.buffer(shapely.centroid(outer), 3)
    shape = shapely.difference(outer, hole)
    far = shapely.box(45, 45, 49, 49)
    geometries = np.array([shape, shapely.multipolygons([far]), None], dtype=object)
    view = View(25, 25, 1.0, 50, 50)
    ids = fill(polygon_arrays(geometries), view)
    rows, columns = np.mgrid[0:50, 0:50]
    centres = shapely.points(columns + 0.5, 50 - (rows + 0.5))
    assert ((ids == 0) == shapely.contains_properly(shape, centres)).mean() > 0.999
    assert (ids == 1).sum() == 16
    assert not (ids == 2).any()


def test_a_view_outside_draws_nothing_and_does_not_fail() -> None:
    shapes = polygon_arrays(np.array([shapely.box(0, 0, 10, 10)], dtype=object))
    assert (fill(shapes, View(1e6, 1e6, 2.0, 64, 64)) == -1).all()
    assert (fill(shapes, View(5, 5, 100.0, 64, 64)) == 0).all()


@settings(max_examples=50, deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(1e-3, 10), st.floats(0, 900), st.floats(0, 700))
def test_pixels_and_metres_go_round(x: float, y: float, scale: float, px: float, py: float) -> None:
    view = View(x, y, scale, 900, 700)
    back = view.to_screen(*view.to_ground(px, py))
    assert np.allclose(back, (px, py), atol=1e-3)
    zoomed = view.zoomed(1.7, px, py)
    assert np.allclose(zoomed.to_screen(*view.to_ground(px, py)), (px, py), atol=1e-2)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 800), st.floats(0, 600), st.floats(0, 1e5)), max_size=60))
def test_labels_never_overlap_and_the_weightiest_is_placed(spots: list[tuple[float, float, float]]) -> None:
    view = View(400, 300, 1.0, 800, 600)
    labels = [Label(x, y, ("001", "1,234"), w) for x, y, w in spots]
    placed = place(labels, view, lambda text: 7.0 * len(text), 14.0)
    boxes: list[QRectF] = [rect for _label, _lines, rect in placed]
    for i, a in enumerate(boxes):
        assert not any(a.intersects(b) for b in boxes[i + 1 :])
    if labels:
        assert placed[0][0].weight == max(label.weight for label in labels)


def test_shading_strokes_borders_and_halving_averages() -> None:
    ids = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [-1, -1, -1, -1], [-1, -1, -1, -1]], np.int32)
    out = np.empty((4, 4), np.uint32)
    colours = np.array([0xFF111111, 0xFF222222, 0xFFFFFFFF], np.uint32)
    key = np.array([[0, 1]], np.int32)
    raster.shade(
        ids, colours, np.zeros(3, bool), key, np.array([0xFFFF0000], np.uint32), np.ones(1, np.int64), out
    )
    assert out[0, 1] == 0xFFFF0000
    assert out[0, 0] == 0xFF111111
    assert out[3, 0] == 0xFFFFFFFF
    same = np.array([[7, 7]], np.int32)
    raster.shade(
        ids, colours, np.zeros(3, bool), same, np.array([0xFFFF0000], np.uint32), np.ones(1, np.int64), out
    )
    assert out[0, 1] == 0xFF111111, "no border inside one unit"
    small = np.empty((1, 1), np.uint32)
    raster.halve(np.array([[0xFF000000, 0xFF000000], [0xFFFFFFFF, 0xFFFFFFFF]], np.uint32), small)
    assert small[0, 0] in (0xFF7F7F7F, 0xFF808080)


def test_refined_frame_has_the_colours_of_the_plain_one() -> None:
    cells = np.array([shapely.box(i * 20, 0, i * 20 + 20, 40) for i in range(4)], dtype=object)
    shapes, view = polygon_arrays(cells), View(40, 20, 4.0, 320, 160)
    paint = Paint.plain(4)
    paint.colours[:4] = [0xFFAA0000, 0xFF00AA00, 0xFF0000AA, 0xFFAAAA00]
    frame = frames.draw(raster, shapes, paint, view, 1.0)
    fine = frames.refine(raster, shapes, paint, frame, lambda: False)
    assert (fine == frame.pixels).mean() > 0.95
    assert frames.refine(raster, shapes, paint, frame, lambda: True) is None


def test_without_kernels_the_map_is_painted_all_the_same() -> None:
    cells = np.array([shapely.box(i * 20, 0, i * 20 + 20, 40) for i in range(4)], dtype=object)
    paint = Paint.plain(4)
    paint.colours[2] = 0xFF0000AA
    frame = frames.draw(None, polygon_arrays(cells), paint, View(40, 20, 4.0, 320, 160), 1.0)
    assert (frame.pixels == 0xFF0000AA).sum() > 5000


def held(work: Callable[[], object]) -> float:
    """Return CPU seconds of this thread alone; the load of the machine does not count."""
    started = time.thread_time()
    work()
    return time.thread_time() - started


def test_no_step_holds_the_window_for_a_tenth_of_a_second(bare_window, qtbot) -> None:
    side = 70
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvw"
    drawing = "\n".join("".join(letters[(r // 10) * 7 + c // 10] for c in range(side)) for r in range(side))
    show(bare_window, toy_contents(drawing))
    window, session = bare_window, bare_window.session
    assert len(session.workspace.district.atoms) == side * side
    steps = {
        "edit": lambda: session.do(MoveAtoms((10,), int(session.plan.assignment[9]))),
        "undo": session.undo,
        "redo": session.redo,
        "select": lambda: session.select((3, 4)),
        "style": lambda: window.layers.set_style("change"),
        "zoom": lambda: window.canvas.zoom_by(2),
        "paint": window.canvas.repaint,
        "pick": lambda: window.canvas.at(window.canvas.rect().center().toPointF()),
        "step": lambda: window.steps.go("edit"),
    }
    for name, work in steps.items():
        assert held(work) < 0.1, name


def test_nobody_pumps_events_by_hand() -> None:
    for path in GUI.rglob("*.py"):
        names = {n.attr for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Attribute)}
        assert "processEvents" not in names, path.name


def test_faint_lines_stay_faint_on_a_fine_screen() -> None:
    """A translucent border of one pixel must not become an opaque one of two at twice the scale."""
    cells = np.array([shapely.box(i * 20, 0, i * 20 + 20, 40) for i in range(4)], dtype=object)
    shapes = polygon_arrays(cells)
    paint = Paint.plain(4, colour=0xFFFFFFFF, stroke=0x20000000)
    for ratio in (1.0, 2.0):
        frame = frames.draw(raster, shapes, paint, View(40, 20, 4.0, 320, 160), ratio)
        fine = frames.refine(raster, shapes, paint, frame, lambda: False)
        for pixels in (frame.pixels, fine):
            assert (pixels & 0xFF).min() > 0xC0, ratio


def slow_shade(ids, colours, hatched, keys, strokes, widths) -> np.ndarray:
    """Shade pixel by pixel, as the definition of `raster.shade` says; thin borders only."""
    height, width = ids.shape
    out = np.empty(ids.shape, np.uint32)

    def blend(under: int, over: int) -> int:
        alpha, mixed = over >> 24, 0xFF000000
        if alpha == 255:
            return over
        for shift in (16, 8, 0):
            a, b = (under >> shift) & 255, (over >> shift) & 255
            mixed |= ((a * (255 - alpha) + b * alpha + 127) // 255) << shift
        return mixed

    for r in range(height):
        for c in range(width):
            a = ids[r, c]
            ink = int(colours[a])
            if hatched[a] and (r + c) % 8 < 2:
                ink = blend(ink, 0x60303848)
            level = -1
            for b in (ids[r, min(c + 1, width - 1)], ids[min(r + 1, height - 1), c]):
                for k in range(len(keys)):
                    one, two = (int(keys[k, i]) if i >= 0 else -1 for i in (a, b))
                    if one != two and -2 not in (one, two):
                        level = max(level, k)
            if level >= 0 and widths[level] == 1:
                ink = blend(ink, int(strokes[level]))
            out[r, c] = ink
    return out


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_shading_is_what_its_definition_says(seed: int) -> None:
    random = np.random.default_rng(seed)
    n, size = 9, (17, 23)
    ids = random.integers(-1, n, size).astype(np.int32)
    colours = (0xFF000000 | random.integers(0, 1 << 24, n + 1)).astype(np.uint32)
    hatched = np.append(random.random(n) < 0.4, False)
    keys = random.integers(-2, 4, (3, n)).astype(np.int32)
    strokes = np.array([0x22203040, 0xFF2C3A47, 0x80E01B6A], np.uint32)
    widths = random.integers(0, 2, 3)
    expected = slow_shade(ids, colours, hatched, keys, strokes, widths)
    for kernels in (raster, plain):
        out = np.empty(size, np.uint32)
        kernels.shade(ids, colours, hatched, keys, strokes, widths, out)
        assert np.array_equal(out, expected), kernels.__name__


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_plain_kernels_draw_what_the_compiled_ones_draw(seed: int) -> None:
    random = np.random.default_rng(seed)
    corners = random.uniform(-5, 45, (7, 2, 2))
    boxes = [shapely.box(*np.sort(c, axis=0).ravel()) for c in corners]
    holes = [shapely.difference(b, shapely.buffer(shapely.centroid(b), 3)) for b in boxes]
    shapes = polygon_arrays(np.array([*holes, None, shapely.multipolygons(boxes[:1])], dtype=object))
    view = np.array([random.uniform(-5, 10), random.uniform(20, 45), random.uniform(0.5, 3)])
    paint = Paint.plain(len(shapes))
    paint.colours[:] = 0xFF000000 | random.integers(0, 1 << 24, len(shapes) + 1)
    paint.hatched[:3] = True
    strokes, widths = np.array([0x22203040, 0xFF2C3A47], np.uint32), random.integers(0, 5, 2)
    keys = np.vstack([paint.keys, random.integers(-2, 2, len(shapes)).astype(np.int32)])
    pictures = []
    for kernels in (raster, plain):
        ids, out = np.empty((40, 50), np.int32), np.empty((40, 50), np.uint32)
        kernels.fill_ids(shapes.xy, shapes.rings, shapes.features, shapes.boxes, view, ids)
        kernels.shade(ids, paint.colours, paint.hatched, keys, strokes, widths, out)
        pictures.append((ids, out))
    assert np.array_equal(pictures[0][0], pictures[1][0])
    assert np.array_equal(pictures[0][1], pictures[1][1])


def test_a_map_too_large_for_plain_kernels_waits_for_the_compiled_ones(monkeypatch) -> None:
    monkeypatch.setattr(plain, "MOST_VERTICES", 9)
    cells = np.array([shapely.box(i * 20, 0, i * 20 + 20, 40) for i in range(4)], dtype=object)
    shapes, ids = polygon_arrays(cells), np.empty((160, 320), np.int32)
    place = np.array([0.0, 40.0, 4.0])
    plain.fill_ids(shapes.xy, shapes.rings, shapes.features, shapes.boxes, place, ids)
    assert (ids == -1).all()


def test_labels_come_from_a_thread(window, qtbot) -> None:
    canvas = window.canvas
    window.layers.set_shown("labels", True)
    canvas._on_idle()
    qtbot.waitUntil(lambda: not canvas.over.busy, timeout=60_000)
    view, image = canvas.over.picture()
    assert view == frames.padded(canvas.view)
    assert any(
        image.pixelColor(x, y).alpha()
        for x in range(0, image.width(), 3)
        for y in range(0, image.height(), 3)
    )


def test_picture_that_a_drop_overtook_is_let_go(window, qtbot) -> None:
    may_end = threading.Event()
    image = QImage(4, 4, QImage.Format.Format_ARGB32_Premultiplied)

    def slow() -> QImage:
        may_end.wait(10)
        return image

    composer = Composer(window)
    composer.make(window.canvas.view, lambda _view: slow)
    composer.drop()
    may_end.set()
    composer._pool.shutdown(wait=True)
    qtbot.wait(20)  # the thread's signal arrives
    assert composer.picture() is None
    composer.close()
