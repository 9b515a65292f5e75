# SPDX-License-Identifier: LGPL-3.0-or-later
"""The panel of each step: what stands, what is open, and the one next thing to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from gridplanner.gui.models.findings import rule_title
from gridplanner.gui.panels.headlines import HeadlineCard
from gridplanner.gui.panels.last_pages import ExportPage, StaffPage
from gridplanner.gui.panels.layers import role_title
from gridplanner.gui.panels.plan_page import PlanPage
from gridplanner.gui.panels.requirements import broken_rows, requirement_rows
from gridplanner.gui.panels.rules_page import RulesPage
from gridplanner.gui.widgets import Figures, Page, button, label, row, shared_row
from gridplanner.texts import _, ngettext

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell


def make_pages(window: Shell) -> dict[str, QWidget]:
    """Return the page of each step."""
    return {
        "data": DataPage(window),
        "check": CheckPage(window),
        "rules": RulesPage(window),
        "plan": PlanPage(window),
        "edit": EditPage(window),
        "staff": StaffPage(window),
        "export": ExportPage(window),
    }


class DataPage(Page):
    """What was read."""

    def __init__(self, window: Shell) -> None:
        super().__init__(
            _("Data"), _("What was read, and what could not be. The originals are never changed.")
        )
        self._session = window.session
        self.figures = Figures()
        self.losses = Figures()
        self.next = button(_("Next: health check"), lambda: window.steps.go("check"), primary=True)
        self.losses.clicked.connect(window.findings.show_only)
        self.add(
            row(
                button(_("Add layers..."), window.groups["file"].new, icon="new"),
                button(_("Open..."), window.groups["file"].open, icon="open"),
            ),
            label(_("In this project"), "heading"),
            self.figures,
            label(_("Losses and repairs"), "heading"),
            self.losses,
            self.next,
        )
        self.end()
        self._session.opened.connect(self.catch_up)
        self.refresh()

    def refresh(self) -> None:
        """Show the counts."""
        workspace = self._session.workspace
        self.next.setEnabled(workspace is not None)
        if workspace is None:
            self.figures.show_rows([(_("No project is open"), "", "")])
            self.losses.show_rows([(_("None"), "", "")])
            return
        district = workspace.district
        rows = [
            (_("Communities"), f"{len(district.communities):,}", ""),
            (_("Today's grids"), f"{len(district.grids_before):,}", ""),
            (_("Smallest areas"), f"{len(district.atoms):,}", ""),
            (_("Buildings"), f"{len(district.buildings):,}", ""),
            (_("People"), f"{int(district.atoms.people.sum()):,}", ""),
            (_("Households"), f"{int(district.atoms.households.sum()):,}", ""),
            (_("Coordinate system"), district.crs[:20], ""),
        ]
        rows += [
            (
                _("Layer: {name}").format(name=role_title(key)),
                ngettext("{n} row", "{n} rows", len(layer.rows)).format(n=f"{len(layer.rows):,}")
                if len(layer.rows)
                else "",
                "",
            )
            for key, layer in district.originals.items()
        ]
        self.figures.show_rows(rows)
        counts: dict[str, int] = {}
        for finding in workspace.contents.findings:
            counts[finding.rule] = counts.get(finding.rule, 0) + finding.count
        self.losses.show_rows(
            [(rule_title(rule), f"{n:,}", rule) for rule, n in sorted(counts.items())]
            or [(_("None"), "", "")]
        )


class CheckPage(Page):
    """The health check of today's grids."""

    def __init__(self, window: Shell) -> None:
        super().__init__(
            _("Health check"),
            _("What is wrong with today's grids under the rules in force. Numbers are links."),
        )
        self._session = window.session
        self._window = window
        self.state = label("", "heading")
        self.requirements = Figures()
        self.requirements.clicked.connect(window.findings.show_only)
        self.facts = Figures()
        self.headlines = HeadlineCard(window.session)
        self.add(
            self.state,
            self.requirements,
            self.headlines,
            label(_("Today's grids"), "heading"),
            self.facts,
            row(
                button(_("Previous"), lambda: window.findings.step(-1), icon="previous"),
                button(_("Next finding"), lambda: window.findings.step(1), icon="next"),
            ),
            button(_("Next: rules"), lambda: window.steps.go("rules"), primary=True),
        )
        self.end()
        self._session.judged.connect(self.refresh)
        self._session.opened.connect(self.catch_up)
        self.refresh()

    def refresh(self) -> None:
        """Show the counts per rule, and the headline indicators."""
        session = self._session
        self.headlines.refresh()
        if session.workspace is None or session.today_measures is None:
            self.state.setText(_("No project is open") if session.workspace is None else _("Checking..."))
            self.requirements.show_rows([])
            self.facts.show_rows([])
            return
        errors = sum(f.counts for f in session.today_findings)
        self.state.setText(
            _("{n} breaches of hard rules").format(n=errors) if errors else _("No hard rule is broken")
        )
        self.requirements.show_rows(broken_rows(session.today_findings))
        measures, plan = session.today_measures, session.before
        general = plan.general()
        people = measures.people[general]
        self.facts.show_rows(
            [
                (_("General grids"), f"{int(general.sum()):,}", ""),
                (_("Dedicated grids, number"), f"{int((~general).sum()):,}", ""),
                (
                    _("People per grid, smallest"),
                    f"{int(people.min()) if len(people) else 0:,}",
                    "",
                ),
                (_("People per grid, mean"), f"{people.mean() if len(people) else 0:,.0f}", ""),
                (_("People per grid, largest"), f"{int(people.max(initial=0)):,}", ""),
            ]
        )


