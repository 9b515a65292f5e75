# SPDX-License-Identifier: LGPL-3.0-or-later
"""One layer of the import assistant: what it is, how it reads, what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGridLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gridplanner.gui.panels.layers import role_title
from gridplanner.gui.widgets import label
from gridplanner.model.layers import FIELD_KEYS, ROLES
from gridplanner.texts import _, ngettext

ENCODINGS = ("", "utf-8", "gb18030", "gbk", "big5")
CRS = (
    "",
    "EPSG:4545",
    "EPSG:4546",
    "EPSG:4547",
    "EPSG:4549",
    "EPSG:4526",
    "EPSG:4490",
    "EPSG:4326",
    "GCJ-02",
    "BD-09",
)


def field_title(key: str) -> str:
    """Return the meaning of a column in the user's language."""
    return {
        "id": _("Identifier"),
        "code": _("Code of the unit"),
        "name": _("Name"),
        "street": _("Street name"),
        "street_code": _("Street code"),
        "community": _("Community name"),
        "community_code": _("Community code"),
        "community_type": _("Type of community"),
        "estate": _("Estate"),
        "building": _("Building code"),
        "people": _("People"),
        "households": _("Households"),
        "kind": _("Kind of grid"),
        "dedicated_kind": _("Kind of unit"),
        "old_grid": _("Old grid"),
        "members": _("Party members"),
        "secretary": _("Secretary"),
        "floating": _("Floating population"),
        "elderly": _("Elderly people"),
        "shops": _("Shops"),
        "management": _("Who manages the estate"),
    }[key]


class LayerForm(QScrollArea):
    """Everything about one layer of one file.

    Signals
    -------
    changed : something was chosen differently
    encoding_wanted : str - the planner wants to see the texts in another encoding
    """

    changed = Signal()
    encoding_wanted = Signal(str)

    def __init__(self, guess: Any) -> None:
        super().__init__()
        self.guess = guess
        self.setWidgetResizable(True)
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setSpacing(8)
        facts = ngettext("{rows} row, {kind}", "{rows} rows, {kind}", guess.rows)
        facts = facts.format(rows=f"{guess.rows:,}", kind=kind_title(guess.kind))
        layout.addWidget(label(f"{Path(guess.path).name} {guess.layer}".strip(), "heading"))
        layout.addWidget(label(facts, "quiet"))
        self.missing = label(missing_text(guess.missing), "warning")
        self.missing.setVisible(bool(guess.missing))
        layout.addWidget(self.missing)
        layout.addLayout(self._choices())
        self.reads, self.place = label("", "quiet"), label("", "quiet")
        layout.addWidget(self.reads)
        layout.addWidget(self.place)
        layout.addWidget(label(_("Columns and their meaning"), "heading"))
        layout.addLayout(self._fields())
        layout.addWidget(label(_("First rows"), "heading"))
        self.rows = QTableWidget()
        self.rows.setMinimumHeight(150)
        self.rows.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        layout.addWidget(self.rows)
        self.remarks = label("", "quiet")
        layout.addWidget(self.remarks)
        layout.addStretch(1)
        self.setWidget(inner)
        self.show_guess(guess)

    def _choices(self) -> QFormLayout:
        """Build role, encoding and CRS."""
        guess = self.guess
        form = QFormLayout()
        self.role = _box([(role_title(r), r) for r in ("", *ROLES)], guess.role)
        self.encoding = _box([(e or _("decide by test"), e) for e in ENCODINGS], "")
        if guess.encoding:
            self.encoding.setItemText(0, _("decide by test: {name}").format(name=guess.encoding))
        self.crs = _box([(c or _("as declared in the file"), c) for c in CRS], "")
        self.crs.setEditable(True)
        form.addRow(_("What it is"), self.role)
        form.addRow(_("Encoding"), self.encoding)
        form.addRow(_("Coordinate system"), self.crs)
        if not guess.crs and guess.likely_crs:
            self.crs.setEditText(guess.likely_crs[0])
        self.role.currentIndexChanged.connect(lambda _i: self.changed.emit())
        self.crs.currentTextChanged.connect(lambda _t: self.changed.emit())
        self.encoding.activated.connect(
            lambda _i: self.encoding_wanted.emit(str(self.encoding.currentData() or ""))
        )
        return form

    def show_guess(self, guess: Any) -> None:
        """Show how the file reads; the choices of the planner stay."""
        chosen = self.chosen_fields()
        self.guess = guess
        self.reads.setText(
            _("Chinese text reads: {text}").format(text="、".join(guess.preview)) if guess.preview else ""
        )
        said = guess.crs
        if not said and guess.likely_crs:
            likely = ", ".join(guess.likely_crs)
            said = _("none declared; the coordinates look like {list}").format(list=likely)
        self.place.setText(_("CRS: {text}").format(text=said[:160]) if said else "")
        for widget, text in ((self.reads, guess.preview), (self.place, said)):
            widget.setVisible(bool(text))
        self._fill_columns()
        for key, box in self.fields.items():
            # Names of columns are texts too: in another encoding they are others.
            wanted = chosen.get(key, "")
            box.setCurrentIndex(
                max(0, box.findData(wanted if wanted in guess.columns else guess.fields.get(key, "")))
            )
        _show_rows(self.rows, guess)
        self.remarks.setText("\n".join(finding.text for finding in guess.findings[:8]))

    def _fields(self) -> QGridLayout:
        """Build one list per meaning, in two columns."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        self.fields: dict[str, QComboBox] = {}
        # One list of columns for all meanings: twenty lists of their own take ten times as long.
        self._columns = QStandardItemModel(self)
        half = (len(FIELD_KEYS) + 1) // 2
        width = self.fontMetrics().averageCharWidth() * 16
        for i, key in enumerate(FIELD_KEYS):
            box = QComboBox()
            box.setModel(self._columns)
            # Not by setSizeAdjustPolicy: it builds the list that drops down, for each of twenty boxes.
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            box.setMinimumWidth(width)
            box.activated.connect(lambda _i: self.changed.emit())
            self.fields[key] = box
            row, column = i % half, 2 * (i // half)
            name: QLabel = label(field_title(key), wrap=False)
            name.setBuddy(box)
            grid.addWidget(name, row, column)
            grid.addWidget(box, row, column + 1)
        return grid

    def _fill_columns(self) -> None:
        """List the columns of the file to choose from."""
        self._columns.clear()
        for text, key in [("-", ""), *((c, c) for c in self.guess.columns)]:
            item = QStandardItem(text)
            item.setData(key, Qt.ItemDataRole.UserRole)
            self._columns.appendRow(item)

    def chosen_fields(self) -> dict[str, str]:
        """Return the column of each meaning that has one."""
        return {key: str(box.currentData()) for key, box in self.fields.items() if box.currentData()}

    def chosen_crs(self) -> str:
        """Return the CRS chosen or typed; "" for the declared one."""
        text = self.crs.currentText().strip()
        known = {self.crs.itemText(i): self.crs.itemData(i) for i in range(self.crs.count())}
        return str(known.get(text, text) or "")

    def values(self) -> dict[str, Any]:
        """Return the layer's table of a configuration."""
        # Meanings that were matched by the alias table stay unnamed, so that the table decides.
        named = {k: v for k, v in self.chosen_fields().items() if self.guess.fields.get(k) != v}
        values = {
            "path": str(Path(self.guess.path).resolve()),
            "layer": self.guess.layer,
            "encoding": str(self.encoding.currentData() or ""),
            "crs": self.chosen_crs(),
            "fields": named,
        }
        return {k: v for k, v in values.items() if v}

    def choices(self) -> dict[str, Any]:
        """Return what is worth remembering for the next delivery of this file."""
        kept = {k: v for k, v in self.values().items() if k in ("encoding", "crs", "fields")}
        return {"role": str(self.role.currentData()), **kept}

    def recall(self, kept: Mapping[str, Any]) -> None:
        """Choose as the last time; what the file does not have is left to the guess."""
        self.role.setCurrentIndex(max(0, self.role.findData(str(kept.get("role", "")))))
        self.encoding.setCurrentIndex(max(0, self.encoding.findData(str(kept.get("encoding", "")))))
        # A file that declares its CRS is believed, whatever the last one lacked.
        if kept.get("crs") and not self.guess.crs:
            self.crs.setEditText(str(kept["crs"]))
        fields = kept.get("fields", {})
        for key, column in fields.items() if isinstance(fields, Mapping) else ():
            if key in self.fields and self.fields[key].findData(column) > 0:
                self.fields[key].setCurrentIndex(self.fields[key].findData(column))


