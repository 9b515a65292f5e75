# SPDX-License-Identifier: LGPL-3.0-or-later
"""The open project as the window sees it: every panel listens here, none reaches into another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from gridplanner.errors import UserError
from gridplanner.gui.desk_link import DeskLink
from gridplanner.gui.settings import user_folder
from gridplanner.gui.step_log import StepLog
from gridplanner.model.certificate import Certificate
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import GridKind
from gridplanner.model.measures import Measures
from gridplanner.model.plan import Plan, PlanChange
from gridplanner.model.project import ProjectContents
from gridplanner.model.proposal import Proposal
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.texts import _
from gridplanner.workspace.commands import AcceptPlan, Command
from gridplanner.workspace.saving import Saving
from gridplanner.workspace.scene import Scene
from gridplanner.workspace.scene_desk import Desk
from gridplanner.workspace.scene_live import LiveTotals, Neighbours, grid_colours, live_totals
from gridplanner.workspace.workspace import Workspace

#: Milliseconds after the last edit until the full check is asked for.
JUDGE_AFTER_MS = 120


class Session(DeskLink):
    """State of the window, and the questions it asks the worker.

    Signals
    -------
    opened : a project is on screen (its health check may still be coming)
    changed : PlanChange
    judged : measures and findings of the plan in work are fresh
    selected : the selection of grids changed
    proposed : a proposal came, was accepted or put aside
    offered : Saving - a crash left unsaved steps; answer with `restore` or `give_up_steps`
    """

    opened = Signal()
    changed = Signal(object)
    judged = Signal()
    selected = Signal()
    proposed = Signal()
    offered = Signal(object)

    def __init__(self, desk: Desk | None = None, parent: QObject | None = None) -> None:
        super().__init__(desk or Desk(), parent)
        self.workspace: Workspace | None = None
        self.scene: Scene | None = None
        self.path = ""
        self.today_findings: tuple[Finding, ...] = ()
        self.today_measures: Measures | None = None
        self.measures: Measures | None = None
        self.proposal: Proposal | None = None
        self.proposal_findings: tuple[Finding, ...] = ()
        self.selection: tuple[int, ...] = ()
        self._findings: tuple[Finding, ...] = ()
        self._before: Plan | None = None
        self._totals: LiveTotals | None = None
        self._neighbours: Neighbours | None = None
        self._colours: np.ndarray | None = None
        self._judging: int | None = None
        self.log = StepLog(lambda text: self.said.emit(text, "error"))
        self._judge_timer = QTimer(self, singleShot=True, interval=JUDGE_AFTER_MS)
        self._judge_timer.timeout.connect(self.judge)

    # --- opening and saving --------------------------------------------------------------------------

    def open_paths(self, paths: Sequence[str]) -> None:
        """Open a project, a configuration or loose layers."""
        self.ask("open", self._take_opened, early=self._take_scene, long=True, paths=tuple(paths))

    def open_sample(self) -> None:
        """Open the sample district."""
        cache = user_folder() / "cache" / "sample.gpkg"
        self.ask("sample", self._take_opened, early=self._take_scene, long=True, cache=str(cache))

    def import_table(self, table: dict[str, Any]) -> None:
        """Build a project from the layers that the import assistant named."""
        self.ask(
            "import",
            self._take_opened,
            early=self._take_scene,
            long=True,
            table=table,
            title=str(table["name"]),
        )

    def _take_scene(self, part: Any) -> None:
        """Show the map while the health check is still running."""
        contents, scene = part
        self.take(Workspace(contents), scene)

    def take(self, workspace: Workspace, scene: Scene, path: str = "") -> None:
        """Put a project on screen."""
        self.workspace, self.scene, self.path = workspace, scene, path
        self._before = workspace.district.plan_today()
        self._neighbours = None
        self.selection, self.proposal = (), None
        self.measures = self.today_measures = None
        self._findings = self.today_findings = ()
        self._forget()
        workspace.subscribe(self._on_change)
        self.opened.emit()

    def _take_opened(self, opened: Any) -> None:
        """Take the health check that completes the opening."""
        self.path = opened.path
        self._take_saving(opened.contents, opened.saving)
        self.today_findings, self.today_measures = opened.today.findings, opened.today.measures
        if self.plan is not None and self.workspace is not None and not self.workspace.contents.current:
            self._findings, self.measures = opened.today.findings, opened.today.measures
        else:
            self.judge()
        self.judged.emit()

    def save(self, path: str = "") -> None:
        """Save the project."""
        from gridplanner.workspace.scene_tasks import without_district  # after the first paint

        target = path or self.path
        if self.workspace is None or not target:
            return

        sent = self.workspace.contents

        def saved(answer: tuple[str, Saving]) -> None:
            self.path, saving = answer
            workspace = self._need()
            workspace.mark_saved()
            workspace.read_only = False
            self.log.take(saving)
            self.log.begin(sent, workspace.contents)
            self.said.emit(_("Saved to {path}").format(path=Path(self.path).name), "done")
            self.changed.emit(PlanChange("saved"))

        self.ask("save", saved, long=True, contents=without_district(sent), path=target)

    # --- nothing lost --------------------------------------------------------------------------------

    @property
    def unsaved(self) -> bool:
        """Whether there are steps that the file does not hold."""
        return self.log.unsaved

    def restore(self) -> None:
        """Take over the steps that a crash left."""
        base = self._need().contents

        def restored(contents: Any) -> None:
            today = self.today_findings, self.today_measures
            if self.scene is not None:
                self.take(Workspace(contents), self.scene, self.path)
            # The steps changed the plan, not today's grids: their health check still holds.
            self.today_findings, self.today_measures = today
            self.log.go_on(base, contents)
            self.judge()

        self.ask("restore", restored, long=True)

    def give_up_steps(self) -> None:
        """Go on with the project as it was saved; what a crash left is dropped."""
        self.log.begin(self._need().contents)

    def _take_saving(self, base: ProjectContents, saving: Saving) -> None:
        """Begin to log the steps, or say who has the project, or what a crash left."""
        workspace = self._need()
        workspace.read_only = bool(saving.read_only)
        self.log.take(saving)
        if saving.read_only:
            self.said.emit(saving.read_only, "warning")
        elif saving.offer:
            # The old log stays until the planner has decided.
            self.offered.emit(saving)
        else:
            self.log.begin(base, workspace.contents)

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
            self._colours = grid_colours(workspace.district, workspace.plan)
        return self._colours

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Findings of the plan in work, then those of reading."""
        if self.workspace is None:
            return ()
        return (*self._findings, *self.workspace.contents.findings)

    def _need(self) -> Workspace:
        """Return the workspace; refuse without one."""
        if self.workspace is None:
            raise UserError(_("No project is open."))
        return self.workspace

    def do(self, command: Command) -> bool:
        """Apply a command; False (and a message) when it refuses."""
        try:
            self._need().do(command)
        except UserError as error:
            self.said.emit(str(error), "warning")
            return False
        return True

    def undo(self) -> None:
        """Take the last step back."""
        if self.workspace is not None and self.workspace.undo_label:
            self.workspace.undo()

    def redo(self) -> None:
        """Repeat the step taken back last."""
        if self.workspace is not None and self.workspace.redo_label:
            self.workspace.redo()

    def _on_change(self, change: PlanChange) -> None:
        """Pass a change on to every view, and have it checked."""
        if self.workspace is not None and change.kind != "saved":
            self.log.record(self.workspace.contents, change.label)
        self._forget(keep_colours=change.kind in ("atoms", "records", "findings"))
        plan = self.plan
        if plan is not None:
            self.selection = tuple(g for g in self.selection if g < plan.n_grids)
        self.changed.emit(change)
        if change.kind != "findings":
            self._judge_timer.start()

    def _forget(self, *, keep_colours: bool = False) -> None:
        """Drop what is derived from the plan."""
        self._totals = None
        plan, workspace = self.plan, self.workspace
        if keep_colours and workspace is not None and plan is not None and self._colours is not None:
            self._colours = grid_colours(workspace.district, plan, self._colours)
        else:
            self._colours = None

    def judge(self) -> None:
        """Ask for the full check of the plan in work."""
        if self.workspace is None:
            return
        arguments: dict[str, Any] = {
            "plan": self.workspace.plan,
            "rules": self.workspace.rules,
            "waivers": dict(self.workspace.contents.waivers),
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
            self.selected.emit()

    def set_rules(self, rules: RuleSet) -> None:
        """Put other rules in force, and check today's grids under them too."""
        workspace = self._need()
        if rules != workspace.rules:
            workspace.set_rules(rules)
            self.ask("judge_today", self._take_today, rules=rules)

    def _take_today(self, judged: Any) -> None:
        """Take the health check under other rules."""
        self.today_findings, self.today_measures = judged.findings, judged.measures
        self.judged.emit()

    # --- the engine and what follows -----------------------------------------------------------------

    def propose(self, request: PlanRequest) -> None:
        """Ask the engine for a plan."""
        from gridplanner.workspace.scene_tasks import without_district  # after the first paint

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
        from gridplanner.workspace.scene_tasks import without_district  # after the first paint

        workspace = self._need()

        def done(answer: Any) -> None:
            plan, findings = answer
            self.do(AcceptPlan(plan))
            self.said.emit(
                _("Branches, workers, codes and names are assigned; {n} remarks.").format(n=len(findings)),
                "done",
            )

        contents = without_district(workspace.contents)
        self.ask("complete", done, long=True, contents=contents, plan=workspace.plan)

    def export(self, out: str, then: Callable[[tuple[str, ...]], None]) -> None:
        """Write every output to a folder."""
        from gridplanner.workspace.scene_tasks import without_district  # after the first paint

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
