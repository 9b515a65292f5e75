# SPDX-License-Identifier: LGPL-3.0-or-later
"""A planner's first hour: what is next is always plain, and nothing typed or dropped is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QPushButton

from gridplanner.gui.dialogs.import_assistant import ImportAssistant
from gridplanner.gui.dialogs.manual import WIDEST, ManualDialog
from gridplanner.gui.dialogs.palette import PaletteDialog
from gridplanner.gui.groups.file import in_folders
from gridplanner.gui.panels.history import details
from gridplanner.gui.panels.steps import STEPS
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.workspace.commands import AcceptPlan, EditGrid, MoveAtoms
from gridplanner.workspace.scene import registry as scene_registry
from gridplanner.workspace.scene import tasks as scene_tasks

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE = ROOT / "sample_shapefiles"


def dragged(*paths: Path) -> QDragEnterEvent:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDragEnterEvent(
        QPoint(9, 9),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event._data = data  # Qt does not keep it alive
    return event


def test_nothing_leads_on_before_there_is_a_project(bare_window: Any) -> None:
    assert not bare_window.pages["data"].next.isEnabled()
    assert not bare_window.status.scale.isVisible()
    assert bare_window.findings.rule.currentText() == "全部检查项"


def test_a_whole_folder_can_be_dropped(bare_window: Any, tmp_path: Path) -> None:
    event = dragged(tmp_path)
    event.ignore()
    bare_window.dragEnterEvent(event)
    assert event.isAccepted()
    stranger = dragged(tmp_path / "a.exe")
    stranger.ignore()
    bare_window.dragEnterEvent(stranger)
    assert not stranger.isAccepted()
    for name in ("网格.SHP", "网格.dbf", "台账.xlsx", "config.toml", "truth.json", "图.dxf"):
        (tmp_path / name).touch()
    (tmp_path / "库.gdb").mkdir()
    (tmp_path / "里层").mkdir()
    taken = {Path(path).name for path in in_folders([str(tmp_path), "别处.csv"])}
    assert taken == {"网格.SHP", "台账.xlsx", "图.dxf", "库.gdb", "别处.csv"}


def test_an_empty_folder_is_said(bare_window: Any, tmp_path: Path) -> None:
    said: list[str] = []
    bare_window.session.said.connect(lambda text, _kind: said.append(text))
    bare_window.open_files([str(tmp_path)])
    assert said == ["该文件夹中没有图层和台账。"]


def test_the_folder_of_the_sample_needs_no_correction(qtbot: Any, bare_window: Any) -> None:
    found: list[Any] = []
    bare_window.session.ask("probe", found.append, paths=tuple(in_folders([str(SAMPLE)])))
    bare_window.session._poll()
    dialog = ImportAssistant(bare_window, found[0], {})
    qtbot.addWidget(dialog)
    roles = [str(form.role.currentData()) for form in dialog.forms]
    assert dialog.problem.text() == ""
    assert {"communities", "grids", "buildings", "people", "branches", "staff", "sites"} <= set(roles)
    assert len(set(roles)) == len(roles) == 13


def test_limits_that_were_typed_hold_without_a_further_click(window: Any) -> None:
    window.steps.go("rules")
    page = window.pages["rules"]
    page.form.fields["rules.people.max"].set(480)
    forward = next(b for b in page.findChildren(QPushButton) if b.text() == "下一步：规划")
    forward.click()
    assert window.session.workspace.rules.people.max == 480
    assert window.steps.current == "plan"
    window.steps.go("rules")
    page.form.fields["rules.people.min"].set(900)
    forward.click()
    assert window.steps.current == "rules", "an impossible band is not left behind"


def test_an_empty_card_is_not_shown(window: Any) -> None:
    form = window.pages["rules"].form
    window.steps.go("rules")
    cards = {keys[0].split(".")[1]: card for card, keys in form._cards}
    assert cards["weights"].isHidden() and not cards["people"].isHidden()
    form.show_rare(True)
    assert not cards["weights"].isHidden()


def test_an_accepted_plan_leads_on_to_adjusting(window: Any) -> None:
    window.steps.go("plan")
    page = window.pages["plan"]
    assert page.run.property("primary") and not page.next.property("primary")
    window.session.do(AcceptPlan(window.session.plan))
    assert page.next.property("primary") and not page.run.property("primary")
    page.next.click()
    assert window.steps.current == "edit"


def test_an_export_too_early_is_warned_of(window: Any) -> None:
    page = window.pages["export"]
    window.steps.go("export")
    assert "尚未选定方案" in page.warning.text()
    window.session.do(EditGrid(0, code=""))
    assert "第 6 步" in page.warning.text()
    window.steps.go("staff")
    staff = window.pages["staff"]
    assert staff.run.property("primary") and not staff.next.property("primary")
    window.actions_by_id["assign"].trigger()
    window.session._poll()
    assert not staff.run.property("primary") and staff.next.property("primary")
    links = {name: link for name, _value, link in staff.figures._rows}
    assert links["尚无编码的网格"] == ""
    window.steps.go("export")
    assert page.warning.isHidden()


def test_remarks_of_the_assignment_are_listed(window: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    session, said = window.session, []
    session.said.connect(lambda text, _kind: said.append(text))
    remark = Finding("assign.remark", Severity.INFO, "说明", subject_kind="grid", subjects=("1",))
    whole = scene_tasks.complete_plan
    monkeypatch.setitem(
        scene_registry.TASKS,
        "complete",
        lambda *a, **k: (whole(*a, **k)[0], (remark,)),
    )
    window.actions_by_id["assign"].trigger()
    session._poll()
    assert "没有党支部和网格员名单" in said[-1], "nothing is claimed that was not done"
    assert remark in session.findings
    assert session.workspace.contents.journal[-1].action.endswith("配置党支部、网格员、编码和名称")
    session.workspace.add_scenario("另一方案", session.plan)
    assert remark not in session.findings, "it was about another plan"


def test_the_journal_tells_from_and_to_in_words(window: Any) -> None:
    session = window.session
    session.do(MoveAtoms((0, 1), 1))
    entry = session.workspace.contents.journal[-1]
    old, new = (session.before.grids[g].code for g in (0, 1))
    assert entry.parameters == f"atoms=2, from={old}, to={new}"
    assert details(entry.parameters) == f"单元数 2；调出 {old}；调入 {new}"
    assert details("odd=1") == "odd=1"


@pytest.mark.parametrize("step", STEPS)
def test_the_manual_opens_at_the_chapter(qtbot: Any, step: str) -> None:
    dialog = ManualDialog.at_step(None, step)
    qtbot.addWidget(dialog)
    block = dialog.text.textCursor().block()
    assert block.blockFormat().headingLevel() == 2, block.text()
    assert block.text().startswith(f"{STEPS.index(step) + 2}.")


def test_pictures_of_the_manual_fit_its_window(qtbot: Any) -> None:
    dialog = ManualDialog(None)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    assert dialog.text.document().idealWidth() <= WIDEST + 40
    assert not dialog.text.horizontalScrollBar().isVisible()


def test_rows_of_the_palette_are_alike(qtbot: Any, window: Any) -> None:
    dialog = PaletteDialog(window, list(window.actions_by_id.values()))
    qtbot.addWidget(dialog)
    dialog.show()
    heights = {dialog.list.sizeHintForRow(i) for i in range(dialog.list.count())}
    assert len(heights) == 1
    assert not any(dialog.list.item(i).icon().isNull() for i in range(dialog.list.count()))
