# SPDX-License-Identifier: LGPL-3.0-or-later
"""The import assistant: texts shown again in another encoding, a trial before building, choices kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from gridplanner.gui.dialogs.import_assistant import ImportAssistant, problem_of
from gridplanner.gui.dialogs.layer_form import pattern_of
from gridplanner.io.writing import write_vector
from gridplanner.model.layers import Layer
from gridplanner.progress import Silent
from gridplanner.workspace.scene import trial as scene_trial
from gridplanner.workspace.scene.files import probe_all


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "楼栋人口2026.csv"
    path.write_bytes("楼栋编码,人口,小区\nB1,12,翠江苑\nB2,30,翠江苑\nB9,5,无此楼\n".encode("gbk"))
    return path


@pytest.fixture
def buildings(tmp_path: Path) -> Path:
    """Two buildings of a town near 117 E, 31 N, in metres, with their CRS."""
    path = tmp_path / "楼栋.geojson"
    points = np.array([shapely.Point(500_000, 3_500_000), shapely.Point(500_300, 3_500_200)], dtype=object)
    layer = Layer("buildings", "楼栋", points, {"JZWBM": np.array(["B1", "B2"], dtype=object)})
    write_vector(layer, path, "EPSG:4548", format="geojson")
    return path


def assistant(
    qtbot: Any, window: Any, paths: list[Path], kept: dict[str, Any] | None = None
) -> ImportAssistant:
    guesses = probe_all([str(p) for p in paths], "", Silent())
    dialog = ImportAssistant(window, guesses, kept or {}, window.session if window else None)
    qtbot.addWidget(dialog)
    return dialog


def ok(dialog: ImportAssistant) -> Any:
    return dialog.buttons.button(dialog.buttons.StandardButton.Ok)


def test_it_reads_gbk_and_can_be_corrected(qtbot: Any, table: Path) -> None:
    dialog = assistant(qtbot, None, [table])
    form = dialog.forms[0]
    assert "小区" in form.guess.columns
    form.role.setCurrentIndex(form.role.findData("people"))
    assert not ok(dialog).isEnabled(), "people alone make no plan"
    form.role.setCurrentIndex(form.role.findData("buildings"))
    assert ok(dialog).isEnabled()
    assert "buildings" in dialog.values()["layers"]


def test_texts_show_again_in_the_encoding_chosen(qtbot: Any, bare_window: Any, table: Path) -> None:
    dialog = assistant(qtbot, bare_window, [table])
    form = dialog.forms[0]
    assert "翠江苑" in form.reads.text()
    assert form.chosen_fields()["estate"] == "小区"
    form.encoding.setCurrentIndex(form.encoding.findData("big5"))
    form.encoding_wanted.emit("big5")
    bare_window.session._poll()
    assert "翠江苑" not in form.reads.text()
    assert form.chosen_fields().get("estate", "") != "小区", "names of columns are texts too"
    form.encoding.setCurrentIndex(form.encoding.findData("gb18030"))
    form.encoding_wanted.emit("gb18030")
    bare_window.session._poll()
    assert "翠江苑" in form.reads.text()
    assert form.chosen_fields()["estate"] == "小区"
    assert form.values()["encoding"] == "gb18030"


def test_a_trial_counts_rows_joins_people_and_says_where(
    qtbot: Any, bare_window: Any, buildings: Path, table: Path
) -> None:
    dialog = assistant(qtbot, bare_window, [buildings, table])
    dialog.forms[1].role.setCurrentIndex(dialog.forms[1].role.findData("people"))
    dialog.try_all()
    bare_window.session._poll()
    trial = scene_trial.try_import(bare_window.session.desk.state, Silent(), dialog.values())
    assert (trial.joined, trial.unjoined, trial.unjoined_people) == (2, 1, 5)
    assert trial.centre == pytest.approx((117.0, 31.6), abs=0.1)
    assert {layer.role: layer.rows for layer in trial.layers} == {"buildings": 2, "people": 3}
    assert "117" in dialog.trial.place.text()
    assert dialog.trial.losses.count() >= 1
    assert bare_window.session.workspace is None, "a trial builds nothing"


def test_a_trial_that_fails_says_why_in_the_dialog(qtbot: Any, bare_window: Any, buildings: Path) -> None:
    dialog = assistant(qtbot, bare_window, [buildings])
    dialog.forms[0].crs.setEditText("EPSG:0")
    assert "试读" in dialog.trial.place.text(), "what was shown no longer holds"
    dialog.try_all()
    bare_window.session._poll()
    assert "EPSG:4490" in dialog.trial.place.text(), "the sentence names the likely one"
    assert not bare_window.messages.isVisible()


def test_an_older_trial_does_not_overwrite_a_newer_choice(
    qtbot: Any, bare_window: Any, buildings: Path
) -> None:
    dialog = assistant(qtbot, bare_window, [buildings])
    dialog.forms[0].crs.setEditText("EPSG:4547")
    bare_window.session._poll()
    assert "试读" in dialog.trial.place.text()


def test_choices_are_kept_per_file_pattern(qtbot: Any, tmp_path: Path, table: Path) -> None:
    first = assistant(qtbot, None, [table])
    form = first.forms[0]
    form.role.setCurrentIndex(form.role.findData("buildings"))
    form.encoding.setCurrentIndex(form.encoding.findData("gb18030"))
    form.fields["name"].setCurrentIndex(form.fields["name"].findData("楼栋编码"))
    kept = first.remembered()
    assert not any(c.isdigit() for c in pattern_of(form.guess))
    next_year = tmp_path / "楼栋人口2027.csv"
    next_year.write_bytes(table.read_bytes())
    again = assistant(qtbot, None, [next_year], kept).forms[0]
    assert again.role.currentData() == "buildings"
    assert again.encoding.currentData() == "gb18030"
    assert again.chosen_fields()["name"] == "楼栋编码"


def test_remembered_columns_that_are_gone_are_left_to_the_guess(qtbot: Any, table: Path) -> None:
    form = assistant(qtbot, None, [table]).forms[0]
    form.recall({"role": "buildings", "fields": {"name": "没有这一列", "weird": "x"}, "encoding": "没有"})
    assert form.chosen_fields().get("name", "") != "没有这一列"
    assert form.encoding.currentData() == ""


def test_what_a_plan_needs_is_said() -> None:
    assert problem_of(["communities", "roads"])
    assert problem_of(["buildings", "grids", "grids"])
    assert not problem_of(["buildings", "", ""])


def test_forms_are_built_one_by_one_and_none_is_missed(qtbot: Any, table: Path) -> None:
    dialog = assistant(qtbot, None, [table] * 4)
    assert (len(dialog._made), dialog.list.count(), ok(dialog).isEnabled()) == (0, 4, False)
    dialog.list.setCurrentRow(2)
    assert dialog.stack.currentWidget() is dialog.forms[2]
    other = assistant(qtbot, None, [table] * 4)
    qtbot.waitUntil(lambda: len(other._made) == 4, timeout=60_000)
    assert (other.stack.count(), other.list.currentRow()) == (4, 0)


def test_what_a_shapefile_lacks_is_named(qtbot: Any, tmp_path: Path) -> None:
    square = np.array([shapely.box(500_000, 3_500_000, 500_100, 3_500_100)], dtype=object)
    layer = Layer("communities", "社区", square, {"SQDM": np.array(["1"], dtype=object)})
    write_vector(layer, tmp_path / "社区.shp", "EPSG:4548", format="shp")
    whole = assistant(qtbot, None, [tmp_path / "社区.shp"]).forms[0]
    assert whole.missing.isHidden() and not whole.missing.text()
    for suffix in (".dbf", ".shx", ".prj", ".cpg"):
        (tmp_path / "社区.shp").with_suffix(suffix).unlink()
    form = assistant(qtbot, None, [tmp_path / "社区.shp"]).forms[0]
    assert not form.missing.isHidden()
    assert all(suffix in form.missing.text() for suffix in (".dbf", ".shx", ".prj", ".cpg"))


def test_other_files_lack_nothing(qtbot: Any, table: Path, buildings: Path) -> None:
    # A shapefile of the same name beside them is none of their business.
    table.with_suffix(".shp").write_bytes(b"")
    assert [form.missing.text() for form in assistant(qtbot, None, [table, buildings]).forms] == ["", ""]


def test_a_geopackage_of_layers_is_asked_about_like_other_deliveries(
    bare_window: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    square = np.array([shapely.box(500_000, 3_500_000, 500_100, 3_500_100)], dtype=object)
    layer = Layer("communities", "社区", square, {"SQDM": np.array(["1"], dtype=object)})
    path = tmp_path / "交来的图层.gpkg"
    write_vector(layer, path, "EPSG:4548", format="gpkg")
    asked: list[Any] = []
    monkeypatch.setattr(ImportAssistant, "ask", lambda _window, guesses: asked.extend(guesses))
    bare_window.groups["file"].open_paths([str(path)])
    bare_window.session._poll()
    assert [guess.role for guess in asked] == ["communities"]
    assert bare_window.session.workspace is None
    assert str(path) not in bare_window.settings.get("recent", [])
