# SPDX-License-Identifier: LGPL-3.0-or-later
"""Fit one plane to another by points known in both: a local system, or the pixels of a scan.

Needs numpy only, so that the window can fit while the planner clicks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplanner.errors import UserError
from gridplanner.texts import _

Xy = npt.NDArray[np.float64]

MIN_POINTS = 3
#: From this many points on an affine fit (6 parameters) still leaves points to check it by.
_AFFINE_POINTS = 5
#: Points nearer to one line than this share of their spread cannot fix a plane.
_FLAT = 1e-4


@dataclass(frozen=True, eq=False)
class Fit:
    """A plane transformation `to = matrix @ from + shift`, with what it leaves over.

    Parameters
    ----------
    kind : str
        `similarity` (4 parameters: shift, turn, scale) or `affine` (6).
    matrix : float64[2, 2]
    shift : float64[2]
    residuals_m : float64[n]
        Distance between each control point and its image.
    """

    kind: str
    matrix: Xy
    shift: Xy
    residuals_m: npt.NDArray[np.float64]

    @property
    def scale(self) -> float:
        """Mean scale; far from 1 for a scan, near 1 between two plane systems in metres."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix))))

    @property
    def rms_m(self) -> float:
        """Root mean square of the residuals."""
        return float(np.sqrt(np.mean(self.residuals_m**2)))

    def move(self, xy: Xy) -> Xy:
        """Return coordinates in the target system."""
        moved: Xy = xy @ self.matrix.T + self.shift
        return moved

    def back(self, xy: Xy) -> Xy:
        """Return coordinates in the source system: from metres to pixels."""
        source: Xy = (xy - self.shift) @ np.linalg.inv(self.matrix).T
        return source


def fit(source: Xy, target: Xy, kind: str = "") -> Fit:
    """Fit a transformation by least squares.

    Parameters
    ----------
    source, target : float64[n, 2], n >= 3
        The same points in the system of the layer (or in pixels, y downwards) and in the
        project's system.
    kind : str
        `similarity` or `affine`; "" chooses affine from five points on.

    Raises
    ------
    UserError
        Fewer than three points, or all nearly on one line.

    Examples
    --------
    >>> points = np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 100.0]])
    >>> bool(fit(points, points + 1000).residuals_m.max() < 1e-9)
    True
    """
    if len(source) < MIN_POINTS:
        raise UserError(_("{n} control points are too few; give at least three.").format(n=len(source)))
    centre_a, centre_b = source.mean(axis=0), target.mean(axis=0)
    a, b = source - centre_a, target - centre_b
    spread = np.linalg.svd(a, compute_uv=False)
    if spread[1] < _FLAT * spread[0]:
        raise UserError(_("The control points lie nearly on one line; add one beside it."))
    chosen = kind or ("affine" if len(source) >= _AFFINE_POINTS else "similarity")
    matrix = _affine(a, b) if chosen == "affine" else _similarity(a, b)
    shift = centre_b - matrix @ centre_a
    residuals = np.hypot(*(source @ matrix.T + shift - target).T)
    return Fit(chosen, matrix, shift, residuals)


def by_parameters(north_m: float, east_m: float, turn_s: float, scale_ppm: float) -> Fit:
    """Return the transformation of a survey office's four parameters (平面四参数).

    `N' = north + (1 + ppm) (N cos a - E sin a)`, `E' = east + (1 + ppm) (N sin a + E cos a)`, N north and
    E east: the plane model that survey offices hand out with their four numbers (own choice of order).

    Parameters
    ----------
    north_m, east_m : float
    turn_s : float
        Seconds of arc.
    scale_ppm : float
        Millionths by which the scale differs from 1.

    Examples
    --------
    >>> by_parameters(10.0, 20.0, 0.0, 0.0).move(np.array([[1.0, 2.0]])).tolist()
    [[21.0, 12.0]]
    """
    angle, scale = np.radians(turn_s / 3600.0), 1.0 + scale_ppm * 1e-6
    cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
    return Fit(
        "similarity", np.array([[cosine, sine], [-sine, cosine]]), np.array([east_m, north_m]), np.empty(0)
    )


def _affine(a: Xy, b: Xy) -> Xy:
    """Return the 2 x 2 matrix of a least-squares affine fit of centred points."""
    return np.asarray(np.linalg.lstsq(a, b, rcond=None)[0].T, dtype=np.float64)


def _similarity(a: Xy, b: Xy) -> Xy:
    """Return turn times scale; mirrored for pixels, whose y runs downwards, where that fits better."""
    best: tuple[float, Xy] | None = None
    for mirror in (1.0, -1.0):
        flipped = a * np.array([1.0, mirror])
        norm = (flipped**2).sum()
        cosine = (flipped * b).sum() / norm
        sine = (flipped[:, 0] * b[:, 1] - flipped[:, 1] * b[:, 0]).sum() / norm
        matrix = np.array([[cosine, -sine], [sine, cosine]]) @ np.diag([1.0, mirror])
        left = float(((a @ matrix.T - b) ** 2).sum())
        if best is None or left < best[0] - 1e-9:
            best = (left, matrix)
    assert best is not None  # noqa: S101 - two rounds were made
    return best[1]


def world_file(placed: Fit) -> str:
    """Return the six lines of a world file (`.pgw .jgw .tfw`) that ties a scan to the ground.

    The fit is from pixels (column, row from the upper left corner) to metres; a world file
    speaks of the middle of the first pixel.
    """
    (a, b), (d, e) = placed.matrix
    x, y = placed.move(np.array([[0.5, 0.5]]))[0]
    return "".join(f"{value:.10f}\n" for value in (a, d, b, e, x, y))


def from_world_file(text: str) -> Fit | None:
    r"""Return the placing that a world file states; None if the text is none.

    Examples
    --------
    >>> placed = from_world_file("0.5\n0\n0\n-0.5\n1000.25\n1999.75\n")
    >>> placed.move(np.array([[0.0, 0.0], [2.0, 4.0]])).tolist()
    [[1000.0, 2000.0], [1001.0, 1998.0]]
    """
    try:
        a, d, b, e, x, y = (float(word) for word in text.split()[:6])
    except ValueError:
        return None
    matrix = np.array([[a, b], [d, e]])
    if not np.isfinite([a, d, b, e, x, y]).all() or abs(np.linalg.det(matrix)) < 1e-18:
        return None
    shift = np.array([x, y]) - matrix @ np.array([0.5, 0.5])
    return Fit("affine", matrix, shift, np.empty(0))
