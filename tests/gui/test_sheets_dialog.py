# SPDX-License-Identifier: LGPL-3.0-or-later
"""The dialog of map sheets: places by kind, preview, saving, refusals."""

import pikepdf
import pytest

from gridplanner.gui.dialogs.sheets import SheetsDialog, kind_names
from gridplanner.maps.book import sheet_makers
from gridplanner.maps.options import PAPERS


@pytest.fixture
def dialog(window, qtbot):
    made = SheetsDialog(window, window.session)
    qtbot.addWidget(made)
    return made


def choose(dialog, kind):
    dialog.kind.setCurrentIndex(dialog.kind.findData(kind))


def test_every_kind_and_paper_is_offered(dialog):
    assert set(kind_names()) == set(sheet_makers(None, "A3", ""))
    assert {dialog.paper.itemData(i) for i in range(dialog.paper.count())} == set(PAPERS)


def test_the_places_follow_the_kind(dialog, window):
    plan = window.session.workspace.plan
    choose(dialog, "walk")
    assert dialog.of.count() == plan.n_grids
    choose(dialog, "community")
    assert dialog.of.count() == len(window.session.workspace.district.communities)
    choose(dialog, "district")
    assert dialog.wanted()["of"] == "" and not dialog.of.isEnabled()


def test_sheets_are_shown_as_they_will_be_printed(dialog, qtbot):
    assert not dialog.print_button.isEnabled()
    dialog.show_button.click()
    qtbot.waitUntil(lambda: dialog.print_button.isEnabled(), timeout=60_000)
    assert "1:" in dialog.note.text() and dialog.preview.pageCount() == 1


def test_a_wall_map_is_cut_into_pages(dialog, qtbot):
    dialog.paper.setCurrentText("A1")
    dialog.tiles.setCurrentIndex(dialog.tiles.findData("A3"))
    dialog.show_button.click()
    qtbot.waitUntil(lambda: dialog.print_button.isEnabled(), timeout=60_000)
    assert len(dialog._sheets) > 1 and dialog.preview.pageCount() == len(dialog._sheets)


def test_sheets_are_saved(dialog, qtbot, tmp_path, monkeypatch):
    out = tmp_path / "图.pdf"
    monkeypatch.setattr(
        "gridplanner.gui.dialogs.sheets.QFileDialog.getSaveFileName", lambda *_a, **_k: (str(out), "")
    )
    dialog.save_button.click()
    qtbot.waitUntil(lambda: out.exists(), timeout=60_000)
    qtbot.waitUntil(lambda: str(out) in dialog.note.text(), timeout=60_000)
    with pikepdf.open(out) as book:
        assert len(book.pages) == 1


def test_an_unknown_place_is_said_in_the_dialog(dialog, qtbot):
    choose(dialog, "community")
    dialog.of.setCurrentText("月球")
    dialog.show_button.click()
    qtbot.waitUntil(lambda: "月球" in dialog.note.text(), timeout=60_000)
    assert not dialog.print_button.isEnabled()
