# SPDX-License-Identifier: LGPL-3.0-or-later
"""Mend faults of today's grids and of communities: look at each proposal, accept one, some, or a class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QRadioButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from gridplanner.gui.canvas.overlay import Sketch
from gridplanner.gui.dialogs.beside import BesideMap
from gridplanner.gui.widgets import button, label
from gridplanner.model.finding import Finding
from gridplanner.texts import _
from gridplanner.workspace.amend.communities import replan_request
from gridplanner.workspace.amend.mend_lines import MendLine, MendResult

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell

#: Colours of the units around the land; the one that keeps it first.
_KEEPER, _OTHER, _FAULT, _SETTLED = "#2E7D5B", "#7A4FA3", "#C2185B", "#2E7D5B"


class MendDialog(BesideMap):
    """A list that stays beside the map; nothing happens before a proposal is accepted."""

    def __init__(self, window: Shell, finding: Finding | None = None) -> None:
        super().__init__(window)
        self.setWindowTitle(_("Mend outlines"))
        self.resize(640, 560)
        self._window, self._session = window, window.session
        self._lines: tuple[MendLine, ...] = ()
        self._concerned: tuple[str, ...] = ()
        self._note = ""
        self._finding = finding
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addWidget(
            label(
                _(
                    "Each proposal shows area and people before and after. The layer as delivered is kept, "
                    "and undo takes a mend back."
                ),
                "quiet",
            )
        )
        layout.addLayout(self._layers())
        layout.addLayout(self._policies())
        self.table = self._make_table()
        layout.addWidget(self.table, 1)
        layout.addLayout(self._sides())
        self.detail = label()
        self.detail.setMinimumHeight(self.fontMetrics().height() * 5)
        self.detail.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.detail)
        layout.addLayout(self._buttons())
        self._session.changed.connect(self._on_changed)
        self._session.opened.connect(self.close)
        self.ask()

    def _layers(self) -> QHBoxLayout:
        """Build the choice of what is mended; a finding on communities asks for those."""
        row = QHBoxLayout()
        row.addWidget(label(_("What is mended"), wrap=False))
        self.layer = QComboBox()
        self.layer.setAccessibleName(_("What is mended"))
        self.layer.addItem(_("The grids of today"), "grids")
        known = self._session.workspace.district.originals if self._session.workspace else {}
        if "communities" in known:
            self.layer.addItem(_("Communities"), "communities")
        kind = self._finding.subject_kind if self._finding is not None else ""
        if kind in ("community", "street"):
            self.layer.setCurrentIndex(max(self.layer.findData("communities"), 0))
        self.layer.currentIndexChanged.connect(lambda _i: self.ask())
        row.addWidget(self.layer, 1)
        return row

    def _policies(self) -> QHBoxLayout:
        """Build the choice of who gets disputed land."""
        row = QHBoxLayout()
        row.addWidget(label(_("Disputed land goes to"), wrap=False))
        self.policy = QComboBox()
        self.policy.setAccessibleName(_("Disputed land goes to"))
        for text, key in (
            (_("the one with most people"), "most_people"),
            (_("the one of the official line"), "official"),
            (_("the one with the longest border"), "longest_border"),
            (_("both, in halves"), "split"),
        ):
            self.policy.addItem(text, key)
        self.policy.currentIndexChanged.connect(lambda _i: self.ask())
        row.addWidget(self.policy, 1)
        return row

    def _make_table(self) -> QTableWidget:
        """Build the table of proposals."""
        table = QTableWidget(0, 4)
        table.setHorizontalHeaderLabels(
            [_("What is done"), _("Units concerned"), _("Area (m2)"), _("People")]
        )
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        table.setAccessibleName(_("Proposals"))
        table.itemSelectionChanged.connect(self._show)
        return table

    def _sides(self) -> QHBoxLayout:
        """Build before and after, and who keeps the land."""
        row = QHBoxLayout()
        self.before, self.after = QRadioButton(_("before")), QRadioButton(_("after"))
        self.before.setChecked(True)
        group = QButtonGroup(self)
        for choice in (self.before, self.after):
            group.addButton(choice)
            row.addWidget(choice)
        self.after.toggled.connect(lambda _on: self._show())
        row.addSpacing(16)
        row.addWidget(label(_("Kept by"), wrap=False))
        self.keeper = QComboBox()
        self.keeper.setAccessibleName(_("Kept by"))
        self.keeper.currentIndexChanged.connect(lambda _i: self._sketch())
        row.addWidget(self.keeper, 1)
        return row

    def _buttons(self) -> QHBoxLayout:
        """Build what can be done."""
        row = QHBoxLayout()
        self.count = label(role="quiet", wrap=False)
        row.addWidget(self.count, 1)
        self.one = button(_("Accept the chosen"), self.accept_chosen, primary=True)
        self.all_alike = button(_("Accept all of this kind"), self.accept_class)
        self.again = button(_("Plan the grids concerned anew"), self._replan)
        self.again.setVisible(False)
        row.addWidget(self.again)
        row.addWidget(self.all_alike)
        row.addWidget(self.one)
        return row

    # --- the list ------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Have the worker look for faults and propose mends."""
        workspace = self._session.workspace
        if workspace is None:
            return
        self.count.setText(_("Looking for faults..."))
        self._session.ask(
            "mend_lines",
            self._take,
            amendments=workspace.contents.amendments,
            overlap=str(self.policy.currentData()),
            role=str(self.layer.currentData()),
        )

    def _take(self, lines: tuple[MendLine, ...]) -> None:
        """List the proposals; the one of the finding in hand is chosen."""
        if self.ended:
            return
        self._lines = lines
        self.table.setRowCount(len(lines))
        for i, line in enumerate(lines):
            cells = (line.title, _(", ").join(line.names), f"{line.area_m2:,.0f}", f"{line.people:,}")
            for j, text in enumerate(cells):
                item = QTableWidgetItem(text)
                if j > 1:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(i, j, item)
        self.count.setText(
            _("{n} proposals").format(n=len(lines)) if lines else _("There are no faults to mend.")
        )
        wanted = set(self._finding.subjects) if self._finding is not None else set()
        row = next((i for i, line in enumerate(lines) if wanted and wanted <= set(line.units)), 0)
        if lines:
            self.table.selectRow(row)
        self._show()

    def _on_changed(self, change: object) -> None:
        """Look again after a correction or its undo."""
        if getattr(change, "kind", "") == "district":
            self.ask()

    def current(self) -> MendLine | None:
        """Return the proposal in hand."""
        row = self.table.currentRow()
        return self._lines[row] if 0 <= row < len(self._lines) else None

    def chosen(self) -> list[MendLine]:
        """Return the proposals that are selected."""
        rows = sorted({index.row() for index in self.table.selectedIndexes()})
        return [self._lines[row] for row in rows if row < len(self._lines)]

    # --- looking -------------------------------------------------------------------------------------

    def _show(self) -> None:
        """Tell of the proposal in hand, and fly there."""
        line = self.current()
        for widget in (self.one, self.all_alike, self.keeper):
            widget.setEnabled(line is not None)
        if line is None:
            self.detail.setText(self._note)
            self._window.map.show_sketch(None)
            return
        rows = [line.text]
        for i, name in enumerate(line.names):
            rows.append(
                _("{name}: {a0} -> {a1} m2, {p0} -> {p1} people").format(
                    name=name,
                    a0=f"{line.area_before[i]:,.0f}",
                    a1=f"{line.area_after[i]:,.0f}",
                    p0=f"{line.people_before[i]:,}",
                    p1=f"{line.people_after[i]:,}",
                )
            )
        self.detail.setText("\n".join(rows))
        self.keeper.blockSignals(True)
        self.keeper.clear()
        for choice in line.choices:
            self.keeper.addItem(line.names[choice] if choice >= 0 else _("both, in halves"), choice)
        self.keeper.setCurrentIndex(max(self.keeper.findData(line.keeper), 0))
        self.keeper.blockSignals(False)
        self._sketch()
        half = max(1.6 * float(np.sqrt(max(line.area_m2, 1.0))), 80.0)
        self._window.canvas.zoom_to((line.x - half, line.y - half, line.x + half, line.y + half))

    def _sketch(self) -> None:
        """Show the land on the map, before or after."""
        line, scene = self.current(), self._session.scene
        if line is None or scene is None:
            return
        keeper = self.keeper.currentData()
        after = self.after.isChecked()
        place = {record.code: i for i, record in enumerate(self._session.before.grids)}
        outlines = []
        for i, code in enumerate(line.units):
            if code in place and place[code] < len(scene.grids_before):
                colour = _KEEPER if after and i == keeper else _OTHER
                outlines += [(ring, colour) for ring in scene.grids_before.feature_rings(place[code])]
        who = line.names[keeper] if keeper is not None and keeper >= 0 else line.title
        self._window.map.show_sketch(
            Sketch(
                line.rings,
                outlines,
                _SETTLED if after else _FAULT,
                hatched=not after,
                text=_("to {name}").format(name=who) if after and keeper is not None else line.title,
            )
        )

    # --- accepting -----------------------------------------------------------------------------------

    def accept_chosen(self) -> None:
        """Carry the selected proposals out; the one in hand with the keeper chosen here."""
        line = self.current()
        keeper = self.keeper.currentData() if line is not None and self.keeper.count() else None
        choices = [(one.number, keeper if one is line else None) for one in self.chosen()]
        self._accept(choices)

    def accept_class(self) -> None:
        """Carry out every proposal of the kind in hand."""
        line = self.current()
        if line is not None:
            self._accept([(one.number, None) for one in self._lines if one.action == line.action])

    def _accept(self, choices: list[tuple[int, int | None]]) -> None:
        """Have the worker make one step of the choices."""
        workspace = self._session.workspace
        if workspace is None or not choices:
            return
        asked_on = workspace.district

        def made(result: MendResult) -> None:
            if self._session.workspace is None or self._session.workspace.district is not asked_on:
                self._session.said.emit(
                    _("The map has changed meanwhile. Please do that once more."), "warning"
                )
                return
            if result.correction is not None and self._session.amend(result.correction):
                text = _("{n} faults are mended, {left} left out since a mend would have made a new fault.")
                said = text.format(n=result.done, left=result.refused)
                self._session.said.emit(f"{said} {result.note}".rstrip(), "done")
                if self.ended:
                    return
                self._concerned, self._note = result.communities, result.note
                self.again.setVisible(bool(result.communities))
            elif result.correction is None:
                self._session.said.emit(
                    _("This mend would make a new fault. Choose another keeper, or mend it by hand."),
                    "warning",
                )

        self._session.ask(
            "mend_step",
            made,
            amendments=workspace.contents.amendments,
            choices=tuple(choices),
            overlap=str(self.policy.currentData()),
            role=str(self.layer.currentData()),
        )

    def _replan(self) -> None:
        """Ask the engine for the grids of the communities that got or gave land."""
        workspace = self._session.workspace
        if workspace is not None and self._concerned:
            contents = workspace.contents
            self._session.propose(replan_request(contents.district, contents.request, self._concerned))

    def let_go(self) -> None:
        self._window.map.show_sketch(None)
        self._session.changed.disconnect(self._on_changed)
        self._session.opened.disconnect(self.close)
