# SPDX-License-Identifier: LGPL-3.0-or-later
import os
import shutil
import subprocess
import sys

import pikepdf
import pytest
from PySide6.QtGui import QImage

from gridplanner.errors import Cancelled, UserError
from gridplanner.maps import fonts, surface
from gridplanner.maps.book import make_sheets, write_maps, write_pages, write_sheet
from gridplanner.maps.options import MapOptions
from gridplanner.maps.pdftext import mend_text
from gridplanner.maps.printing import pages_for, paper_of, print_sheets

POPPLER = shutil.which("pdftotext")


def text_of(path):
    return subprocess.run([POPPLER, str(path), "-"], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def folder(outcome, tmp_path_factory):
    out = tmp_path_factory.mktemp("maps")
    write_maps(outcome, out, MapOptions(dpi=60, svg=True))
    return out


def test_the_set_is_complete(folder):
    names = {"district.pdf", "atlas.pdf", "change.pdf"}
    names |= {"branches.pdf", "before_after.pdf", "streets.pdf", "notice.pdf", "organisation.pdf"}
    figures = ("district", "change", "branches", "organisation")
    names |= {f"{name}.{ending}" for name in figures for ending in ("png", "svg")}
    assert {path.name for path in folder.iterdir()} == names


def test_only_the_sheets_asked_for_are_written(outcome, tmp_path):
    write_maps(outcome, tmp_path, MapOptions(dpi=30, sheets=("walk@A4",)))
    assert {path.name for path in tmp_path.iterdir()} == {
        *("district.pdf", "atlas.pdf", "change.pdf", "walk.pdf", "district.png", "change.png")
    }
    with pikepdf.open(tmp_path / "walk.pdf") as pdf:
        assert len(pdf.pages) >= outcome.after.plan.n_grids
        assert float(pdf.pages[0].MediaBox[3]) == pytest.approx(297 / 25.4 * 72, abs=1)
    with pytest.raises(UserError, match="globe"):
        MapOptions(sheets=("globe",))
    with pytest.raises(UserError, match="A9"):
        MapOptions(sheets=("walk@A9",))


def test_pages_have_their_paper(folder, outcome):
    with pikepdf.open(folder / "atlas.pdf") as pdf:
        assert len(pdf.pages) == len(make_sheets("atlas", outcome))
        for page in pdf.pages:
            sides = sorted(float(v) / 72 * 25.4 for v in page.MediaBox[2:])
            assert sides == pytest.approx([297, 420], abs=0.4)
        with pdf.open_outline() as outline:
            assert len(outline.root) == len(pdf.pages)


@pytest.mark.skipif(not POPPLER, reason="pdftotext is not installed")
def test_text_is_found_as_people_type_it(folder, outcome):
    text = text_of(folder / "atlas.pdf")
    assert not [c for c in text if 0x2E80 <= ord(c) <= 0x2FDF], "radicals instead of hanzi"
    assert text.count("网格党支部") >= len(outcome.after.plan.grids)
    for community in outcome.district.communities.codes:
        assert str(community) in text, "digits beside Latin letters must stay searchable"
    assert "EPSG:4545" in text and "2026-11-21" in text


def test_no_glyph_of_the_pdf_is_without_its_text(folder):
    with pikepdf.open(folder / "atlas.pdf") as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and "/ToUnicode" in item:
                assert b"<0000> ]" not in item["/ToUnicode"].read_bytes().split(b"beginbfrange")[1][40:]


def test_same_outcome_same_bytes(folder, outcome, tmp_path):
    write_maps(outcome, tmp_path, MapOptions(dpi=60, svg=True))
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_radicals_become_hanzi():
    cmap = b"1 beginbfrange\n<0001> <0003> [<2F79> <683C> <0009> ]\nendbfrange\n"
    assert (
        mend_text(cmap, fonts.canonical_characters())
        == b"1 beginbfrange\n<0001> <0003> [<7F51> <683C> <0020> ]\nendbfrange\n"
    )


def test_canonical_characters_are_hanzi():
    table = fonts.canonical_characters()
    assert table[0x2F79] == ord("网") and table[0x2F40] == ord("支") and table[0x2ED3] == ord("长")
    assert not set(table.values()) & set(table)


def test_rare_names_can_be_drawn_and_others_are_known():
    assert fonts.missing_characters("王䶮 堃喆㛃 第⑳网格㎡") == ""
    assert fonts.missing_characters("𠮷𠮷a") == "𠮷"


def test_png_has_its_dots(folder):
    image = QImage(str(folder / "district.png"))
    assert (image.width(), image.height()) == (round(420 / 25.4 * 60), round(297 / 25.4 * 60))
    assert (
        len({image.pixel(x, y) for x in range(0, image.width(), 9) for y in range(0, image.height(), 9)}) > 20
    )


def test_an_image_too_large_for_memory_is_refused(outcome, tmp_path):
    with pytest.raises(UserError, match="dpi"):
        write_sheet("district", outcome, tmp_path / "a.png", MapOptions(paper="A0", dpi=2400))
    assert list(tmp_path.iterdir()) == []


def test_svg_keeps_text_as_text(folder):
    text = (folder / "district.svg").read_text(encoding="utf-8")
    assert "网格分布图" in text and "<path" in text


def test_an_unknown_ending_and_a_bad_folder_are_refused(outcome, tmp_path):
    with pytest.raises(UserError, match="gif"):
        write_sheet("district", outcome, tmp_path / "a.gif")
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="无法写入"):
        write_maps(outcome, tmp_path / "file" / "maps")
    with pytest.raises(UserError, match="无法写入"):
        write_sheet("district", outcome, tmp_path / "nowhere" / "a.pdf")


