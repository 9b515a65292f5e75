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


@njit(cache=True, nogil=True)
def _level(a, b, keys):  # type: ignore[no-untyped-def]  # numba infers
    """Return the strongest border between two features, 1 + its row in `keys`; 0 for none.

    A key of -2 means "never a border here" (a unit that is not drawn at that level).
    """
    for k in range(keys.shape[0] - 1, -1, -1):
        ka = keys[k, a] if a >= 0 else -1
        kb = keys[k, b] if b >= 0 else -1
        if ka != kb and ka != -2 and kb != -2:
            return k + 1
    return 0


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
    thick = False
    for k in range(keys.shape[0]):
        thick = thick or widths[k] > 1
    for r in range(height):
        last = np.int32(-2)
        colour, striped = np.uint32(0), False
        below = min(r + 1, height - 1)
        for c in range(width):
            a = ids[r, c]
            if a != last:
                colour, striped, last = colours[a], hatched[a], a  # -1 finds the last one, the background
            ink = colour
            if striped and (r + c) % _PERIOD < 2:
                ink = _blend(colour, np.uint32(0x60303848))
            if a != ids[below, c] or (c + 1 < width and a != ids[r, c + 1]):
                level = _pixel_level(ids, r, c, keys)
                if level > 0 and widths[level - 1] == 1:
                    ink = _blend(ink, strokes[level - 1])
            out[r, c] = ink
    if thick:
        _stroke_thick(ids, keys, strokes, widths, out)


@njit(cache=True, nogil=True)
def _pixel_level(ids, r, c, keys):  # type: ignore[no-untyped-def]  # numba infers
    """Return the strongest border right of or below a pixel; 0 for none."""
    height, width = ids.shape
    a = ids[r, c]
    level = 0
    if c + 1 < width and a != ids[r, c + 1]:
        level = _level(a, ids[r, c + 1], keys)
    if r + 1 < height and a != ids[r + 1, c]:
        level = max(level, _level(a, ids[r + 1, c], keys))
    return level


@njit(cache=True, nogil=True)
def _thick_pixels(ids, keys, widths):  # type: ignore[no-untyped-def]  # numba infers
    """Return int32[m, 3] row, column and level of the pixels on wide borders."""
    height, width = ids.shape
    found = np.empty((4096, 3), np.int32)
    n = 0
    for r in range(height - 1):
        for c in range(width - 1):
            if ids[r, c] == ids[r, c + 1] and ids[r, c] == ids[r + 1, c]:
                continue
            level = _pixel_level(ids, r, c, keys)
            if level == 0 or widths[level - 1] < 2:
                continue
            if n == found.shape[0]:
                grown = np.empty((2 * n, 3), np.int32)
                grown[:n] = found
                found = grown
            found[n, 0], found[n, 1], found[n, 2] = r, c, level
            n += 1
    return found[:n]


@njit(cache=True, nogil=True)
def _stroke_thick(ids, keys, strokes, widths, out):  # type: ignore[no-untyped-def]  # numba infers
    """Stamp the wide borders, weakest level first so that stronger ones lie on top."""
    found = _thick_pixels(ids, keys, widths)
    for k in range(1, keys.shape[0] + 1):
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
