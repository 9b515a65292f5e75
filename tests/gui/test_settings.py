# SPDX-License-Identifier: LGPL-3.0-or-later
"""Everything a configuration says of output, staff and question can be said in the window."""

from __future__ import annotations

import tomllib
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from gridplanner.geometry.options import BuildOptions
from gridplanner.gui.dialogs.import_assistant import ImportAssistant
from gridplanner.gui.dialogs.settings import ExportDialog, SettingsDialog
from gridplanner.gui.models.repair_rows import repair_pages
from gridplanner.gui.models.setting_rows import assign_pages, export_pages, papers_known, plan_pages
from gridplanner.verify.report import verify_folder
from gridplanner.workspace.settling import Settled, settled_now
from tests.gui.conftest import InlineDesk

#: Of the question, what the planning panel itself asks.
ON_THE_PANEL = {"plan.total", "plan.mode", "plan.carve", "plan.effort", "plan.resume", "plan.time_limit_s"}


def keys_of(options: object, name: str) -> set[str]:
    """Return the dotted keys of a frozen options type, its own options included."""
    found: set[str] = set()
    for f in fields(options):
        value, key = getattr(options, f.name), f"{name}.{f.name}"
        found |= keys_of(value, key) if is_dataclass(value) else {key}
    return found


def rows() -> list[Any]:
    return [
        s for pages in (export_pages(), assign_pages(), plan_pages()) for _title, page in pages for s in page
    ]


def test_every_option_of_the_configuration_has_its_row() -> None:
    wanted = keys_of(Settled(), "settled")
    listed = [f"settled.{setting.key}" for setting in rows()]
    assert sorted(listed) == sorted(set(listed))
    assert {f"settled.{key}" for key in ON_THE_PANEL} | set(listed) >= wanted
    assert set(listed) <= wanted
    assert papers_known()


@pytest.fixture
def opened(window: Any, qtbot: Any) -> Any:
    """Open a dialog of settings by its action; returns a function of the action's id."""

    def by_action(name: str) -> SettingsDialog:
        window.actions_by_id[name].trigger()
        dialog = window.findChildren(SettingsDialog)[-1]
        qtbot.addWidget(dialog)
        return dialog

    return by_action


@pytest.mark.parametrize("name", ["export_settings", "assign_settings", "plan_settings"])
def test_what_is_shown_comes_back_unchanged(opened: Any, name: str, window: Any) -> None:
    dialog = opened(name)
    assert dialog.changes() == {}
    dialog.accept()
    assert window.session.workspace.contents.config == ""
    assert not dialog.isVisible()


def test_output_settled_in_the_window_stands_in_the_project(opened: Any, window: Any) -> None:
    dialog = opened("export_settings")
    dialog.fields["export.mask_below"].tick.setChecked(True)
    dialog.fields["export.profiles"].ticks["gbk+chinese"].setChecked(True)
    dialog.fields["export.formats"].ticks["kml"].setChecked(True)
    sheets = dialog.fields["export.maps.sheets"]
    sheets.ticks["walk"].setChecked(True)
    sheets.papers["street"].setCurrentIndex(sheets.papers["street"].findData("A1"))
    dialog.accept()
    contents = window.session.workspace.contents
    export = settled_now(contents).export
    assert (export.mask_below, export.profiles) == (5, ("gbk+chinese",))
    assert export.formats == ("shp", "gpkg", "geojson", "kml")
    assert "walk" in export.maps.sheets and "street@A1" in export.maps.sheets
    assert contents.journal[-1].action.endswith("成果内容已设置")
    window.steps.go("export")
    shown = {name: value for name, value, _link in window.pages["export"].what._rows}
    assert shown["较小的人数、户数"] == "5 以下不显示"
    again = opened("export_settings")
    assert again.fields["export.mask_below"].get() == 5