def test_stopping_leaves_nothing_half_written(outcome, tmp_path):
    class Stop:
        def step(self, done, total, text):
            if done == 4:
                raise Cancelled

        def cancelled(self):
            return False

    with pytest.raises(Cancelled):
        write_maps(outcome, tmp_path, MapOptions(dpi=60), Stop())
    assert "atlas.pdf" not in {path.name for path in tmp_path.iterdir()}
    assert not [path for path in tmp_path.iterdir() if ".part" in path.name]


def test_printing_goes_through_any_paged_device_at_true_size(outcome, tmp_path):
    from PySide6.QtCore import QSizeF
    from PySide6.QtGui import QPdfWriter

    pages = pages_for(make_sheets("district", outcome, MapOptions(paper="A1")), "A3")
    assert {paper_of(QSizeF(page.width, page.height)) for page in pages} == {"A3"}
    device = QPdfWriter(str(tmp_path / "printed.pdf"))
    device.setResolution(600)
    print_sheets(device, pages)
    del device
    with pikepdf.open(tmp_path / "printed.pdf") as pdf:
        assert len(pdf.pages) == len(pages)
        sides = sorted(float(v) / 72 * 25.4 for v in pdf.pages[0].MediaBox[2:])
        assert sides == pytest.approx([297, 420], abs=0.5)
    assert paper_of(QSizeF(100, 100)) == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows always has a display")
def test_a_process_without_display_gets_an_application_of_its_own():
    code = (
        "from gridplanner.maps.surface import ensure_application as make\n"
        "app = make(); assert make() is app; print(app.platformName())"
    )
    bare = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=bare, check=False)
    assert done.stdout.strip() == "offscreen", done.stderr


def test_a_full_disk_is_noticed(outcome, tmp_path, monkeypatch):
    monkeypatch.setattr(surface, "finish_pdf", lambda *args: None)
    with pytest.raises(UserError, match="无法写入"):
        write_sheet("district", outcome, tmp_path / "a.pdf")


def test_a_print_preview_shows_the_pages(outcome, qapp):
    from PySide6.QtPrintSupport import QPrinter, QPrintPreviewWidget

    pages = pages_for(make_sheets("before_after", outcome, MapOptions(paper="A3")), "A3")
    # No printer is installed where tests run; a preview needs none when it is set to a file.
    printer = QPrinter(QPrinter.PrinterMode.ScreenResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    preview = QPrintPreviewWidget(printer)
    preview.paintRequested.connect(lambda device: print_sheets(device, pages))
    preview.updatePreview()
    assert preview.pageCount() == len(pages) == 2
    preview.deleteLater()


def test_a_stopped_pdf_leaves_the_old_file_and_nothing_else(outcome, tmp_path):
    class Stop:
        """Stops at the last look, when all pages are drawn."""

        def step(self, done: int, total: int, _text: str) -> None:
            if done == total:
                raise Cancelled

        def cancelled(self) -> bool:
            return False

    (tmp_path / "a.pdf").write_bytes(b"old")
    sheets = make_sheets("district", outcome)
    with pytest.raises(Cancelled):
        write_pages(sheets, outcome, tmp_path / "a.pdf", 50, Stop())
    assert [path.name for path in tmp_path.iterdir()] == ["a.pdf"]
    assert (tmp_path / "a.pdf").read_bytes() == b"old"
