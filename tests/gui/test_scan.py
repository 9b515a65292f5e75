# SPDX-License-Identifier: LGPL-3.0-or-later
"""A scanned map: control points on picture and map, residuals, tracing, kept beside the picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage

from gridplanner.gui.dialogs.scan import ScanDialog
from tests.gui.conftest import show, toy_contents
from tests.gui.test_corrections import draw, pixel

LEFT = Qt.MouseButton.LeftButton
FREE = Qt.KeyboardModifier.ShiftModifier


def scan_file(tmp_path: Path) -> Path:
    """Write a picture of 600 x 400 pixels; one pixel is a metre of the toy town."""
    path = tmp_path / "旧图.png"
    image = QImage(600, 400, QImage.Format.Format_RGB32)
    image.fill(QColor("#E8E0C8"))
    image.save(str(path))
    return path


def opened(window, path: Path, qtbot) -> ScanDialog:
    window.groups["map"].scan()
    dialog = window.findChild(ScanDialog)
    dialog.open(str(path))
    qtbot.waitUntil(lambda: not dialog.pane.empty, timeout=60_000)
    return dialog


def point(window, qtbot, dialog: ScanDialog, u: float, v: float, dx: float = 0.0) -> None:
    """Click a point on the picture and its place on the map (dx metres off)."""
    at = dialog.pane.to_pane(u, v).toPoint()
    qtbot.mouseClick(dialog.pane, LEFT, pos=at)
    u, v = dialog.pane.to_pixel(QPointF(at))
    qtbot.mouseClick(window.canvas, LEFT, FREE, pixel(window, 400_000 + u + dx, 3_500_400 - v))


def test_three_points_lay_the_scan_under_the_map(window, qtbot, tmp_path: Path) -> None:
    dialog = opened(window, scan_file(tmp_path), qtbot)
    assert not dialog.keep.isEnabled()
    for u, v in ((20, 20), (580, 30), (300, 380)):
        point(window, qtbot, dialog, u, v)
    assert dialog.fit is not None
    assert dialog.fit.rms_m < 3
    assert window.map.ground is not None
    middle = dialog.fit.move(np.array([[300.0, 200.0]]))[0]
    assert np.hypot(*(middle - (400_300, 3_500_200))) < 5
    dialog.close()


def test_a_wrong_point_stands_out_and_can_be_removed(window, qtbot, tmp_path: Path) -> None:
    dialog = opened(window, scan_file(tmp_path), qtbot)
    for u, v, dx in ((20, 20, 0), (580, 30, 0), (300, 380, 0), (560, 360, 0), (40, 350, 60)):
        point(window, qtbot, dialog, u, v, dx)
    assert dialog.table.rowCount() == 5
    assert dialog.fit.residuals_m.max() > 8
    dialog.table.selectRow(4)
    dialog._remove()
    assert dialog.fit.residuals_m.max() < 4
    dialog.close()


def test_the_placing_is_kept_and_found_again(window, qtbot, tmp_path: Path) -> None:
    path = scan_file(tmp_path)
    dialog = opened(window, path, qtbot)
    for u, v in ((20, 20), (580, 30), (300, 380)):
        point(window, qtbot, dialog, u, v)
    dialog._keep()
    assert path.with_suffix(".pgw").is_file()
    assert path.with_suffix(".prj").is_file()
    pairs = dialog.pairs
    dialog.open(str(path))
    assert len(dialog.pairs) == len(pairs)
    dialog.close()


def test_a_click_on_the_map_first_is_answered(window, qtbot, tmp_path: Path) -> None:
    dialog = opened(window, scan_file(tmp_path), qtbot)
    qtbot.mouseClick(window.canvas, LEFT, pos=QPoint(50, 50))
    assert not dialog.pairs
    assert dialog.state.text()
    dialog.open(str(tmp_path / "无.png"))
    assert "无.png" in dialog.state.text()
    dialog.close()


def test_grids_are_traced_over_the_scan(bare_window, qtbot, tmp_path: Path) -> None:
    show(bare_window, toy_contents("......\n......\n......\n......"))
    dialog = opened(bare_window, scan_file(tmp_path), qtbot)
    for u, v in ((20, 20), (580, 30), (300, 380)):
        point(bare_window, qtbot, dialog, u, v)
    dialog.close()
    bare_window.groups["tools"].draw()
    x, y = 400_000, 3_500_400
    ring = [(5, 5), (195, 5), (195, 195), (5, 195)]
    draw(qtbot, bare_window, *[pixel(bare_window, x + a, y - b) for a, b in ring])
    assert np.flatnonzero(bare_window.session.plan.assignment == 0).tolist() == [0, 1, 6, 7]


def test_a_scan_cut_off_on_its_way_is_told(window, qtbot, tmp_path: Path) -> None:
    path = scan_file(tmp_path)
    noise = np.random.default_rng(1).integers(0, 256, (200, 200, 4), dtype=np.uint8)
    QImage(noise.data, 200, 200, 800, QImage.Format.Format_RGB32).save(str(path))
    path.write_bytes(path.read_bytes()[:2_000])
    window.groups["map"].scan()
    dialog = window.findChild(ScanDialog)
    dialog.open(str(path))
    qtbot.waitUntil(lambda: "不完整" in dialog.state.text(), timeout=60_000)
    assert dialog.pane.empty
    assert not dialog.keep.isEnabled()
    dialog.close()


def test_a_control_point_is_caught_by_what_it_was_aimed_at_only(window, qtbot) -> None:
    """Seven pixels beside a border a line to be drawn is caught, a control point stays where it is."""
    tools, canvas = window.groups["tools"], window.canvas
    corner = QPointF(pixel(window, 400_100, 3_500_300))
    for beside, caught in ((2, True), (7, False)):
        at = canvas.at(corner + QPointF(beside, beside))
        assert tools.made["control"].snapped(at).caught is caught
        assert tools.made["draw"].snapped(at).caught
