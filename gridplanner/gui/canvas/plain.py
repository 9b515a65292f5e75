# SPDX-License-Identifier: LGPL-3.0-or-later
"""The kernels of `maps.raster` in plain numpy: the first frames, while the compiled ones are loaded.

The same polygons under the same pixels in the same colours, some five times slower; a district of
six thousand areas is drawn in well under a tenth of a second, with no compiler to wait for.
"""

from __future__ import annotations

import numpy as np

#: Vertices above which a first frame would be felt; such a map waits for the compiled kernels.
MOST_VERTICES = 250_000
#: Pixels from one stroke of a hatching to the next, and its ink, as in `maps.raster`.
_PERIOD, _HATCH = 8, np.uint32(0x60303848)


def fill_ids(
    xy: np.ndarray,
    rings: np.ndarray,
    features: np.ndarray,
    boxes: np.ndarray,
    view: np.ndarray,
    out: np.ndarray,
) -> None:
    """Write the index of the polygon under each pixel centre, as `raster.fill_ids` does.

    Draws nothing where more than `MOST_VERTICES` vertices would be seen.
    """
    out[:] = -1
    height, width = out.shape
    x0, y1, scale = view
    seen = (boxes[:, 2] >= x0) & (boxes[:, 0] <= x0 + width / scale)
    seen &= (boxes[:, 1] <= y1) & (boxes[:, 3] >= y1 - height / scale)
    sizes = rings[features[1:]] - rings[features[:-1]]
    if not seen.any() or int(sizes[seen].sum()) > MOST_VERTICES:
        return
    owner = np.repeat(np.arange(len(sizes)), sizes)
    before = np.arange(len(owner)) - 1
    held = np.flatnonzero(np.diff(rings))
    # The edge from the last to the first point is closed here, so open and closed rings both work.
    before[rings[held]] = rings[held + 1] - 1
    keep = seen[owner]
    # Rows count downwards; the ids have the polygons of later features on top.
    x, y = (xy[:, 0] - x0) * scale, (y1 - xy[:, 1]) * scale
    edges = np.column_stack([x[before], y[before], x, y])[keep]
    row, cross, of_edge = _crossings(edges, height)
    feature = owner[keep][of_edge]
    order = np.lexsort((cross, feature * height + row))
    left, right = cross[order[0::2]], cross[order[1::2]]
    start = np.clip(np.ceil(left - 0.5), 0, width).astype(np.int64)
    length = np.clip(np.ceil(right - 0.5), 0, width).astype(np.int64) - start
    first = order[0::2]
    _write(out, row[first] * width + start, length, feature[first])


def _crossings(edges: np.ndarray, height: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return row, x and edge of each crossing of edges (ax, ay, bx, by) with the pixel rows."""
    ax, ay, bx, by = edges.T
    low = np.clip(np.ceil(np.minimum(ay, by) - 0.5), 0, height).astype(np.int64)
    count = np.clip(np.ceil(np.maximum(ay, by) - 0.5), 0, height).astype(np.int64) - low
    of_edge = np.repeat(np.arange(len(edges)), count)
    row = np.arange(len(of_edge)) - np.repeat(np.cumsum(count) - count - low, count)
    slope = (bx - ax) / np.where(by == ay, 1.0, by - ay)
    return row, ax[of_edge] + (row + 0.5 - ay[of_edge]) * slope[of_edge], of_edge


def _write(out: np.ndarray, start: np.ndarray, length: np.ndarray, value: np.ndarray) -> None:
    """Write each value into a run of the buffer; where runs overlap, the last one wins."""
    place = np.arange(int(length.sum())) + np.repeat(start - np.cumsum(length) + length, length)
    out.reshape(-1)[place] = np.repeat(value, length)


def shade(
    ids: np.ndarray,
    colours: np.ndarray,
    hatched: np.ndarray,
    keys: np.ndarray,
    strokes: np.ndarray,
    widths: np.ndarray,
    out: np.ndarray,
) -> None:
    """Colour an id buffer and stroke the borders between units, as `raster.shade` does."""
    np.take(colours, ids, out=out, mode="wrap")
    flat = out.reshape(-1)
    if hatched.any():
        places = np.flatnonzero(np.take(hatched, ids, mode="wrap"))
        places = places[(places // ids.shape[1] + places % ids.shape[1]) % _PERIOD < 2]
        flat[places] = _blended(flat[places], _HATCH)
    padded = np.append(keys, np.full((len(keys), 1), -1, keys.dtype), axis=1)
    places, level = _levels(ids, padded)
    for k, (stroke, wide) in enumerate(zip(strokes, widths.tolist(), strict=True)):
        if wide == 1:
            on = places[level == k]
            flat[on] = _blended(flat[on], stroke)
    for k in np.flatnonzero(widths > 1).tolist():
        _stamp(out, places[level == k], int(widths[k]), strokes[k] | np.uint32(0xFF000000))


def _levels(ids: np.ndarray, padded: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels where a unit ends to the right or below, and the strongest level that does."""
    width = ids.shape[1]
    level = np.full(ids.size, -1, np.int8)
    here = ids.reshape(-1)
    across = np.zeros(ids.shape, bool)
    across[:, :-1] = ids[:, :-1] != ids[:, 1:]
    down = np.zeros(ids.shape, bool)
    down[:-1] = ids[:-1] != ids[1:]
    for edge, step in ((across, 1), (down, width)):
        places = np.flatnonzero(edge)
        one, two = here[places], here[places + step]
        for k, key in enumerate(padded):
            a, b = key[one], key[two]
            on = places[(a != b) & (a != -2) & (b != -2)]
            level[on] = np.maximum(level[on], k)
    marked = np.flatnonzero(level >= 0)
    return marked, level[marked]


def _blended(under: np.ndarray, over: np.uint32) -> np.ndarray:
    """Lay a colour with alpha over opaque ones."""
    alpha = int(over) >> 24
    if alpha == 255:
        return np.full(len(under), over, np.uint32)
    mixed = np.full(len(under), 0xFF000000, np.uint32)
    for shift in (16, 8, 0):
        part = ((under >> np.uint32(shift)) & np.uint32(255)) * np.uint32(255 - alpha)
        part += np.uint32(((int(over) >> shift) & 255) * alpha + 127)
        mixed |= (part // np.uint32(255)) << np.uint32(shift)
    return mixed


def _stamp(out: np.ndarray, places: np.ndarray, reach: int, colour: np.uint32) -> None:
    """Paint a square of pixels that straddles the edge at each place."""
    height, width = out.shape
    row, column = places // width, places % width
    # The last row and column have no neighbour to be divided from.
    inner = (row < height - 1) & (column < width - 1)
    row, column, back = row[inner], column[inner], (reach - 1) // 2
    for dy in range(-back, reach - back):
        for dx in range(-back, reach - back):
            y, x = row + dy, column + dx
            inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
            out[y[inside], x[inside]] = colour
