# SPDX-License-Identifier: LGPL-3.0-or-later
"""A scanned map is put on the ground by control points."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplanner.errors import UserError
from gridplanner.workspace.intake.scans import (
    corners,
    fit_scan,
    keep_placing,
    points_beside,
    read_scan,
    residual_lines,
    residual_rows,
)

PIXELS = np.array([[100.0, 80.0], [4000.0, 120.0], [3900.0, 2800.0], [150.0, 2900.0], [2000.0, 1500.0]])


def png(width: int, height: int) -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))


def jpeg(width: int, height: int) -> bytes:
    exif = b"\xff\xe1" + struct.pack(">H", 10) + b"Exif\0\0xx"
    return b"\xff\xd8" + exif + b"\xff\xc2" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0" * 3


def tiff(
    width: int, height: int, order: str = "<", tags: dict[int, tuple[float, ...]] | None = None
) -> bytes:
    entries = {256: (4, (width,)), 257: (3, (height,))} | {k: (12, v) for k, v in (tags or {}).items()}
    start, body, blocks = 8 + 2 + 12 * len(entries) + 4, b"", b""
    for tag, (kind, values) in entries.items():
        form = {3: "H", 4: "I", 12: "d"}[kind]
        data = struct.pack(f"{order}{len(values)}{form}", *values)
        if len(data) > 4:
            blocks, data = blocks + data, struct.pack(f"{order}I", start + len(blocks))
        body += struct.pack(f"{order}HHI", tag, kind, len(values)) + data.ljust(4, b"\0")
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
    return head + struct.pack(f"{order}H", len(entries)) + body + b"\0\0\0\0" + blocks


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.png", png(4961, 3508)),
        ("a.jpg", jpeg(4961, 3508)),
        ("a.JPEG", jpeg(4961, 3508)),
        ("a.tif", tiff(4961, 3508)),
        ("a.tiff", tiff(4961, 3508, ">")),
    ],
)
def test_the_size_is_read_from_the_header(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    scan = read_scan(tmp_path / name)
    assert (scan.width, scan.height, scan.placed) == (4961, 3508, None)


def test_geotiff_tags_and_world_files_place_a_scan(tmp_path):
    path = tmp_path / "g.tif"
    path.write_bytes(
        tiff(200, 100, tags={33550: (0.5, 0.5, 0.0), 33922: (0.0, 0.0, 0.0, 1000.0, 2000.0, 0.0)})
    )
    scan = read_scan(path)
    assert corners(scan, scan.placed)[2].tolist() == [1100.0, 1950.0]
    path.with_suffix(".tfw").write_text("1\n0\n0\n-1\n0.5\n-0.5\n")
    scan = read_scan(path)
    assert corners(scan, scan.placed)[2].tolist() == [200.0, -100.0]


@pytest.mark.parametrize(
    "data", [b"", b"abc", png(0, 5), png(60_000, 60_000), jpeg(9, 9)[:14], tiff(9, 9)[:20]]
)
@pytest.mark.parametrize("name", ["x.png", "x.jpg", "x.tif", "x.bmp"])
def test_what_is_no_picture_is_refused_in_a_sentence(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UserError, match="x\\."):
        read_scan(tmp_path / name)


@settings(max_examples=30, deadline=None)
@given(data=st.binary(max_size=200), name=st.sampled_from(["f.png", "f.jpg", "f.tif"]))
def test_no_bytes_make_the_header_reader_stumble(tmp_path_factory, data, name):
    path = tmp_path_factory.mktemp("f") / name
    path.write_bytes({"f.png": b"\x89PNG\r\n\x1a\n", "f.jpg": b"\xff\xd8", "f.tif": b"II*\0"}[name] + data)
    try:
        assert read_scan(path).width > 0
    except UserError:
        pass


def ground(turn: float, scale: float, noise: float = 0.0) -> np.ndarray:
    cosine, sine = scale * np.cos(turn), scale * np.sin(turn)
    matrix = np.array([[cosine, sine], [sine, -cosine]])
    xy = PIXELS @ matrix.T + [434_000.0, 3_527_000.0]
    return xy + noise * np.random.default_rng(1).standard_normal(xy.shape)


@pytest.mark.parametrize("kind", ["", "similarity", "affine"])
@pytest.mark.parametrize("turn", [0.0, 0.03, -1.2])
def test_true_points_leave_no_residual(kind, turn):
    placed = fit_scan(PIXELS, ground(turn, 0.42), kind)
    assert placed.residuals_m.max() < 1e-6
    assert placed.scale == pytest.approx(0.42)
    assert np.allclose(placed.back(placed.move(PIXELS)), PIXELS)


def test_a_wrong_point_has_the_largest_residual_and_is_told():
    xy = ground(0.02, 0.42, noise=0.1)
    xy[1] += [25.0, -10.0]
    placed = fit_scan(PIXELS, xy, "similarity")
    rows = residual_rows(placed)
    assert max(rows, key=lambda row: row[1])[0] == 2
    assert rows[1][2]
    assert len(residual_lines(placed)) == 6


def test_three_points_are_needed_and_not_on_one_line():
    with pytest.raises(UserError):
        fit_scan(PIXELS[:2], ground(0, 1)[:2])
    with pytest.raises(UserError):
        fit_scan(np.array([[0.0, 0], [10, 10], [20, 20]]), np.array([[0.0, 0], [1, 1], [2, 2]]))


def test_the_placing_is_kept_beside_the_picture(tmp_path):
    path = tmp_path / "旧图.png"
    path.write_bytes(png(4961, 3508))
    scan, xy = read_scan(path), ground(0.01, 0.42, noise=0.2)
    placed = fit_scan(PIXELS, xy)
    files = keep_placing(scan, placed, "EPSG:4545", PIXELS, xy)
    assert [f.name for f in files] == ["旧图.pgw", "旧图.prj", "旧图.points.csv"]
    again = read_scan(path)
    assert np.abs(corners(again, again.placed) - corners(scan, placed)).max() < 1e-4
    pixels, back = points_beside(again)
    assert np.allclose(pixels, PIXELS) and np.abs(back - xy).max() <= 5e-5
    with pytest.raises(UserError):
        keep_placing(scan, placed, "no system", PIXELS, xy)
