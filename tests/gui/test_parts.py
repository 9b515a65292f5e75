# SPDX-License-Identifier: LGPL-3.0-or-later
"""A step colours only the part of the map that it changes: the picture is the one drawn whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplanner.gui.canvas import frame as frames
from gridplanner.gui.canvas import plain
from gridplanner.gui.canvas.frame import Paint
from gridplanner.gui.canvas.parts import NONE, Part, part_of, repainted
from gridplanner.gui.canvas.view import View
from gridplanner.maps import raster
from gridplanner.workspace.scene.scene import polygon_arrays

SIDE = 8
VIEW = View(40, 40, 3.0, 240, 240)


def cells(cut: int = -1):
    """Return a chessboard of 10 m cells; one is halved and its other half comes last."""
    boxes = [shapely.box(c * 10, r * 10, c * 10 + 10, r * 10 + 10) for r in range(SIDE) for c in range(SIDE)]
    if cut >= 0:
        x0, y0, x1, y1 = boxes[cut].bounds
        boxes[cut] = shapely.box(x0, y0, x0 + 4, y1)
        boxes.append(shapely.box(x0 + 4, y0, x1, y1))
    return polygon_arrays(np.array(boxes, dtype=object))


def painted(assignment: np.ndarray, chosen: int, random: np.random.Generator) -> Paint:
    """Return a paint as the window makes it: colours and borders by grid, hatching, a selection."""
    n = len(assignment)
    tints = (0xFF000000 | random.integers(0, 1 << 24, 40)).astype(np.uint32)
    colours = np.append(tints[assignment], np.uint32(0xFFF4F6F8))
    keys = np.stack(
        [np.arange(n), assignment, assignment // 3, np.where(assignment == chosen, 1, -1)]
    ).astype(np.int32)
    hatched = np.append(assignment % 5 == 0, False)
    strokes = np.array([0x22203040, 0xFF2C3A47, 0xFF2C3A47, 0xFFE01B6A], np.uint32)
    return Paint(colours, hatched, keys, strokes, np.array([1, 1, 3, 3]))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.sampled_from([1.0, 2.0]))
def test_colouring_a_part_gives_the_picture_of_colouring_all(seed: int, ratio: float) -> None:
    random = np.random.default_rng(seed)
    shapes, tints = cells(), random.integers(0, 1 << 30)
    before = random.integers(-1, 12, SIDE * SIDE)
    after = before.copy()
    after[random.integers(0, SIDE * SIDE, random.integers(0, 4))] = random.integers(-1, 12)
    if seed % 3 == 0:
        # A grid in the middle goes, and those after it move up.
        after[after == 5] = 4
        after[after > 5] -= 1
    first = painted(before, int(random.integers(-1, 12)), np.random.default_rng(tints))
    then = painted(after, int(random.integers(-1, 12)), np.random.default_rng(tints))
    frame = frames.draw(raster, shapes, first, VIEW, ratio)
    frames.colour(raster, frame, then, shapes)
    assert np.array_equal(frame.pixels, frames.draw(raster, shapes, then, VIEW, ratio).pixels)


@pytest.mark.parametrize("kernels", [raster, plain])
@pytest.mark.parametrize("cut", [0, 27, 63])
def test_cut_area_and_its_undo_draw_the_picture_of_drawing_all(kernels, cut: int) -> None:
    whole, halved = cells(), cells(cut)
    assignment = np.arange(SIDE * SIDE) // 4
    random = np.random.default_rng(1)
    first = painted(assignment, 2, np.random.default_rng(1))
    then = painted(np.append(assignment, assignment[cut]), 2, random)
    frame = frames.draw(kernels, whole, first, VIEW, 1.0)
    ids = frame.ids
    frames.refill(kernels, frame, whole, halved, np.array([cut, SIDE * SIDE]))
    frames.colour(kernels, frame, then, halved)
    expected = frames.draw(kernels, halved, then, VIEW, 1.0)
    assert np.array_equal(frame.ids, expected.ids)
    assert np.array_equal(frame.pixels, expected.pixels)
    frames.refill(kernels, frame, halved, whole, np.array([cut]))
    frames.colour(kernels, frame, first, whole)
    assert np.array_equal(frame.pixels, frames.draw(kernels, whole, first, VIEW, 1.0).pixels)
    assert frame.ids is ids, "what a swipe shows is coloured from the same ids"


def test_only_new_numbers_of_grids_touch_nothing() -> None:
    random = np.random.default_rng(3)
    old = painted(np.arange(64) // 4, -1, random)
    renumbered = np.array(old.keys)
    renumbered[1] += 7
    assert not repainted(old, replace(old, keys=renumbered)).any()
    joined = np.array(old.keys)
    joined[1][joined[1] == 3] = 2
    # Which of the two grids counts as the one that lost its number does not matter.
    assert set(np.flatnonzero(repainted(old, replace(old, keys=joined))).tolist()) <= set(range(8, 16))
    assert repainted(old, replace(old, widths=old.widths * 2)) is None


def test_nothing_is_coloured_where_nothing_changed(monkeypatch) -> None:
    shapes = cells()
    paint = painted(np.arange(64) // 4, 2, np.random.default_rng(1))
    frame = frames.draw(raster, shapes, paint, VIEW, 1.0)
    shaded = []

    class Counting:
        @staticmethod
        def shade(ids, *rest) -> None:
            shaded.append(ids.size)
            raster.shade(ids, *rest)

    frames.colour(Counting, frame, replace(paint, colours=paint.colours.copy()), shapes)
    assert shaded == []
    colours = paint.colours.copy()
    colours[27] ^= np.uint32(0xFF)
    frames.colour(Counting, frame, replace(paint, colours=colours), shapes)
    assert len(shaded) == 1
    assert shaded[0] < frame.ids.size / 4


def test_parts_of_a_picture() -> None:
    assert part_of(np.full((2, 4), np.nan), VIEW, 1.0, (240, 240)) is NONE
    part = part_of(np.array([[0.0, 0.0, 10.0, 10.0]]), VIEW, 1.0, (240, 240))
    # 10 m at 3 pixels each, a pixel or two around it, and the lower left corner of the picture.
    assert part == Part(209, 240, 0, 32)
    assert part.joined(NONE) == part
    assert NONE.joined(part) == part
    far = part_of(np.array([[1e5, 1e5, 1e5 + 10, 1e5 + 10]]), VIEW, 1.0, (240, 240))
    assert far.pixels == 0
    assert part.joined(far) == part
