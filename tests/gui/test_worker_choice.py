# SPDX-License-Identifier: LGPL-3.0-or-later
"""Workers appointed in the attribute table: from the list, by typing, from Excel; undone and journaled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QStyleOptionViewItem

from gridplanner.gui.models.grids import COLUMNS
from gridplanner.model.staff import Worker
from gridplanner.workspace.workspace import Workspace
from tests.gui.conftest import show, toy_contents

WORKER = COLUMNS.index("worker")


@pytest.fixture
def table(bare_window: Any) -> Any:
    """Show the attribute table of a plan with three workers, the first of them in post."""
    show(bare_window, toy_contents())
    session = bare_window.session
    workspace: Workspace = session.workspace
    plan = workspace.district.plan_today()
    workers = tuple(Worker(f"W{i}", name) for i, name in enumerate(("张三", "李四", "王五")))
    grids = (replace(plan.grids[0], worker="W0"), *plan.grids[1:])
    workspace.add_scenario("甲", replace(plan, grids=grids, workers=workers))
    workspace.open_scenario("甲")
    bare_window.actions_by_id["panel_table"].trigger()
    return bare_window


def cell(window: Any, grid: int) -> Any:
    """Return the cell of a grid's worker as the view has it."""
    proxy = window.table.proxy
    return proxy.mapFromSource(window.table.model.index(grid, WORKER))


def editor(window: Any, grid: int) -> tuple[Any, QComboBox]:
    """Open the list in a cell."""
    delegate = window.table.table.itemDelegateForColumn(WORKER)
    index = cell(window, grid)
    box = delegate.createEditor(window.table.table.viewport(), QStyleOptionViewItem(), index)
    delegate.setEditorData(box, index)
    return delegate, box


def posts(window: Any) -> list[str]:
    return [record.worker for record in window.session.plan.grids][:3]


def test_a_worker_is_chosen_from_the_list_and_it_can_be_undone(table: Any) -> None:
    assert cell(table, 1).flags() & Qt.ItemFlag.ItemIsEditable
    delegate, box = editor(table, 1)
    assert [box.itemData(i) for i in range(box.count())] == ["", "W1", "W2", "W0"], "who is free comes first"
    box.setCurrentIndex(box.findData("W0"))
    delegate.setModelData(box, table.table.proxy, cell(table, 1))
    assert posts(table) == ["", "W0", ""]
    journal = table.session.workspace.contents.journal[-1]
    assert journal.action.endswith("指派网格员")
    table.session.undo()
    assert posts(table) == ["W0", "", ""]


def test_a_name_can_be_typed_and_a_stranger_is_refused_in_words(table: Any) -> None:
    said: list[str] = []
    table.session.said.connect(lambda text, _kind: said.append(text))
    delegate, box = editor(table, 2)
    box.setEditText("王五")
    delegate.setModelData(box, table.table.proxy, cell(table, 2))
    assert posts(table) == ["W0", "", "W2"]
    delegate, box = editor(table, 1)
    box.setEditText("赵六")
    delegate.setModelData(box, table.table.proxy, cell(table, 1))
    assert posts(table) == ["W0", "", "W2"]
    assert any("赵六" in text for text in said)


def test_a_column_is_pasted_from_excel(table: Any) -> None:
    table.table.proxy.sort(0, Qt.SortOrder.AscendingOrder)
    view = table.table.table
    view.setCurrentIndex(table.table.proxy.index(0, WORKER))
    QGuiApplication.clipboard().setText("W1\nW2\n\n")
    view.paste()
    assert [table.table.proxy.index(r, WORKER).data() for r in range(2)] == ["W1", "W2"]


def test_what_was_copied_comes_back_below_its_heads_and_is_undone_as_one(table: Any) -> None:
    view, proxy = table.table.table, table.table.proxy
    proxy.sort(0, Qt.SortOrder.AscendingOrder)
    view.selectAll()
    view.copy()
    head, *rows = QGuiApplication.clipboard().text().split("\n")
    name = COLUMNS.index("name")
    changed = [line.split("\t") for line in rows]
    for i, line in enumerate(changed):
        line[name] = f"第{i + 1}网格"
    # As Excel writes it: with CRLF and a last empty line.
    QGuiApplication.clipboard().setText("\r\n".join([head, *map("\t".join, changed), ""]))
    view.setCurrentIndex(proxy.index(0, 0))
    view.paste()
    named = [proxy.index(r, name).data() for r in range(len(rows))]
    assert named == [f"第{i + 1}网格" for i in range(len(rows))]
    table.session.undo()
    assert not any(text.startswith("第") for text in (g.name for g in table.session.plan.grids))


def test_a_block_with_one_refused_cell_changes_nothing(table: Any) -> None:
    view, proxy = table.table.table, table.table.proxy
    proxy.sort(0, Qt.SortOrder.AscendingOrder)
    before = [g.code for g in table.session.plan.grids]
    view.setCurrentIndex(proxy.index(0, COLUMNS.index("code")))
    QGuiApplication.clipboard().setText("901\n901")
    view.paste()
    assert [g.code for g in table.session.plan.grids] == before


def test_a_filter_counts_its_rows_and_leaves_the_selection_of_the_map(table: Any) -> None:
    table.table.table.selectAll()
    chosen = tuple(table.session.selection)
    assert len(chosen) == table.session.plan.n_grids
    table.table.filter.setText(table.session.plan.grids[1].code)
    assert table.table.proxy.rowCount() == 1 and "1" in table.table.count.text()
    assert tuple(table.session.selection) == chosen
    table.table.filter.clear()
    assert table.table.proxy.rowCount() == len(chosen) and len(table.table.grids()) == len(chosen)
