# SPDX-License-Identifier: LGPL-3.0-or-later
"""Qt does not say that the disk is full; the end of the file does."""

import pytest

from gridplanner.errors import UserError
from gridplanner.maps import surface
from gridplanner.maps.book import make_sheets
from gridplanner.maps.surface import partial, publish, write_pdf


@pytest.mark.parametrize(
    ("name", "whole", "cut"),
    [
        ("a.pdf", b"%PDF-1.4 ... %%EOF\n", b"%PDF-1.4 ..."),
        ("a.png", b"\x89PNG ... IEND\xaeB`\x82", b"\x89PNG ..."),
        ("a.svg", b"<svg> ... </svg>\n", b"<svg> ..."),
    ],
)
def test_a_cut_off_file_never_takes_the_place_of_a_whole_one(tmp_path, name, whole, cut):
    path = tmp_path / name
    partial(path).write_bytes(whole)
    publish(path)
    for broken in (cut, b""):
        partial(path).write_bytes(broken)
        with pytest.raises(UserError, match="无法写入"):
            publish(path)
        assert path.read_bytes() == whole and list(tmp_path.iterdir()) == [path]


def test_no_room_for_temporary_files_is_said_too(outcome, tmp_path, monkeypatch):
    sheet = make_sheets("organisation", outcome)[0]

    def half(painter, _sheet):
        painter.end()

    # A painter that ends early leaves what a full disk leaves: no page, no end.
    monkeypatch.setattr(surface, "paint_sheet", half)
    monkeypatch.setattr(surface, "_is_whole", lambda _part: False)
    with pytest.raises(UserError, match="无法写入"):
        write_pdf([sheet], tmp_path / "a.pdf")
    assert not list(tmp_path.iterdir())


def test_no_room_beside_the_target_leaves_no_part_behind(outcome, tmp_path, monkeypatch):
    def cut(_source, target, *_more):
        target.write_bytes(b"%PDF-1.4 ...")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(surface, "finish_pdf", cut)
    with pytest.raises(UserError, match="无法写入"):
        write_pdf([make_sheets("organisation", outcome)[0]], tmp_path / "a.pdf")
    assert not list(tmp_path.iterdir())
