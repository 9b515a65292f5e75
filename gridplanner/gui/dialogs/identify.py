# SPDX-License-Identifier: LGPL-3.0-or-later
"""Everything about one place: grid, community, building, findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from gridplanner.gui.canvas.tool import MapPoint
from gridplanner.gui.widgets import Figures, label
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.gui.main_window import MainWindow
    from gridplanner.gui.session import Session


def rows_at(session: Session, at: MapPoint) -> list[tuple[str, str, str]]:
    """Return names and values of what lies at a point."""
    rows = [(_("Place"), f"X {at.x:,.1f}  Y {at.y:,.1f}", "")]
    workspace = session.workspace
    if workspace is None or at.feature < 0:
        return [*rows, (_("Grid"), _("outside"), "")]
    district, atom, plan = workspace.district, at.feature, workspace.plan
    grid = int(plan.assignment[atom])
    home = int(district.atoms.community[atom])
    rows.append(
        (_("Community"), f"{district.communities.names[home]} {district.communities.codes[home]}", "")
    )
    if grid >= 0:
        record, totals = plan.grids[grid], session.totals
        rows += [
            (_("Grid"), f"{record.name} {record.code}".strip(), ""),
            (_("Kind"), f"{record.kind} {record.dedicated_kind}".strip(), ""),
            (_("People"), f"{int(totals.people[grid]):,}", ""),
            (_("Households"), f"{int(totals.households[grid]):,}", ""),
        ]
    old = int(district.atoms.old_grid[atom])
    if old >= 0:
        rows.append((_("Today's grid"), district.grids_before[old].code, ""))
    estate = int(district.atoms.estate[atom])
    if estate >= 0:
        rows.append((_("Estate"), str(district.estates[estate]), ""))
    for b in (district.buildings.atom == atom).nonzero()[0][:6].tolist():
        name = f"{district.buildings.names[b]} {district.buildings.codes[b]}".strip()
        people = _("{n} people").format(n=int(district.buildings.people[b]))
        rows.append((_("Building"), f"{name}  {people}", ""))
    return rows


class IdentifyDialog(QDialog):
    """A card of facts that stays beside the map."""

    def __init__(self, parent: QWidget | None, session: Session, at: MapPoint) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Identify"))
        self.setMinimumWidth(360)
        self.figures = Figures()
        self.figures.show_rows(rows_at(session, at))
        layout = QVBoxLayout(self)
        layout.addWidget(self.figures)
        codes = {session.plan.grids[g].code for g in session.selection} if session.plan else set()
        said = [f.text for f in session.findings if codes & set(f.subjects)]
        for text in said[:5]:
            layout.addWidget(label(text, "quiet"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    @classmethod
    def tell(cls, window: MainWindow, at: MapPoint) -> None:
        """Show what lies at a point; an earlier card goes."""
        earlier = window.findChild(cls)
        if earlier is not None:
            earlier.close()
            earlier.deleteLater()
        cls(window, window.session, at).show()