class EditPage(Page):
    """Adjust by hand."""

    def __init__(self, window: Shell) -> None:
        super().__init__(
            _("Adjust"), _("Choose a tool, work on the map; every step can be undone and is checked at once.")
        )
        self._session = window.session
        self._window = window
        tools = window.actions_by_id
        for names in (
            ("tool_select", "tool_border", "tool_brush"),
            ("tool_click", "tool_rectangle", "tool_lasso"),
            ("tool_split", "split_auto", "merge"),
            ("new_grid", "convert", "lock"),
            ("fill", "repair", "carve"),
            ("tool_draw", "tool_cut", "tool_corner"),
        ):
            self.add(self._row(tools, names))
        self.requirements = Figures()
        self.requirements.clicked.connect(window.findings.show_only)
        self.selection = Figures()
        self.add(
            label(_("Selection"), "heading"),
            self.selection,
            label(_("Requirements"), "heading"),
            self.requirements,
            button(_("Next: branches and staff"), lambda: window.steps.go("staff"), primary=True),
        )
        self.end()
        for signal in (
            self._session.judged,
            self._session.opened,
            self._session.selected,
            self._session.changed,
        ):
            signal.connect(self.refresh)

    @staticmethod
    def _row(actions, names: tuple[str, ...]) -> QWidget:
        """Return a row of tool buttons with text under the icon."""
        from PySide6.QtCore import QSize, Qt
        from PySide6.QtWidgets import QSizePolicy, QToolButton

        made = []
        for name in names:
            tool = QToolButton()
            # The text of the menu is too long for a button; Qt takes the icon text instead.
            actions[name].setIconText(short_text(name))
            tool.setDefaultAction(actions[name])
            tool.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            tool.setIconSize(QSize(20, 20))
            tool.setFixedHeight(52)
            tool.setMinimumWidth(76)
            tool.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            made.append(tool)
        return shared_row(*made)

    def refresh(self, *_args: object) -> None:
        """Show the selection and the requirements of the plan in work."""
        session = self._session
        if session.workspace is None or session.plan is None or not self.isVisible():
            return
        self.requirements.show_rows(requirement_rows(session))
        rows = []
        totals = session.totals
        for grid in session.selection[:6]:
            record = session.plan.grids[grid]
            name = record.name or record.code[-3:] or f"+{grid + 1}"
            rows.append((name, _("{n} people").format(n=f"{int(totals.people[grid]):,}"), ""))
        if len(session.selection) > 6:
            rows.append(("...", f"{len(session.selection)}", ""))
        self.selection.show_rows(rows or [(_("Nothing is selected"), "", "")])


def short_text(name: str) -> str:
    """Return the short name of a tool button."""
    return {
        "tool_select": _("Select"),
        "tool_border": _("Drag border"),
        "tool_brush": _("Brush"),
        "tool_click": _("Click"),
        "tool_rectangle": _("Rectangle"),
        "tool_lasso": _("Lasso"),
        "tool_split": _("Split by line"),
        "split_auto": _("Split evenly"),
        "merge": _("Merge"),
        "new_grid": _("New grid"),
        "convert": _("Convert"),
        "lock": _("Lock"),
        "fill": _("Fill"),
        "repair": _("Repair"),
        "carve": _("Carve out"),
        "tool_draw": _("Draw grid"),
        "tool_cut": _("Cut area"),
        "tool_corner": _("Move corner"),
    }[name]