def test_an_impossible_value_is_said_in_the_dialog(opened: Any, window: Any) -> None:
    dialog = opened("assign_settings")
    dialog.fields["assign.name_template"].edit.setText("{mayor}第{number}网格")
    dialog.accept()
    assert "mayor" in dialog.problem.text() and dialog.isVisible()
    assert window.session.workspace.contents.config == ""
    dialog.fields["assign.name_template"].edit.setText("{community}{number}格")
    dialog.accept()
    assert not dialog.isVisible()
    assert tomllib.loads(window.session.workspace.contents.config) == {
        "assign": {"name_template": "{community}{number}格"}
    }


def test_an_assignment_follows_what_was_settled(opened: Any, window: Any) -> None:
    dialog = opened("assign_settings")
    dialog.fields["assign.name_template"].edit.setText("{community}{number}格")
    dialog.fields["assign.numbering"].set("order")
    dialog.accept()
    window.actions_by_id["assign"].trigger()
    window.session._poll()
    names = [grid.name for grid in window.session.plan.grids]
    assert all(name.endswith("格") and not name.endswith("网格") for name in names), names


def test_the_question_takes_what_was_settled(opened: Any, window: Any) -> None:
    dialog = opened("plan_settings")
    dialog.fields["plan.order"].set(["balance", "lines"])
    dialog.fields["plan.join"].page.setPlainText("a，b\nc d")
    dialog.accept()
    request = window.pages["plan"].request()
    assert request.order == ("balance", "lines")
    assert request.join == (("a", "b"), ("c", "d"))
    refused = opened("plan_settings")
    refused.fields["plan.part"].page.setPlainText("a b c")
    refused.accept()
    assert "part" in refused.problem.text()


def test_losses_are_seen_before_anything_is_written(opened: Any, window: Any) -> None:
    dialog = opened("export_settings")
    assert isinstance(dialog, ExportDialog)
    dialog.fields["export.formats"].ticks["csv"].setChecked(True)
    dialog.look_button.click()
    window.session._poll()
    assert "grids.csv" in dialog.preview.toPlainText()
    assert "grids.shp" in dialog.preview.toPlainText()
    asked = [name for name, _arguments in window.session.desk.asked]
    assert "export" not in asked and isinstance(window.session.desk, InlineDesk)
    dialog.reject()
    assert window.session.workspace.contents.config == "", "a look settles nothing"


def test_an_export_states_the_rules_it_was_made_under(window: Any, tmp_path: Any) -> None:
    page = window.pages["rules"]
    window.steps.go("rules")
    page.form.fields["rules.people.max"].set(450)
    page.apply()
    window.session._poll()
    window.actions_by_id["assign"].trigger()
    window.session._poll()
    folder = tmp_path / "成果"
    window.groups["file"].export_to(str(folder))
    for _turn in range(4):
        window.session._poll()
    assert (folder / "summary.json").is_file()
    assert (
        tomllib.loads((folder / "config.toml").read_text(encoding="utf-8"))["rules"]["people"]["max"] == 450
    )
    wrong = [claim for claim in verify_folder(folder).claims if not claim.ok]
    assert not wrong, wrong


def test_every_reading_option_has_its_row_and_reaches_the_reading(window: Any, qtbot: Any) -> None:
    listed = {setting.key for _title, page in repair_pages() for setting in page}
    assert listed == keys_of(BuildOptions(), "repair") - {"repair.name"}
    assistant = ImportAssistant(window, (), {})
    qtbot.addWidget(assistant)
    assistant.ask_repair()
    dialog = assistant.findChildren(SettingsDialog)[-1]
    dialog.fields["repair.links"].page.setPlainText("A1 B2\nC3")
    dialog.accept()
    assert "C3" in dialog.problem.text(), "a pair of one is refused"
    assert "links" not in assistant.values()["repair"]
    dialog.fields["repair.links"].page.setPlainText("A1 B2")
    dialog.fields["repair.islands"].set("join")
    dialog.accept()
    repair = assistant.values()["repair"]
    assert repair["links"] == [["A1", "B2"]] and repair["islands"] == "join"
    assert repair["overlap"] == "most_people"
