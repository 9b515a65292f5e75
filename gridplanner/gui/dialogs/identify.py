# SPDX-License-Identifier: LGPL-3.0-or-later
"""Everything about one place: grid, community, building, findings."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from gridplanner.gui.canvas.tool import MapPoint
from gridplanner.gui.corrections import building_title, recount_building
from gridplanner.gui.dialogs.ask import AskDialog, Field
from gridplanner.gui.dialogs.beside import lay_aside
from gridplanner.gui.panels.layers import layer_title
from gridplanner.gui.widgets import Figures, label
from gridplanner.model.titles import word_title
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.gui.session import Session
    from gridplanner.gui.shell import Shell


#: Buildings of one area that the card lists; more would not fit on the screen.
MOST_BUILDINGS = 12
_BUILDING = "building:"


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
            (_("Grid"), f"{record.name} {record.code}".strip() or f"+{grid + 1}", ""),
            (_("Kind"), word_title(record.kind_words()), ""),
            (_("People"), f"{int(totals.people[grid]):,}", ""),
            (_("Households"), f"{int(totals.households[grid]):,}", ""),
        ]
    rows += _levels_at(session, atom)
    old = int(district.atoms.old_grid[atom])
    if old >= 0:
        rows.append((_("Today's grid"), district.grids_before[old].code, ""))
    estate = int(district.atoms.estate[atom])
    if estate >= 0:
        rows.append((_("Estate"), str(district.estates[estate]), ""))
    for b in (district.buildings.atom == atom).nonzero()[0][:MOST_BUILDINGS].tolist():
        counts = _("{people} people, {households} households").format(
            people=f"{int(district.buildings.people[b]):,}",
            households=f"{int(district.buildings.households[b]):,}",
        )
        rows.append((building_title(district, b), counts, f"{_BUILDING}{b}"))
    return rows


def _levels_at(session: Session, atom: int) -> list[tuple[str, str, str]]:
    """Return the micro-grid and the area grid of an atom, where they are on the map."""
    rows = []
    for key, (plan, view) in session.levels.items():
        grid = int(view.plan.assignment[atom]) if plan is session.plan else -1
        if grid >= 0:
            record = view.plan.grids[grid]
            told = _("{name} {code}, {people} people").format(
                name=record.name, code=record.code, people=f"{int(view.people[grid]):,}"
            )
            rows.append((layer_title(key), told, ""))
    return rows


class IdentifyDialog(QDialog):
    """A card of facts that stays beside the map."""

    def __init__(self, parent: QWidget | None, session: Session, at: MapPoint) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Identify"))
        self.setMinimumWidth(360)
        self._session, self._at = session, at
        self.figures = Figures()
        self.figures.clicked.connect(self._edit)
        layout = QVBoxLayout(self)
        layout.addWidget(self.figures)
        self.hint = label(_("Click the people of a building to correct them."), "quiet")
        layout.addWidget(self.hint)
        self.refresh()
        session.changed.connect(self.refresh)
        codes = {session.plan.grids[g].code for g in session.selection} if session.plan else set()
        said = [f.text for f in session.findings if codes & set(f.subjects)]
        for text in said[:5]:
            layout.addWidget(label(text, "quiet"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def refresh(self, *_args: object) -> None:
        """Show the facts of now."""
        rows = rows_at(self._session, self._at)
        self.figures.show_rows(rows)
        self.hint.setVisible(any(link for _name, _value, link in rows))

    def _edit(self, link: str) -> None:
        """Ask for the counts of a building, with who says so and when."""
        building = int(link.removeprefix(_BUILDING))
        district = self._session.workspace.district
        answer = AskDialog.ask(
            self,
            building_title(district, building),
            [
                Field("people", _("People"), int(district.buildings.people[building])),
                Field("households", _("Households"), int(district.buildings.households[building])),
                Field("source", _("Source"), "", required=True),
                Field("day", _("Date"), date.today().isoformat()),
            ],
            _("The area, its grid and all checks follow. The journal keeps the old value, source and date."),
        )
        if answer:
            recount_building(
                self._session,
                building,
                int(str(answer["people"])),
                int(str(answer["households"])),
                str(answer["source"]),
                str(answer["day"]),
            )

    @classmethod
    def tell(cls, window: Shell, at: MapPoint) -> None:
        """Show what lies at a point; an earlier card goes."""
        earlier = window.findChild(cls)
        if earlier is not None:
            earlier.close()
            earlier.deleteLater()
        card = cls(window, window.session, at)
        card.show()
        lay_aside(card)
