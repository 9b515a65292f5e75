# SPDX-License-Identifier: LGPL-3.0-or-later
"""Basemaps: off at the start, in the right place, never on the network unless asked."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint
from PySide6.QtGui import QColor, QImage

from gridplanner.errors import UserError
from gridplanner.gui.canvas.basemap import PictureGround, TileGround
from gridplanner.gui.canvas.view import View
from gridplanner.gui.dialogs.ask import AskDialog
from gridplanner.gui.dialogs.basemap import BasemapDialog
from gridplanner.io import basemaps as reading
from gridplanner.io import wmts
from gridplanner.io.basemaps import check_address, picture_crs, tile_address
from gridplanner.io.wmts import WmtsLayer
from gridplanner.workspace.intake import basemaps
from gridplanner.workspace.intake.basemaps import (
    Basemap,
    TileCache,
    Tiles,
    check_basemap,
    tile_corners,
    tile_of,
)
from gridplanner.workspace.scene.basemap import to_mercator

ZOOM = 17


def png(colour: QColor, side: int = 256) -> bytes:
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(colour)
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(content.data())


def colour_of(column: int, row: int) -> QColor:
    return QColor(60 + 60 * (column % 3), 60 + 60 * (row % 3), 200)


def tiles_over(window) -> list[tuple[int, int]]:
    """Return the tiles that the toy town lies on."""
    x0, y0, x1, y1 = window.session.scene.extent
    corners = to_mercator(np.array([[x0, y0], [x1, y1]]), "EPSG:4545", False)
    (c0, r1), (c1, r0) = tile_of(corners, ZOOM).tolist()
    return [(c, r) for c in range(c0 - 1, c1 + 2) for r in range(r0 - 1, r1 + 2)]


def mbtiles(path: Path, places: list[tuple[int, int]], form: str = "png") -> Path:
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        file.execute("INSERT INTO metadata VALUES ('format', ?)", (form,))
        file.execute("CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)")
        rows = [(ZOOM, c, 2**ZOOM - 1 - r, png(colour_of(c, r))) for c, r in places]
        file.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    file.close()
    return path


def wait_for_tiles(window, qtbot) -> TileGround:
    window.session._poll()
    ground = window.map.ground
    assert isinstance(ground, TileGround)
    window.canvas._on_idle()
    qtbot.waitUntil(lambda: ground.waiting == 0, timeout=60_000)
    window.canvas.under.forget()
    window.canvas._on_idle()
    qtbot.waitUntil(lambda: not window.canvas.under.busy, timeout=60_000)
    return ground


def test_no_basemap_and_no_network_at_the_start(window, monkeypatch) -> None:
    def refuse(address: str) -> bytes:
        raise AssertionError(address)

    monkeypatch.setattr(reading.urllib.request, "urlopen", refuse)
    window.settings.set("basemaps", [{"address": "https://example.org/{z}/{x}/{y}.png"}])
    window.groups["map"].basemap()
    dialog = window.findChild(BasemapDialog)
    assert dialog.list.count() == 1
    assert window.map.ground is None
    window.canvas._on_idle()
    assert window.canvas.under.picture() is None
    dialog.close()


def test_tiles_lie_where_they_belong(window, qtbot, tmp_path: Path) -> None:
    path = mbtiles(tmp_path / "底图.mbtiles", tiles_over(window))
    window.groups["map"].show(Basemap(str(path)))
    ground = wait_for_tiles(window, qtbot)
    image = ground.compose(window.canvas.view, 1.0)
    random = np.random.default_rng(1)
    x0, y0, x1, y1 = window.session.scene.extent
    right = 0
    for _k in range(60):
        x, y = float(random.uniform(x0, x1)), float(random.uniform(y0, y1))
        (column, row) = tile_of(to_mercator(np.array([[x, y]]), "EPSG:4545", False), ZOOM)[0].tolist()
        px, py = window.canvas.view.to_screen(x, y)
        if 0 <= px < image.width() and 0 <= py < image.height():
            right += image.pixelColor(int(px), int(py)) == colour_of(column, row)
    assert right >= 57, "all but a few points at the very edge of a tile"


def test_the_grids_let_the_basemap_shine_through(window, qtbot, tmp_path: Path) -> None:
    window.canvas.repaint()
    plain = window.canvas.grab().toImage()
    window.groups["map"].show(Basemap(str(mbtiles(tmp_path / "a.mbtiles", tiles_over(window)))))
    wait_for_tiles(window, qtbot)
    over = window.canvas.grab().toImage()
    atoms = window.session.workspace.district.atoms
    at = window.canvas.view.to_screen(float(atoms.x[8]) + 30, float(atoms.y[8]) + 30)
    middle = QPoint(round(at[0]), round(at[1]))
    assert over.pixelColor(middle) != plain.pixelColor(middle)
    window.map.set_ground(window.map.ground, 1.0)
    window.canvas._on_idle()
    window.groups["map"].show(None)
    window.canvas._on_idle()
    again = window.canvas.grab().toImage()
    assert again.pixelColor(middle) == plain.pixelColor(middle)


def test_an_address_is_asked_once_and_then_kept(tmp_path: Path) -> None:
    asked = []

    def get(address: str) -> bytes:
        asked.append(address)
        return b"tile"

    cache = TileCache(tmp_path / "tiles")
    for _k in range(2):
        tiles = Tiles(Basemap("https://example.org/{z}/{x}/{y}.png"), cache, get)
        assert tiles.tile(3, 4, 5) == b"tile"
    assert asked == ["https://example.org/3/4/5.png"]


def test_a_silent_network_costs_only_the_tile(tmp_path: Path) -> None:
    def get(address: str) -> bytes:
        raise OSError(address)

    assert (
        Tiles(Basemap("https://example.org/{z}/{x}/{y}.png"), TileCache(tmp_path), get).tile(1, 0, 0) is None
    )


def test_the_cache_keeps_its_limit(tmp_path: Path) -> None:
    cache = TileCache(tmp_path, limit_bytes=2_500)
    for k in range(5):
        cache.put(f"a{k}", bytes(1000))
        path = cache.path(f"a{k}")
        import os

        os.utime(path, (k, k))
    assert cache.prune() == 3
    assert cache.get("a0") is None
    assert cache.get("a4") is not None
    cache.clear()
    assert cache.size() == 0


@pytest.mark.parametrize(
    "address",
    ["ftp://example.org/{z}/{x}/{y}", "https://example.org/map.png", "file:///etc/{z}/{x}/{y}", ""],
)
def test_addresses_that_are_none_are_refused(address: str) -> None:
    with pytest.raises(UserError):
        check_address(address)
    with pytest.raises((UserError, OSError)):
        check_basemap(Basemap(address))


def test_wmts_addresses_are_filled() -> None:
    template = (
        "http://t{s}.example.cn/vec_w/wmts?TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}&tk=1"
    )
    assert (
        tile_address(template, 5, 7, 9)
        == "http://t0.example.cn/vec_w/wmts?TILEMATRIX=5&TILEROW=9&TILECOL=7&tk=1"
    )


@pytest.mark.parametrize("degrees", [False, True])
def test_a_tile_holds_its_own_middle(degrees: bool) -> None:
    corners = tile_corners(12, 3300, 1100, degrees=degrees)
    middle = (corners[0] + corners[2]) / 2
    assert tile_of(middle[None, :], 12, degrees=degrees)[0].tolist() == [3300, 1100]


def test_damaged_and_vector_files_are_refused(tmp_path: Path) -> None:
    broken = tmp_path / "坏.mbtiles"
    broken.write_bytes(b"no database")
    vector = mbtiles(tmp_path / "v.mbtiles", [(1, 1)], "pbf")
    empty = mbtiles(tmp_path / "e.mbtiles", [])
    for path in (broken, vector, empty, tmp_path / "无.mbtiles", tmp_path / "a.txt"):
        with pytest.raises(UserError):
            check_basemap(Basemap(str(path)))


def test_a_picture_with_a_world_file_lies_in_place(window, qtbot, tmp_path: Path) -> None:
    path = tmp_path / "影像.png"
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("#204080"))
    for x in range(30):
        for y in range(40):
            image.setPixelColor(x, y, QColor("#C08020"))
    image.save(str(path))
    path.with_suffix(".pgw").write_text("10\n0\n0\n-10\n400005\n3500395\n")
    window.groups["map"].show(Basemap(str(path)))
    window.session._poll()
    ground = window.map.ground
    assert isinstance(ground, PictureGround)
    qtbot.waitUntil(lambda: ground.ready, timeout=60_000)
    shown = ground.compose(View(400_300, 3_500_200, 1.0, 400, 300), 1.0)
    assert shown.pixelColor(100, 150).name() == "#c08020"
    assert shown.pixelColor(300, 150).name() == "#204080"


def test_a_picture_cut_off_on_its_way_is_told_not_shown_as_nothing(window, qtbot, tmp_path: Path) -> None:
    path = tmp_path / "影像.png"
    noise = np.random.default_rng(1).integers(0, 256, (200, 200, 4), dtype=np.uint8)
    whole = QImage(noise.data, 200, 200, 800, QImage.Format.Format_RGB32)
    assert whole.save(str(path))
    path.write_bytes(path.read_bytes()[:2_000])
    path.with_suffix(".pgw").write_text("10\n0\n0\n-10\n400005\n3500395\n")
    said = []
    window.session.said.connect(lambda text, kind: said.append((text, kind)))
    window.groups["map"].show(Basemap(str(path)))
    window.session._poll()
    qtbot.waitUntil(lambda: bool(said), timeout=60_000)
    assert said == [("“影像.png”已损坏或不完整，无法显示，请重新拷贝或导出。", "error")]
    assert window.map.ground is None
    assert window.groups["map"].shown is None


def test_a_picture_without_a_place_is_refused(window, tmp_path: Path) -> None:
    path = tmp_path / "扫描.png"
    path.write_bytes(png(QColor("red"), 8))
    said = []
    window.session.said.connect(lambda text, kind: said.append((text, kind)))
    window.groups["map"].show(Basemap(str(path)))
    window.session._poll()
    assert said and said[0][1] == "error"
    assert picture_crs(path) == ""


def test_the_dialog_adds_shows_and_removes(window, qtbot, tmp_path: Path) -> None:
    path = mbtiles(tmp_path / "底图.mbtiles", tiles_over(window))
    window.groups["map"].basemap()
    dialog = window.findChild(BasemapDialog)
    assert not dialog.add(Basemap(str(tmp_path / "无.tif")))
    assert dialog.add(Basemap(str(path)))
    wait_for_tiles(window, qtbot)
    dialog.slider.setValue(30)
    assert window.map.opacity == pytest.approx(0.3)
    dialog.list.setCurrentRow(0)
    dialog._remove()
    assert window.map.ground is None
    assert window.settings.get("basemaps") == []
    dialog.close()


def test_the_module_of_the_window_has_no_projections() -> None:
    assert basemaps.Warp.__module__ == "gridplanner.workspace.intake.basemaps"
    assert "pyproj" not in vars(basemaps)


def test_the_basemap_is_a_layer_that_can_be_unticked(window, qtbot, tmp_path: Path) -> None:
    path = mbtiles(tmp_path / "底图.mbtiles", tiles_over(window))
    window.groups["map"].show(Basemap(str(path)))
    ground = wait_for_tiles(window, qtbot)
    assert window.layers.shown()[0] == "basemap", "it lies under every other layer"
    window.layers.set_shown("basemap", False)
    assert window.canvas.under.picture() is None
    assert not window.canvas._paint.translucent
    window.layers.set_shown("basemap", True)
    assert window.map.ground is ground
    assert window.canvas._paint.translucent
    window.groups["map"].show(None)
    assert "basemap" not in window.layers.shown()


def test_the_map_of_today_shows_the_basemap_too(window, qtbot, tmp_path: Path) -> None:
    window.groups["map"].show(Basemap(str(mbtiles(tmp_path / "a.mbtiles", tiles_over(window)))))
    ground = wait_for_tiles(window, qtbot)
    window.actions_by_id["side"].trigger()
    twin = window.groups["view"].twin
    assert twin.under.ground is ground
    twin._on_idle()
    qtbot.waitUntil(lambda: not twin.under.busy and twin.under.picture() is not None, timeout=60_000)
    middle = twin.under.picture()[1]
    assert middle.pixelColor(middle.width() // 2, middle.height() // 2).alpha() == 255
    window.layers.set_shown("basemap", False)
    assert twin.under.picture() is None
    window.layers.set_shown("basemap", True)
    window.actions_by_id["side"].trigger()
    assert ground.pieces(window.canvas.view), "the basemap of the main map goes on"
    window.map.set_ground(None)
    assert window.canvas.under.ground is None


def test_a_service_is_added_by_its_capabilities(window, qtbot, monkeypatch) -> None:
    offered = [
        WmtsLayer("矢量", "https://t.example.cn/v/{TileMatrix}/{TileRow}/{TileCol}", degrees=False),
        WmtsLayer("影像", "https://t.example.cn/i/{TileMatrix}/{TileRow}/{TileCol}", degrees=True),
    ]
    asked: list[str] = []
    monkeypatch.setattr(wmts, "wmts_layers", lambda address: (asked.append(address), tuple(offered))[1])
    monkeypatch.setattr(AskDialog, "ask", lambda *_args: {"layer": 1})
    window.groups["map"].basemap()
    dialog = window.findChild(BasemapDialog)
    chosen = []
    dialog.chosen.disconnect()
    dialog.chosen.connect(chosen.append)
    dialog.ask_layers("https://map.example.cn/wmts?request=GetCapabilities", shifted=False)
    window.session._poll()
    assert asked == ["https://map.example.cn/wmts?request=GetCapabilities"]
    assert chosen == [Basemap(offered[1].address, degrees=True)]
    dialog.ask_layers("nonsense", shifted=False)
    assert len(chosen) == 1 and dialog.kept.text()


def test_a_service_that_does_not_answer_is_told_in_the_dialog(window, qtbot, monkeypatch) -> None:
    def silent(_address: str) -> bytes:
        raise OSError("no route")

    monkeypatch.setattr(wmts, "fetch", silent)
    window.groups["map"].basemap()
    dialog = window.findChild(BasemapDialog)
    dialog.ask_layers("https://map.example.cn/wmts", shifted=False)
    window.session._poll()
    assert "没有响应" in dialog.kept.text()
    assert dialog.list.count() == 0
