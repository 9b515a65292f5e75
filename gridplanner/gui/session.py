# SPDX-License-Identifier: LGPL-3.0-or-later
"""The open project as the window sees it: every panel listens here, none reaches into another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from gridplanner.errors import UserError
from gridplanner.gui.open_project import OpenProject
from gridplanner.model.amendment import AtomPatch
from gridplanner.model.certificate import Certificate
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import GridKind
from gridplanner.model.plan import GridRecord, Plan, PlanChange
from gridplanner.model.proposal import Proposal
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.model.unit_patch import GridPatch
from gridplanner.texts import _
from gridplanner.workspace.commands import AcceptPlan, Command
from gridplanner.workspace.scene.desk import Desk
from gridplanner.workspace.scene.live import LiveTotals, Neighbours, grid_colours, live_totals
from gridplanner.workspace.scene.scene import LevelView, PolygonArrays, Scene, corrected_scene
from gridplanner.workspace.workspace import Correction, Workspace

#: Milliseconds after the last edit until the full check is asked for.
JUDGE_AFTER_MS = 120


class Session(OpenProject):
    """State of the window, and the questions it asks the worker.

    Signals
    -------
    selected : the selection of grids changed
    proposed : a proposal came, was accepted or put aside
    redrawn : outlines of reference layers changed
    """

    selected = Signal()
    proposed = Signal()
    redrawn = Signal()

    def __init__(self, desk: Desk | None = None, parent: QObject | None = None) -> None:
        super().__init__(desk, parent)
        self.proposal: Proposal | None = None
        self.proposal_findings: tuple[Finding, ...] = ()
        self.remarks: tuple[Finding, ...] = ()
        self.selection: tuple[int, ...] = ()
        self.levels: Mapping[str, tuple[Plan, LevelView]] = {}
        self._chosen: tuple[GridRecord, ...] = ()
        self._before: Plan | None = None
        self._totals: LiveTotals | None = None
        self._neighbours: Neighbours | None = None
        self._colours: np.ndarray | None = None
        self._colours_before: np.ndarray | None = None
        self._judging: int | None = None
        self._judge_timer = QTimer(self, singleShot=True, interval=JUDGE_AFTER_MS)
        self._judge_timer.timeout.connect(self.judge)

    # --- the project on screen ------------------------------------------------------------------------

    def take(self, workspace: Workspace, scene: Scene, path: str = "") -> None:
        """Put a project on screen."""
        self.workspace, self.scene, self.path = workspace, scene, path
        self._before = workspace.district.plan_today()
        self._neighbours = None
        self.selection, self._chosen, self.levels = (), (), {}
        self.proposal, self.remarks = None, ()
        self.measures = self.today_measures = None
        self._findings = self.today_findings = ()
        self._forget()
        workspace.subscribe(self._on_change)
        self.opened.emit()

    # --- the plan ------------------------------------------------------------------------------------

    @property
    def plan(self) -> Plan | None:
        """The plan in work."""
        return self.workspace.plan if self.workspace is not None else None

    @property
    def staffed(self) -> bool:
        """Whether codes, workers and branches were assigned already."""
        return self.plan is not None and any(t.leading for t in self.plan.ties)

    @property
    def assigned(self) -> bool:
        """Whether each grid has its code, and what the lists of branches and staff allow."""
        plan = self.plan
        if plan is None or not all(grid.code for grid in plan.grids):
            return False
        return self.staffed or "branches" not in self._need().district.originals

    @property
    def before(self) -> Plan:
        """Today's division."""
        if self._before is None:
            raise UserError(_("No project is open."))
        return self._before

    @property
    def totals(self) -> LiveTotals:
        """Totals and limits per grid of the plan in work."""
        if self._totals is None:
            workspace = self._need()
            self._totals = live_totals(workspace.district, workspace.plan, workspace.rules)
        return self._totals

    @property
    def redrawn_atoms(self) -> np.ndarray:
        """Atoms that the last correction gave another outline."""
        amendments = self._need().contents.amendments[-1:]
        rows = [patch.rows for patch in amendments if isinstance(patch, AtomPatch)]
        return rows[0] if rows else np.empty(0, np.int64)

    @property
    def neighbours(self) -> Neighbours:
        """Which atoms touch which."""
        if self._neighbours is None:
            district = self._need().district
            self._neighbours = Neighbours(district.adjacency, len(district.atoms))
        return self._neighbours

    @property
    def colours(self) -> np.ndarray:
        """A small number per grid; touching grids differ."""
        if self._colours is None:
            workspace = self._need()
            self._colours = grid_colours(workspace.district, workspace.plan, self._colours_before)
        return self._colours

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Findings of the plan in work, then those of reading."""
        if self.workspace is None:
            return ()
        stated = {(f.rule, f.subjects) for f in self._findings}
        remarks = (f for f in self.remarks if (f.rule, f.subjects) not in stated)
        return (*self._findings, *remarks, *self.workspace.contents.findings)

    def do(self, command: Command) -> bool:
        """Apply a command; False (and a message) when it refuses."""
        return self._step(lambda: self._need().do(command))

    def undo(self) -> None:
        """Take the last step back."""
        if self.workspace is not None and self.workspace.undo_label:
            self._step(self.workspace.undo)

    def redo(self) -> None:
        """Repeat the step taken back last."""
        if self.workspace is not None and self.workspace.redo_label:
            self._step(self.workspace.redo)

    def _step(self, step: Callable[[], object]) -> bool:
        """Take a step; False (and a message) when it is refused."""
        try:
            step()
        except UserError as error:
            self.said.emit(str(error), "warning")
            return False
        return True

    def _on_change(self, change: PlanChange) -> None:
        """Pass a change on to every view, and have it checked."""
        if self.workspace is not None and change.kind != "saved":
            self.log.record(self.workspace.contents, change.label)
        if change.kind == "scenario":
            self.remarks = ()
        self._forget(keep_colours=change.kind in ("atoms", "records", "findings"))
        if change.kind == "district":
            self._take_correction()
        moved = self._follow_selection(renumbered=change.kind in ("scenario", "district"))
        self.changed.emit(change)
        if moved:
            # The map has painted it already; the table and the charts follow in a call of their own.
            QTimer.singleShot(0, self, self.selected.emit)
        if change.kind != "findings":
            self._judge_timer.start()

    def _follow_selection(self, *, renumbered: bool) -> bool:
        """Keep the selected grids where a step gave them other numbers; False when the numbers stay."""
        plan, old = self.plan, self.selection
        if plan is None:
            return False
        if renumbered:
            place = {grid.code or id(grid): g for g, grid in enumerate(plan.grids)}
            found = (place.get(record.code or id(record), -1) for record in self._chosen)
            self.selection = tuple(g for g in found if g >= 0)
        self._chosen = tuple(plan.grids[g] for g in self.selection)
        return self.selection != old

    def _take_correction(self) -> None:
        """Bring up to date what rests on the district, and have today's grids checked again."""
        workspace = self._need()
        district, amendments = workspace.district, workspace.contents.amendments
        self._before, self._neighbours = district.plan_today(), None
        if self.scene is not None:
            self.scene = corrected_scene(self.scene, amendments[-1:])
        if self.proposal is not None and len(self.proposal.plan.assignment) != len(district.atoms):
            self.put_aside()
        self.check_today()

    def check_today(self) -> None:
        """Ask for the health check of today's grids, and for their outlines where they were mended."""
        workspace = self._need()
        amendments = workspace.contents.amendments
        self.ask("judge_today", self._take_today, rules=workspace.rules, amendments=amendments)
        if any(isinstance(amendment, GridPatch) for amendment in amendments):
            self.ask("outlines_today", self._take_outlines, amendments=amendments)

    def _take_outlines(self, outlines: PolygonArrays) -> None:
        """Show the mended outlines of today's grids."""
        if self.scene is not None:
            self.scene = replace(self.scene, grids_before=outlines)
            self.redrawn.emit()

    def amend(self, correction: Correction) -> bool:
        """Correct what the plan rests on; False (and a message) when that is refused."""
        return self._step(lambda: self._need().amend(correction))

    def _forget(self, *, keep_colours: bool = False) -> None:
        """Drop what is derived from the plan."""
        self._totals = None
        # Only one style needs the numbers, so they are found when it asks.
        kept = self._colours if self._colours is not None else self._colours_before
        self._colours, self._colours_before = None, kept if keep_colours else None

    def judge(self) -> None:
        """Ask for the full check of the plan in work."""
        if self.workspace is None:
            return
        arguments: dict[str, Any] = {
            "plan": self.workspace.plan,
            "rules": self.workspace.rules,
            "waivers": dict(self.workspace.contents.waivers),
            "amendments": self.workspace.contents.amendments,
        }
        self._judging = self.ask("judge", lambda judged: None, **arguments)
        asked = self._judging
        self._waiting[asked] = (lambda judged: self._take_judged(asked, judged), None)

    def _take_judged(self, ticket: int, judged: Any) -> None:
        """Take a check, unless a newer one is under way."""
        if ticket == self._judging:
            self._findings, self.measures = judged.findings, judged.measures
            self.judged.emit()

    def select(self, grids: Iterable[int]) -> None:
        """Select grids of the plan in work."""
        chosen = tuple(dict.fromkeys(int(g) for g in grids if g >= 0))
        if chosen != self.selection:
            self.selection = chosen
            self._chosen = tuple(self.plan.grids[g] for g in chosen) if self.plan is not None else ()
            self.selected.emit()

    def set_rules(self, rules: RuleSet) -> None:
        """Put other rules in force, and check today's grids under them too."""
        workspace = self._need()
        if rules != workspace.rules:
            workspace.set_rules(rules)
            amendments = workspace.contents.amendments
            self.ask("judge_today", self._take_today, rules=rules, amendments=amendments)

    def _take_today(self, judged: Any) -> None:
        """Take the health check under other rules."""
        self.today_findings, self.today_measures = judged.findings, judged.measures
        self.judged.emit()

    # --- the engine and what follows -----------------------------------------------------------------

    def propose(self, request: PlanRequest) -> None:
        """Ask the engine for a plan."""
        from gridplanner.workspace.scene.tasks import without_district  # after the first paint

        workspace = self._need()
        contents = without_district(workspace.contents)
        start = workspace.plan if workspace.contents.current else None
        self.ask("propose", self._take_proposal, long=True, contents=contents, request=request, start=start)

    def _take_proposal(self, answer: Any) -> None:
        """Show a proposal beside the plan in work."""
        self.proposal, judged = answer
        self.proposal_findings = (*self.proposal.findings, *judged.findings)
        count = sum(g.kind is GridKind.GENERAL for g in self.proposal.plan.grids)
        self.said.emit(
            _("The proposal has {n} general grids. Nothing is changed yet.").format(n=count), "done"
        )
        self.proposed.emit()

    def accept(self, communities: tuple[int, ...] = ()) -> None:
        """Take the proposal over, for all communities or for some."""
        if self.proposal is None:
            return
        if self.do(AcceptPlan(self.proposal.plan, communities)) and not communities:
            self.put_aside()

    def put_aside(self) -> None:
        """Drop the proposal."""
        self.proposal = None
        self.proposed.emit()

    @property
    def certificate(self) -> Certificate:
        """The certificate of the scenario in work."""
        contents = self._need().contents
        return contents.scenarios[contents.current].certificate if contents.current else Certificate()

    def complete(self) -> None:
        """Give each grid its code, name, limits, worker and branch."""
        from gridplanner.workspace.scene.tasks import without_district  # after the first paint

        workspace = self._need()

        def done(answer: Any) -> None:
            plan, findings = answer
            self.do(AcceptPlan(plan, what=_("Branches, staff, codes and names assigned")))
            self.remarks = tuple(findings)
            self.said.emit(self._told(len(findings)), "done")

        contents = without_district(workspace.contents)
        self.ask("complete", done, long=True, contents=contents, plan=workspace.plan)

    def _told(self, remarks: int) -> str:
        """Return what was assigned; a list that nobody gave is named, as its columns stay empty."""
        given = self._need().district.originals
        lists = {"branches": _("party branches"), "staff": _("staff")}
        missing = [name for key, name in lists.items() if key not in given]
        if not missing:
            return _("Branches, workers, codes and names are assigned; {n} remarks.").format(n=remarks)
        text = _(
            "Codes and names are assigned. The project has no list of {lists}; add it to have it assigned."
        )
        return text.format(lists=_(" and ").join(missing))

    def export(self, out: str, then: Callable[[tuple[str, ...]], None]) -> None:
        """Write every output to a folder."""
        from gridplanner.workspace.scene.tasks import without_district  # after the first paint

        workspace = self._need()
        self.ask(
            "export",
            then,
            long=True,
            contents=without_district(workspace.contents),
            plan=workspace.plan,
            certificate=self.certificate,
            out=out,
        )

    def close(self) -> None:
        """End the worker."""
        self._judge_timer.stop()
        self.log.end()
        super().close()