def missing_text(missing: Sequence[str]) -> str:
    """Return what a shapefile lacks of its set, and what that means."""
    meaning = {
        ".shx": _("shapes are found one after another"),
        ".dbf": _("no attributes"),
        ".prj": _("coordinate system to be chosen"),
        ".cpg": _("encoding decided by test"),
    }
    parts = [_("{name} ({parts})").format(name=name, parts=meaning[name]) for name in missing]
    return _("Missing from the set: {list}.").format(list=_(", ").join(parts)) if parts else ""


def kind_title(kind: str) -> str:
    """Return a shape's name in the user's language."""
    return {
        "polygon": _("polygons"),
        "line": _("lines"),
        "point": _("points"),
        "table": _("a table"),
    }.get(kind, kind)


def pattern_of(guess: Any) -> str:
    """Return what stays the same in a file's name from one delivery to the next: no digits."""
    name = f"{Path(guess.path).name}|{guess.layer}"
    return "".join(c for c in name.lower() if not c.isdigit())


def _box(choices: Sequence[tuple[str, str]], value: str) -> QComboBox:
    """Return a list to choose from."""
    box = QComboBox()
    _fill(box, choices)
    box.setCurrentIndex(max(0, box.findData(value)))
    return box


def _fill(box: QComboBox, choices: Sequence[tuple[str, str]]) -> None:
    """Put other choices into a list."""
    box.clear()
    for text, key in choices:
        box.addItem(text, key)


def _show_rows(table: QTableWidget, guess: Any) -> None:
    """Show the first rows."""
    table.setRowCount(min(len(guess.sample), 6))
    table.setColumnCount(len(guess.columns))
    table.setHorizontalHeaderLabels(list(guess.columns))
    for r, values in enumerate(guess.sample[:6]):
        for c, value in enumerate(values):
            item = QTableWidgetItem(str(value))
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
            table.setItem(r, c, item)
