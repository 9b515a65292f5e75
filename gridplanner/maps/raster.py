# SPDX-License-Identifier: LGPL-3.0-or-later
"""Paint polygons by number: an id per pixel first, colours and borders from that.

The interactive map draws in two passes. `fill_ids` writes the index of the polygon under each
pixel centre into an int32 buffer; `shade` looks colours up and strokes a border wherever two
neighbouring pixels belong to different units. A recoloured map, a moved grid border or a new
selection repeats the second pass only, and picking is one array read.

The kernels are compiled once and cached on disk; they release the interpreter lock, so that a
refined frame can be drawn in a thread. Importing this module loads numba (some 0.6 s): import it
after the first paint.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ids = npt.NDArray[np.int32]
Argb = npt.NDArray[np.uint32]
#: Pixels from one stroke of a hatching to the next.
_PERIOD = 8


@njit(cache=True, nogil=True)
def _cross_rows(xy, start, stop, view, rows, place, cross):  # type: ignore[no-untyped-def]  # numba infers
    """Count (cross empty) or store the crossings of one ring with the pixel rows.

    The edge from the last to the first point is closed here, so open and closed rings both work.
    """
    height = rows.shape[0]
    x0, y1, scale = view[0], view[1], view[2]
    store = cross.shape[0] > 0
    last = stop - 1
    ax = (xy[last, 0] - x0) * scale
    ay = (y1 - xy[last, 1]) * scale
    for i in range(start, stop):
        bx = (xy[i, 0] - x0) * scale
        by = (y1 - xy[i, 1]) * scale
        low, high = (ay, by) if ay < by else (by, ay)
        first = max(int(np.ceil(low - 0.5)), 0)
        end = min(int(np.ceil(high - 0.5)), height)
        if first < end:
            if store:
                slope = (bx - ax) / (by - ay)
                for r in range(first, end):
                    cross[place[r]] = ax + (r + 0.5 - ay) * slope
                    place[r] += 1
            else:
                for r in range(first, end):
                    rows[r] += 1
        ax, ay = bx, by


@njit(cache=True, nogil=True)
def _fill_spans(out, feature, low, high, place, rows, cross):  # type: ignore[no-untyped-def]  # numba infers
    """Sort the crossings of each row and fill between them pairwise (even-odd)."""
    width = out.shape[1]
    for r in range(low, high):
        n = rows[r]
        base = place[r] - n
        for i in range(base + 1, base + n):
            value = cross[i]
            j = i - 1
            while j >= base and cross[j] > value:
                cross[j + 1] = cross[j]
                j -= 1
            cross[j + 1] = value
        for i in range(base, base + n - 1, 2):
            a = max(int(np.ceil(cross[i] - 0.5)), 0)
            b = min(int(np.ceil(cross[i + 1] - 0.5)), width)
            for c in range(a, b):
                out[r, c] = feature
        rows[r] = 0


@njit(cache=True, nogil=True)
def _visible(box, view, width, height):  # type: ignore[no-untyped-def]  # numba infers
    """Tell whether a feature's box (x0, y0, x1, y1 in metres) meets the picture."""
    x0, y1, scale = view[0], view[1], view[2]
    if (box[2] - x0) * scale < 0.0 or (box[0] - x0) * scale > width:
        return False
    return not ((y1 - box[1]) * scale < 0.0 or (y1 - box[3]) * scale > height)


@njit(cache=True, nogil=True)
def fill_ids(xy, rings, features, boxes, view, out):  # type: ignore[no-untyped-def]  # numba infers
    """Write the index of the polygon under each pixel centre; -1 where there is none.

    Parameters
    ----------
    xy : float64[k, 2]
        Vertices of all rings, projected metres.
    rings : int64[r + 1]
        Start of each ring in `xy`.
    features : int64[n + 1]
        Start of each feature in `rings`; even-odd over all rings of a feature, so holes and
        multipart polygons need no marks.
    boxes : float64[n, 4]
        Bounding boxes x0, y0, x1, y1.
    view : float64[3]
        x of the left edge, y of the top edge (metres), pixels per metre.
    out : int32[height, width]
        Overwritten. Where polygons overlap, the last one wins.
    """
    height, width = out.shape
    out[:, :] = -1
    rows = np.zeros(height, np.int64)
    place = np.zeros(height, np.int64)
    cross = np.empty(4096, np.float64)
    none = np.empty(0, np.float64)
    y1, scale = view[1], view[2]
    for f in range(features.shape[0] - 1):
        if not _visible(boxes[f], view, width, height):
            continue
        low = max(int(np.ceil((y1 - boxes[f, 3]) * scale - 0.5)), 0)
        high = min(int(np.ceil((y1 - boxes[f, 1]) * scale - 0.5)), height)
        if low >= high:
            continue
        for ring in range(features[f], features[f + 1]):
            _cross_rows(xy, rings[ring], rings[ring + 1], view, rows, place, none)
        total = 0
        for r in range(low, high):
            place[r] = total
            total += rows[r]
        if total > cross.shape[0]:
            cross = np.empty(2 * total, np.float64)
        for ring in range(features[f], features[f + 1]):
            _cross_rows(xy, rings[ring], rings[ring + 1], view, rows, place, cross)
        _fill_spans(out, f, low, high, place, rows, cross)


