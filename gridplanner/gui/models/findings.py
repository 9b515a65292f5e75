# SPDX-License-Identifier: LGPL-3.0-or-later
"""Findings as a table: the worst first, then by people concerned."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PySide6.QtGui import QColor

from gridplanner.gui import theme
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.texts import _

#: Rules that a fresh plan cannot keep yet: codes, workers and branches come in a later step.
LATER_RULES = ("code", "worker", "branch")
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
_ICONS = {Severity.ERROR: "findings", Severity.WARNING: "findings", Severity.INFO: "identify"}


def sorted_findings(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings, those that count first, then by people."""
    return sorted(
        findings,
        key=lambda f: (
            bool(f.waiver),
            _ORDER[f.severity],
            f.rule in LATER_RULES,
            -f.people,
            f.rule,
            f.subjects,
        ),
    )


def rule_title(rule: str) -> str:
    """Return the name of a rule in the user's language."""
    titles = {
        "people": _("People"),
        "households": _("Households"),
        "service_radius": _("Service radius"),
        "contiguity": _("Contiguity"),
        "nesting": _("Inside one community"),
        "overlap": _("Overlap"),
        "gap": _("Gap in the coverage"),
        "code": _("Code"),
        "branch": _("Branch"),
        "worker": _("Worker"),
        "estates": _("Estate cut"),
        "barriers": _("Barrier"),
        "street_line": _("Street line"),
        "station_reach": _("Reach of the station"),
        "nets": _("Departmental nets"),
        "enclosed": _("Enclosed grid"),
        "dedicated": _("Dedicated grid"),
        "community_parts": _("Community in parts"),
        "building_cut": _("Building cut"),
        "community_size": _("Size of the community"),
        "unplaced": _("Rows without a building"),
        "layer_fault": _("Fault of a layer"),
        "attach": _("Single building apart"),
        "join": _("Must lie together"),
        "part": _("Must lie apart"),
        "carve": _("Site carved out"),
        "adjacency": _("Links and cuts"),
        "weights": _("Load weights"),
    }
    kind, _dot, what = rule.partition(".")
    return titles.get(rule) or of_a_kind(kind, what) or rule


def of_a_kind(kind: str, what: str) -> str:
    """Return the name of a remark on data or on a run, `kind.what`; "" for an unknown kind."""
    if kind == "read":
        return reading_title(what)
    if kind == "repair":
        return repair_title(what)
    return {
        "release": _("Next year's data"),
        "merge": _("Merged street plans"),
        "plan": _("Why a rule cannot be kept"),
    }.get(kind, "")


def repair_title(what: str) -> str:
    """Return the name of a repair; the part after `repair.`."""
    titles = {
        "overlap": _("Overlaps settled"),
        "gap": _("Gaps settled"),
        "sliver": _("Slivers closed"),
    }
    return titles.get(what) or _("Repairs")


def reading_title(what: str) -> str:
    """Return the name of what was found while reading; the part after `read.`."""
    titles = {
        "geometry": _("Reading: shapes"),
        "repaired": _("Reading: shapes"),
        "drawing": _("Reading: drawing"),
        "outside": _("Reading: outside the district"),
        "crs": _("Reading: coordinate system"),
        "axes": _("Reading: coordinate system"),
        "text": _("Reading: garbled text"),
        "encoding": _("Reading: encoding"),
        "code": _("Reading: codes"),
        "codes": _("Reading: codes"),
        "duplicate": _("Reading: rows given twice"),
        "count": _("Reading: rows lost"),
        "deleted": _("Reading: deleted rows"),
        "number": _("Reading: numbers"),
        "fractional": _("Reading: fractions of people"),
        "people": _("Reading: people"),
        "estimated": _("Reading: people estimated"),
        "totals": _("Reading: rows of totals"),
        "ledger": _("Reading: ledger"),
        "match": _("Reading: ledger against the layer"),
        "unplaced": _("Reading: rows without a place"),
        "personal": _("Reading: personal data"),
    }
    return titles.get(what) or _("Reading")


class FindingsModel(QAbstractTableModel):
    """Rows of findings with a filter by text, rule and severity."""

    def __init__(self) -> None:
        super().__init__()
        self._all: list[Finding] = []
        self.rows: list[Finding] = []
        self._text, self._rule, self._severity = "", "", ""

    def set_findings(self, findings: Sequence[Finding]) -> None:
        """Show other findings."""
        self._all = sorted_findings(findings)
        self._filter()

    def set_filter(self, text: str, rule: str, severity: str) -> None:
        """Show only findings that hold the text, of a rule and a severity ("" = all)."""
        self._text, self._rule, self._severity = text.strip().lower(), rule, severity
        self._filter()

    def rules(self) -> list[str]:
        """Return the rules that occur."""
        return sorted({f.rule for f in self._all})

    def _filter(self) -> None:
        """Apply the filter."""
        self.beginResetModel()
        self.rows = [f for f in self._all if self._shows(f)]
        self.endResetModel()

    def _shows(self, finding: Finding) -> bool:
        """Tell whether a finding passes the filter."""
        if self._rule and finding.rule != self._rule:
            return False
        if self._severity and finding.severity.value != self._severity:
            return False
        return not self._text or self._text in f"{finding.text} {' '.join(finding.subjects)}".lower()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 3

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0):
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return (_("Check item"), _("What is wrong"), _("People"))[section]
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole):
        finding = self.rows[index.row()]
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            if column == 0:
                return rule_title(finding.rule)
            if column == 1:
                waived = _("(waived) ") if finding.waiver else ""
                return waived + finding.text
            return f"{finding.people:,}" if finding.people else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            parts = [
                finding.text,
                finding.remedy,
                finding.waiver and _("Waived: {reason}").format(reason=finding.waiver),
            ]
            return "\n".join(part for part in parts if part)
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            return theme.icon(_ICONS[finding.severity], theme.SIGNAL[finding.severity.value])
        if role == Qt.ItemDataRole.TextAlignmentRole and column == 2:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and finding.waiver:
            return QColor("#8C99A6")
        return None
