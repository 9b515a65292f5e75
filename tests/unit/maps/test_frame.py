# SPDX-License-Identifier: LGPL-3.0-or-later
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridplanner.maps.frame import ROUND_SCALES, Frame, round_scale
from gridplanner.maps.furniture import bar_step
from gridplanner.maps.marks import Rect

RECT = Rect(10, 20, 300, 200)


@given(width=st.floats(1, 50_000), height=st.floats(1, 50_000))
def test_the_scale_is_round_and_the_largest_that_fits(width, height):
    scale = round_scale((0, 0, width, height), 300, 200)
    assert scale in ROUND_SCALES
    assert width * 1000 / scale <= 300 and height * 1000 / scale <= 200
    larger = ROUND_SCALES[max(0, ROUND_SCALES.index(scale) - 1)]
    assert larger == scale or width * 1000 / larger > 300 or height * 1000 / larger > 200


def test_a_millimetre_shows_scale_millimetres_and_north_is_up():
    frame = Frame(RECT, 5000, 380_000.0, 3_525_000.0)
    middle, north, east = frame.to_mm(
        np.array([(380_000, 3_525_000), (380_000, 3_525_500), (380_500, 3_525_000)])
    )
    assert middle == pytest.approx((160, 120))
    assert north == pytest.approx((160, 20))
    assert east == pytest.approx((260, 120))
    assert frame.bounds == pytest.approx((379_250, 3_524_500, 380_750, 3_525_500))


def test_only_what_is_seen_is_kept_and_it_is_cut_outside_the_window():
    frame = Frame(RECT, 1000, 0.0, 0.0)
    shapes = np.array(
        [shapely.box(-9e5, -1, 9e5, 1), shapely.box(5000, 5000, 5001, 5001), None], dtype=object
    )
    assert frame.seen(shapes).tolist() == [True, False, False]
    west, _south, east, _north = shapely.bounds(frame.cut(shapes)[0])
    assert -181 < west < -150 and 150 < east < 181


@pytest.mark.parametrize("scale", ROUND_SCALES)
def test_the_scale_bar_fits_and_has_round_steps(scale):
    step = bar_step(scale, 60.0)
    assert step * 4 * 1000 / scale <= 60.0 or step == 1
    assert str(step).rstrip("0") in {"1", "2", "5", "25"}
