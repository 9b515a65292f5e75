# SPDX-License-Identifier: LGPL-3.0-or-later
"""The planning panel: the question, the run, and the proposal beside today's grids."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QRadioButton,
    QSpinBox,
    QWidget,
)

from gridplanner.gui.models.findings import LATER_RULES
from gridplanner.gui.panels.run_map import RunMap
from gridplanner.gui.widgets import Figures, Page, button, label, line, row, show_primary
from gridplanner.model.certificate import Certificate
from gridplanner.model.change import change_totals
from gridplanner.model.parameters import parameter
from gridplanner.model.request import PlanRequest
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell


def certificate_lines(certificate: Certificate, asked: int | str = "fewest") -> list[str]:
    """Return the proof in plain words.

    Parameters
    ----------
    certificate : Certificate
    asked : int or str
        The number of grids the planner asked for: a number that was given needs no proof.
    """
    lines = []
    names = {
        "grids": _("Number of grids"),
        "pieces": _("Cuts through today's grids"),
        "deviation": _("Mean deviation from the mean size"),
    }
    for name, bound in certificate.total.items():
        value, low = (f"{x:.2%}" if name == "deviation" else f"{x:,.0f}" for x in (bound.value, bound.bound))
        if name == "grids" and isinstance(asked, int):
            text = _("{value} grids as you asked. The rules allow no plan with fewer than {bound}.")
        elif bound.proven:
            text = _("{name}: {value}. Proven: no plan under these rules does better.")
        else:
            text = _("{name}: {value}. No plan under these rules can do better than {bound}.")
        lines.append(text.format(name=names.get(name, name), value=value, bound=low))
    lines += [part.reason for part in certificate.parts if part.reason][:8]
    return lines


class PlanPage(Page):
    """Ask the engine, watch it, review the proposal."""

    def __init__(self, window: Shell) -> None:
        super().__init__(
            _("Planning"), _("The program proposes; you decide. Nothing changes before you accept.")
        )
        self._session = window.session
        self._window = window
        self._build_question()
        self.run = button(_("Propose a plan"), window.groups["plan"].run, icon="plan", primary=True)
        self.stop = button(_("Stop"), window.session.cancel)
        self.several = button(_("Several plans to choose from..."), window.groups["plan"].trade_off)
        self.add(row(self.run, self.stop), self.several, line())
        self.run_map = RunMap(window)
        self._build_review()
        self.next = button(_("Next: adjust"), lambda: window.steps.go("edit"))
        self.add(self.next)
        self.end()
        session = self._session
        session.proposed.connect(self.refresh)
        session.opened.connect(self._on_opened)
        session.changed.connect(lambda change: self.refresh() if change.kind == "scenario" else None)
        session.stepped.connect(lambda text, _d, _t: self._on_step(text))
        self.refresh()

    def _build_question(self) -> None:
        """Build the question: how many, what matters most."""
        self.totals = QButtonGroup(self)
        self.fewest = QRadioButton(_("As few as the rules allow"))
        self.number = QRadioButton(_("Exactly"))
        self.repair = QRadioButton(_("Only mend what breaks a rule"))
        for choice in (self.fewest, self.number, self.repair):
            self.totals.addButton(choice)
        self.fewest.setChecked(True)
        self.count = QSpinBox()
        self.count.setRange(1, 100_000)
        self.count.setValue(288)
        self.count.setSuffix(_(" grids"))
        self.count.valueChanged.connect(lambda _n: self.number.setChecked(True))
        exact = QWidget()
        layout = QHBoxLayout(exact)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.number)
        layout.addWidget(self.count, 1)
        self.mode = self._modes()
        self.effort = self._efforts()
        self.carve = QCheckBox(_("Carve out candidate sites first"))
        self.selected_only = QCheckBox(_("Only the communities of the selected grids"))
        self.resume = QCheckBox(_("Go on from the plan in work"))
        self.resume.setToolTip(_("Communities that a stopped run has divided are not divided anew."))
        self.limit = self._seconds()
        self.add(
            label(_("How many general grids"), "heading"),
            self.fewest,
            exact,
            self.repair,
            label(_("What matters most"), "heading"),
            self.mode,
            self.effort,
            self.carve,
            self.selected_only,
            self.resume,
            self.limit,
            button(_("More about the question..."), self._window.groups["settle"].plan, icon="settings"),
        )

    def _seconds(self) -> QSpinBox:
        """Return the limit of seconds."""
        limit = QSpinBox()
        limit.setRange(1, 3600)
        limit.setValue(60)
        limit.setSuffix(_(" s at most"))
        return limit

    def _modes(self) -> QComboBox:
        """Return the choice of what matters most."""
        modes = QComboBox()
        for text, key in (
            (_("Change as little as possible"), "keep"),
            (_("Sizes as even as possible"), "balance"),
            (_("Shapes as compact as possible"), "compact"),
        ):
            modes.addItem(text, key)
        return modes

    def _efforts(self) -> QComboBox:
        """Return the choice of how hard the engine works."""
        declared, efforts = parameter("plan.effort"), QComboBox()
        efforts.setToolTip(_(declared.help))
        for title, key in zip(declared.titles, declared.choices, strict=True):
            efforts.addItem(_(title), key)
        return efforts

    def _build_review(self) -> None:
        """Build the review of a proposal."""
        self.review = label(_("The proposal"), "heading")
        self.figures = Figures()
        self.certificate = label("", "quiet")
        self.communities = QListWidget()
        self.communities.setMinimumHeight(160)
        self.communities.itemClicked.connect(self._on_community)
        self.accept_all = button(_("Accept all"), self._session.accept, icon="accept", primary=True)
        self.accept_some = button(_("Accept the ticked communities"), self._accept_some)
        self.aside = button(_("Put aside"), self._session.put_aside)
        self._review = [
            self.review,
            self.figures,
            row(self.accept_all, self.aside),
            self.certificate,
            self.communities,
            self.accept_some,
        ]
        self.add(*self._review)

    def request(self) -> PlanRequest:
        """Return the question as the form has it."""
        total: int | str = "fewest"
        if self.number.isChecked():
            total = self.count.value()
        elif self.repair.isChecked():
            total = "repair"
        workspace = self._session.workspace
        base = workspace.contents.request if workspace is not None else PlanRequest()
        plan = self._session.plan
        locked = tuple(g.code for g in plan.grids if g.locked and g.code) if plan else ()
        locked, only = tuple(dict.fromkeys((*base.locked, *locked))), base.only
        if self.selected_only.isChecked() and plan is not None and workspace is not None:
            homes = {plan.grids[g].community for g in self._session.selection}
            only = tuple(str(workspace.district.communities.codes[c]) for c in sorted(homes))
        return replace(
            base,
            total=total,
            mode=str(self.mode.currentData()),
            effort=str(self.effort.currentData()),
            carve=self.carve.isChecked(),
            locked=locked,
            only=only,
            resume=self.resume.isChecked(),
            time_limit_s=float(self.limit.value()),
        )

    def _on_opened(self) -> None:
        """Start from the question asked last."""
        workspace = self._session.workspace
        if workspace is None:
            return
        asked = workspace.contents.request
        if isinstance(asked.total, int):
            self.count.setValue(asked.total)
            self.number.setChecked(True)
        else:
            (self.repair if asked.total == "repair" else self.fewest).setChecked(True)
        self.mode.setCurrentIndex(max(0, self.mode.findData(asked.mode)))
        self.effort.setCurrentIndex(max(0, self.effort.findData(asked.effort)))
        self.carve.setChecked(asked.carve)
        self.limit.setValue(int(asked.time_limit_s))
        self.refresh()

    def _on_step(self, text: str) -> None:
        """Let the buttons follow the engine."""
        for starter in (self.run, self.several):
            starter.setEnabled(not text and self._session.workspace is not None)
        self.stop.setEnabled(bool(text))

    def refresh(self) -> None:
        """Show the proposal, or nothing."""
        proposal, workspace = self._session.proposal, self._session.workspace
        for widget in self._review:
            widget.setVisible(proposal is not None)
        self._on_step("")
        planned = workspace is not None and bool(workspace.contents.current) and proposal is None
        show_primary(self.next, planned)
        show_primary(self.run, not planned)
        if proposal is None or workspace is None:
            return
        change = change_totals(workspace.district.atoms, self._session.before, proposal.plan)
        before, after = self._session.before, proposal.plan
        errors = sum(f.counts and f.rule not in LATER_RULES for f in self._session.proposal_findings)
        self.figures.show_rows(
            [
                (_("General grids, today"), f"{int(before.general().sum()):,}", ""),
                (_("General grids, proposal"), f"{int(after.general().sum()):,}", ""),
                (_("Kept as they are"), f"{change.kept:,}", ""),
                (_("Merged"), f"{change.merged:,}", ""),
                (_("Split"), f"{change.split:,}", ""),
                (_("Border moved"), f"{change.reshaped:,}", ""),
                (_("People who change grid"), f"{change.people_moved:,}", ""),
                (_("Breaches that remain"), f"{errors:,}", ""),
            ]
        )
        self.certificate.setText("\n".join(certificate_lines(proposal.certificate, proposal.request.total)))
        self._list_communities()

    def _list_communities(self) -> None:
        """List the communities the proposal changes."""
        workspace, proposal = self._session.workspace, self._session.proposal
        home = workspace.district.communities
        was, now = workspace.plan, proposal.plan
        self.communities.clear()
        for c in range(len(home)):
            old = sum(g.community == c for g in was.grids)
            new = sum(g.community == c for g in now.grids)
            held = workspace.district.atoms.community == c
            if old == new and (was.assignment[held] == now.assignment[held]).all():
                continue
            item = QListWidgetItem(f"{home.names[c]}  {old} → {new}")
            item.setData(Qt.ItemDataRole.UserRole, c)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
            self.communities.addItem(item)

    def _on_community(self, item: QListWidgetItem) -> None:
        """Fly to a community."""
        community = item.data(Qt.ItemDataRole.UserRole)
        plan = self._session.plan
        if plan is not None:
            self._window.map.zoom_to_grids([i for i, g in enumerate(plan.grids) if g.community == community])

    def _accept_some(self) -> None:
        """Accept the ticked communities."""
        items = [self.communities.item(i) for i in range(self.communities.count())]
        chosen = [i.data(Qt.ItemDataRole.UserRole) for i in items if i.checkState() == Qt.CheckState.Checked]
        if chosen:
            self._session.accept(tuple(chosen))
            self._session.put_aside()
