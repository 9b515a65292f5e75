# SPDX-License-Identifier: LGPL-3.0-or-later
"""What verification takes for a border that may be passed."""

import numpy as np
import pytest
import shapely

from gridplanner.verify.walls import Walls

NOTHING = np.empty(0, dtype=object)


def squares(apart_m):
    return np.array([shapely.box(0, 0, 10, 10), shapely.box(10 + apart_m, 0, 20, 10)], dtype=object)


@pytest.mark.parametrize("apart_m, length_m", [(0.0, 10.0), (0.03, 10.0), (0.08, 0.0)])
def test_two_sides_drawn_a_little_apart_are_one_border(apart_m, length_m):
    _a, _b, length = Walls(NOTHING, NOTHING).borders(squares(apart_m), 2.0)
    assert length.sum() == pytest.approx(length_m, abs=0.2)


def test_a_corner_is_no_border():
    corners = np.array([shapely.box(0, 0, 10, 10), shapely.box(10, 10, 20, 20)], dtype=object)
    _a, _b, length = Walls(NOTHING, NOTHING).borders(corners, 2.0)
    assert length.max(initial=0.0) < 0.2


def test_a_wall_stands_on_a_border_drawn_a_little_apart():
    wall = np.array([shapely.buffer(shapely.LineString([(10.015, -1), (10.015, 11)]), 0.06)], dtype=object)
    _a, _b, length = Walls(wall, NOTHING).borders(squares(0.03), 2.0)
    assert length.max(initial=0.0) < 0.2