@njit(cache=True, nogil=True)
def _blend(under, over):  # type: ignore[no-untyped-def]  # numba infers
    """Lay a colour with alpha (0xAARRGGBB, not premultiplied) over an opaque one."""
    alpha = (over >> np.uint32(24)) & np.uint32(0xFF)
    if alpha == np.uint32(255):
        return over
    inverse = np.uint32(255) - alpha
    mixed = np.uint32(0xFF000000)
    for shift in (np.uint32(16), np.uint32(8), np.uint32(0)):
        a = (under >> shift) & np.uint32(0xFF)
        b = (over >> shift) & np.uint32(0xFF)
        mixed |= ((a * inverse + b * alpha + np.uint32(127)) // np.uint32(255)) << shift
    return mixed


# The loops below are written one thing at a time over a row: the compiler turns each into vector
# instructions, which is four times as fast as one loop with branches.


@njit(cache=True, nogil=True)
def _units(row, key, unit):  # type: ignore[no-untyped-def]  # numba infers
    """Look up the unit of each pixel of a row; `key` ends with the unit of -1."""
    for c in range(row.shape[0]):
        unit[c] = key[row[c]]


@njit(cache=True, nogil=True)
def _mark(unit, below, number, level):  # type: ignore[no-untyped-def]  # numba infers
    """Write a level's number where the unit right of or below a pixel is another one.

    A unit of -2 means "never a border here" (one that is not drawn at that level).
    """
    last = unit.shape[0] - 1
    for c in range(last):
        u, right, down = unit[c], unit[c + 1], below[c]
        differs = ((u != right) & (right != -2)) | ((u != down) & (down != -2))
        level[c] = number if differs & (u != -2) else level[c]
    if unit[last] != below[last] and unit[last] != -2 and below[last] != -2:
        level[last] = number


@njit(cache=True, nogil=True)
def _ink_solid(level, number, stroke, row):  # type: ignore[no-untyped-def]  # numba infers
    """Paint the borders of one level in an opaque colour."""
    for c in range(row.shape[0]):
        row[c] = stroke if level[c] == number else row[c]


@njit(cache=True, nogil=True)
def _ink_sheer(level, number, stroke, row):  # type: ignore[no-untyped-def]  # numba infers
    """Blend the borders of one level over the row, as `_blend` does, red and blue in one word."""
    pair, byte, eight = np.uint32(0xFF00FF), np.uint32(0xFF), np.uint32(8)
    alpha = (stroke >> np.uint32(24)) & byte
    rest = np.uint32(255) - alpha
    # Halves are added for rounding; x / 255 is (x + (x >> 8)) >> 8 once 128 is in x.
    both = (stroke & pair) * alpha + np.uint32(0x800080)
    green = ((stroke >> eight) & byte) * alpha + np.uint32(128)
    for c in range(row.shape[0]):
        under = row[c]
        rb = (under & pair) * rest + both
        rb = ((rb + ((rb >> eight) & pair)) >> eight) & pair
        g = ((under >> eight) & byte) * rest + green
        g = ((g + (g >> eight)) >> eight) & byte
        mixed = np.uint32(0xFF000000) | rb | (g << eight)
        row[c] = mixed if level[c] == number else under


@njit(cache=True, nogil=True)
def _hatch(ids, r, hatched, row):  # type: ignore[no-untyped-def]  # numba infers
    """Lay the diagonal strokes of hatched features over a row."""
    first = (_PERIOD - r % _PERIOD) % _PERIOD
    for start in range(first - _PERIOD, row.shape[0], _PERIOD):
        for c in range(max(start, 0), min(start + 2, row.shape[0])):
            if hatched[ids[r, c]]:
                row[c] = _blend(row[c], np.uint32(0x60303848))


@njit(cache=True, nogil=True)
def _gather(level, r, number, found, n):  # type: ignore[no-untyped-def]  # numba infers
    """Append row, column and level of the pixels of a wide border; return the list and its length."""
    count = 0
    for c in range(level.shape[0] - 1):
        count += level[c] == number
    if count == 0:
        return found, n
    if n + count > found.shape[0]:
        grown = np.empty((2 * (n + count), 3), np.int32)
        grown[:n] = found[:n]
        found = grown
    for c in range(level.shape[0] - 1):
        if level[c] == number:
            found[n, 0], found[n, 1], found[n, 2] = r, c, number
            n += 1
    return found, n


@njit(cache=True, nogil=True)
def _stamp(out, r, c, reach, colour):  # type: ignore[no-untyped-def]  # numba infers
    """Paint a square of pixels that straddles the edge right of or below (r, c)."""
    height, width = out.shape
    back = (reach - 1) // 2
    for y in range(max(r - back, 0), min(r - back + reach, height)):
        for x in range(max(c - back, 0), min(c - back + reach, width)):
            out[y, x] = colour


@njit(cache=True, nogil=True)
def shade(ids, colours, hatched, keys, strokes, widths, out):  # type: ignore[no-untyped-def]  # numba infers
    """Colour an id buffer and stroke the borders between units.

    Parameters
    ----------
    ids : int32[height, width]
    colours : uint32[n + 1]
        Opaque 0xFFRRGGBB per feature; the last is the background, where there is no feature.
    hatched : bool[n + 1]
        Features drawn with diagonal hatching (so that colour is not the only sign).
    keys : int32[levels, n]
        Unit of each feature per border level, weakest level first.
    strokes : uint32[levels]
        Border colours, 0xAARRGGBB.
    widths : int64[levels]
        Border widths in pixels, 0 = not drawn.
    out : uint32[height, width]
        Overwritten.
    """
    height, width = ids.shape
    levels, n = keys.shape
    padded = np.empty((levels, n + 1), np.int32)
    padded[:, :n], padded[:, n] = keys, -1  # -1 finds the last one, the ground outside
    unit, below = np.empty((levels, width), np.int32), np.empty((levels, width), np.int32)
    level = np.empty(width, np.uint8)
    striped = np.any(hatched)
    wide, count = np.empty((1024, 3), np.int32), 0
    for k in range(levels):
        _units(ids[0], padded[k], below[k])
    for r in range(height):
        unit, below = below, unit
        level[:] = 0
        for k in range(levels):
            _units(ids[min(r + 1, height - 1)], padded[k], below[k])
            _mark(unit[k], below[k], np.uint8(k + 1), level)
        for c in range(width):
            out[r, c] = colours[ids[r, c]]
        if striped:
            _hatch(ids, r, hatched, out[r])
        for k in range(levels):
            if widths[k] == 1 and strokes[k] >> np.uint32(24) == np.uint32(255):
                _ink_solid(level, np.uint8(k + 1), strokes[k], out[r])
            elif widths[k] == 1:
                _ink_sheer(level, np.uint8(k + 1), strokes[k], out[r])
            elif widths[k] > 1 and r < height - 1:
                wide, count = _gather(level, r, np.uint8(k + 1), wide, count)
    _stroke_wide(wide[:count], strokes, widths, out)


@njit(cache=True, nogil=True)
def _stroke_wide(found, strokes, widths, out):  # type: ignore[no-untyped-def]  # numba infers
    """Stamp the wide borders, weakest level first so that stronger ones lie on top."""
    for k in range(1, widths.shape[0] + 1):
        opaque = strokes[k - 1] | np.uint32(0xFF000000)
        for i in range(found.shape[0]):
            if found[i, 2] == k:
                _stamp(out, found[i, 0], found[i, 1], widths[k - 1], opaque)


@njit(cache=True, nogil=True)
def halve(fine, out):  # type: ignore[no-untyped-def]  # numba infers
    """Average blocks of 2 x 2 pixels: the refined, antialiased frame.

    Parameters
    ----------
    fine : uint32[2 * height, 2 * width]
    out : uint32[height, width]
        Overwritten.
    """
    height, width = out.shape
    low, high = np.uint32(0x00FF00FF), np.uint32(0xFF00FF00)
    two = np.uint32(0x00020002)
    for r in range(height):
        for c in range(width):
            a, b = fine[2 * r, 2 * c], fine[2 * r, 2 * c + 1]
            d, e = fine[2 * r + 1, 2 * c], fine[2 * r + 1, 2 * c + 1]
            if a == b and a == d and a == e:
                out[r, c] = a
                continue
            even = (a & low) + (b & low) + (d & low) + (e & low) + two
            eight = np.uint32(8)
            odd = (
                ((a >> eight) & low)
                + ((b >> eight) & low)
                + ((d >> eight) & low)
                + ((e >> eight) & low)
                + two
            )
            out[r, c] = ((even >> np.uint32(2)) & low) | ((odd << np.uint32(6)) & high)


@njit(cache=True, nogil=True)
def count_ids(ids, low_row, high_row, low_col, high_col, seen):  # type: ignore[no-untyped-def]  # numba infers
    """Mark which features show inside a window of the id buffer (bool[n], set, not cleared)."""
    for r in range(low_row, high_row):
        for c in range(low_col, high_col):
            if ids[r, c] >= 0:
                seen[ids[r, c]] = True


def warm_up() -> None:
    """Load (or compile, the first time on a machine) every kernel on a toy picture."""
    xy = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]])
    offsets, boxes = np.array([0, 4], np.int64), np.array([[0.0, 0.0, 4.0, 4.0]])
    ids = np.empty((4, 4), np.int32)
    fill_ids(xy, offsets, np.array([0, 1], np.int64), boxes, np.array([0.0, 4.0, 1.0]), ids)
    fine, small = np.empty((4, 4), np.uint32), np.empty((2, 2), np.uint32)
    shade(
        ids,
        np.array([0xFFAABBCC, 0xFFFFFFFF], np.uint32),
        np.zeros(2, np.bool_),
        np.zeros((1, 1), np.int32),
        np.array([0xFF000000], np.uint32),
        np.ones(1, np.int64),
        fine,
    )
    halve(fine, small)
    count_ids(ids, 0, 4, 0, 4, np.zeros(1, np.bool_))
