# SPDX-License-Identifier: LGPL-3.0-or-later
"""The import assistant: what each file is, its encoding, CRS and columns; all of it correctable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gridplanner.gui.panels.layers import layer_title
from gridplanner.gui.widgets import label
from gridplanner.model.layers import FIELD_KEYS, ROLES
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.gui.main_window import MainWindow

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


def role_title(role: str) -> str:
    """Return a role's name in the user's language."""
    own = {
        "": _("do not use"),
        "communities": _("Communities"),
        "grids": _("Today's grids"),
        "atoms": _("Ready-made smallest areas"),
        "people": _("People table"),
        "stairs": _("Stairs (units)"),
    }
    return own.get(role) or layer_title(role)


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
    """Everything about one layer of one file."""

    def __init__(self, guess: Any) -> None:
        super().__init__()
        self.guess = guess
        self.setWidgetResizable(True)
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setSpacing(8)
        facts = _("{rows} rows, {kind}").format(rows=f"{guess.rows:,}", kind=kind_title(guess.kind))
        layout.addWidget(label(f"{Path(guess.path).name} {guess.layer}".strip(), "heading"))
        layout.addWidget(label(facts, "quiet"))
        layout.addLayout(self._choices())
        for text in self._remarks():
            layout.addWidget(label(text, "quiet"))
        layout.addWidget(label(_("Columns and their meaning"), "heading"))
        layout.addLayout(self._fields())
        layout.addWidget(label(_("First rows"), "heading"))
        layout.addWidget(_rows(guess))
        for finding in guess.findings[:8]:
            layout.addWidget(label(finding.text, "quiet"))
        layout.addStretch(1)
        self.setWidget(inner)

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
        return form

    def _remarks(self) -> list[str]:
        """Return what the encoding and the CRS look like."""
        guess, remarks = self.guess, []
        if guess.preview:
            remarks.append(_("Chinese text reads: {text}").format(text="、".join(guess.preview)))
        said = guess.crs
        if not said and guess.likely_crs:
            likely = ", ".join(guess.likely_crs)
            said = _("none declared; the coordinates look like {list}").format(list=likely)
        if said:
            remarks.append(_("CRS: {text}").format(text=said[:160]))
        return remarks

    def _fields(self) -> QGridLayout:
        """Build one list per meaning."""
        grid = QGridLayout()
        self.fields: dict[str, QComboBox] = {}
        for i, key in enumerate(FIELD_KEYS):
            box = _box([("-", ""), *((c, c) for c in self.guess.columns)], self.guess.fields.get(key, ""))
            self.fields[key] = box
            place = (i % 9, 2 * (i // 9))
            grid.addWidget(label(field_title(key), wrap=False), *place)
            grid.addWidget(box, place[0], place[1] + 1)
        return grid

    def values(self) -> dict[str, Any]:
        """Return the layer's table of a configuration."""
        values: dict[str, Any] = {"path": str(Path(self.guess.path).resolve()), "layer": self.guess.layer}
        values["encoding"] = str(self.encoding.currentData() or "")
        text = self.crs.currentText().strip()
        known = {self.crs.itemText(i): self.crs.itemData(i) for i in range(self.crs.count())}
        values["crs"] = str(known.get(text, text) or "")
        chosen = {key: str(box.currentData()) for key, box in self.fields.items() if box.currentData()}
        # Meanings that were matched by the alias table stay unnamed, so that the table decides.
        values["fields"] = {k: v for k, v in chosen.items() if self.guess.fields.get(k) != v}
        return {k: v for k, v in values.items() if v}


class ImportAssistant(QDialog):
    """A list of layers on the left, the form of the one in hand on the right."""

    def __init__(self, parent: QWidget | None, guesses: Sequence[Any], remembered: Mapping[str, str]) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Import layers and ledgers"))
        self.resize(980, 680)
        self.forms = [LayerForm(guess) for guess in guesses]
        self.name = QLineEdit(Path(guesses[0].path).resolve().parent.name if guesses else "")
        self.list = QListWidget()
        self.list.setMaximumWidth(300)
        self.stack = QStackedWidget()
        for form in self.forms:
            kept = remembered.get(pattern_of(form.guess))
            if kept is not None:
                form.role.setCurrentIndex(max(0, form.role.findData(kept)))
            self.list.addItem(QListWidgetItem(""))
            self.stack.addWidget(form)
            form.role.currentIndexChanged.connect(self._retitle)
        self.list.currentRowChanged.connect(self.stack.setCurrentIndex)
        self.problem = label("", "quiet")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        top = QFormLayout()
        top.addRow(_("Name of the district"), self.name)
        middle = QHBoxLayout()
        middle.addWidget(self.list)
        middle.addWidget(self.stack, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.addLayout(top)
        layout.addLayout(middle, 1)
        layout.addWidget(self.problem)
        layout.addWidget(self.buttons)
        self._retitle()
        self.list.setCurrentRow(0)

    def _retitle(self, *_args: object) -> None:
        """Show each layer's role in the list; OK waits for what a plan needs."""
        roles = [str(form.role.currentData()) for form in self.forms]
        for i, form in enumerate(self.forms):
            name = form.guess.layer or Path(form.guess.path).name
            self.list.item(i).setText(f"{role_title(roles[i])}\n{name}")
        used = [role for role in roles if role]
        twice = sorted({role_title(r) for r in used if used.count(r) > 1})
        text = ""
        if not {"buildings", "atoms", "grids"} & set(used):
            text = _("Name at least one layer as buildings, ready-made smallest areas or today's grids.")
        elif twice:
            text = _("Two layers have the same role: {roles}.").format(roles=", ".join(twice))
        self.problem.setText(text)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not text)

    def values(self) -> dict[str, Any]:
        """Return the configuration the layers make."""
        layers = {str(f.role.currentData()): f.values() for f in self.forms if f.role.currentData()}
        return {
            "name": self.name.text().strip() or _("district"),
            "layers": layers,
            "rules": {"preset": "bazhou"},
            "repair": {"overlap": "most_people", "gap": "longest_border"},
        }

    def remembered(self) -> dict[str, str]:
        """Return the role of each file pattern, for the next time."""
        return {pattern_of(f.guess): str(f.role.currentData()) for f in self.forms}

    @classmethod
    def ask(cls, window: MainWindow, guesses: Sequence[Any]) -> dict[str, Any] | None:
        """Ask; None when cancelled. Roles are remembered per file pattern."""
        kept = window.settings.get("import_roles", {})
        dialog = cls(window, guesses, kept if isinstance(kept, dict) else {})
        if dialog.exec() != QDialog.DialogCode.Accepted:
            return None
        window.settings.set("import_roles", {**kept, **dialog.remembered()})
        return dialog.values()


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
    for text, key in choices:
        box.addItem(text, key)
    box.setCurrentIndex(max(0, box.findData(value)))
    return box


def _rows(guess: Any) -> QTableWidget:
    """Return the first rows as a table."""
    table = QTableWidget(min(len(guess.sample), 6), len(guess.columns))
    table.setHorizontalHeaderLabels(list(guess.columns))
    table.setMinimumHeight(150)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    for r, values in enumerate(guess.sample[:6]):
        for c, value in enumerate(values):
            item = QTableWidgetItem(str(value))
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
            table.setItem(r, c, item)
    return table
