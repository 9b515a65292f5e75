# SPDX-License-Identifier: LGPL-3.0-or-later
"""R11 and R12: no label and no format loses anything in silence; the whole figures are in `bench io`."""

from __future__ import annotations

import pytest

from benchmarks.io import robustness


def test_r11_no_label_misleads_in_silence(tmp_path):
    figure = robustness.encodings(tmp_path, range(1, 13, 4))
    assert figure.cases == 3 * 6 * 3 * 3
    assert figure.silent == []


def test_r12_a_second_reader_sees_every_cell_and_vertex(tmp_path):
    figures = robustness.round_trips(tmp_path)
    assert set(figures) == {"shp", "gpkg", "geojson", "kml", "gdb", "xlsx", "csv", "dxf"}
    for form, figure in figures.items():
        assert figure.cases >= 300
        assert figure.silent == [], form


@pytest.mark.parametrize("have", ["8", None, 7.5])
def test_the_comparison_can_fail(have):
    assert not robustness._same_cell(have, "y")
    assert not robustness._same_cell(have, 3)
    assert not robustness._same_cell(None, 1.5)
