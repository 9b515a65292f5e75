# SPDX-License-Identifier: LGPL-3.0-or-later
"""The file of the project in the window: opened, saved, brought back; never lost without a question."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from gridplanner.errors import SavedMeanwhile, UserError
from gridplanner.gui.desk_link import DeskLink
from gridplanner.gui.settings import user_folder
from gridplanner.gui.step_log import StepLog
from gridplanner.model.finding import Finding
from gridplanner.model.measures import Measures
from gridplanner.model.plan import PlanChange
from gridplanner.model.project import ProjectContents
from gridplanner.texts import _
from gridplanner.workspace.safety.saving import Saving
from gridplanner.workspace.scene.desk import Desk
from gridplanner.workspace.scene.scene import Scene, corrected_scene
from gridplanner.workspace.workspace import Workspace


class OpenProject(DeskLink):
    """Opens and saves; what is done with the project is added by `Session`.

    Signals
    -------
    opened : a project is on screen (its health check may still be coming)
    changed : PlanChange
    judged : measures and findings of the plan in work are fresh
    offered : Saving - a crash left unsaved steps; answer with `restore` or `give_up_steps`
    overtaken : str, str - another saved this file since we opened it: sentence, path
    left_behind : tuple of UnsavedLine - projects without a file that a crash left
    """

    opened = Signal()
    changed = Signal(object)
    judged = Signal()
    offered = Signal(object)
    overtaken = Signal(str, str)
    left_behind = Signal(object)

    def __init__(self, desk: Desk | None = None, parent: QObject | None = None) -> None:
        super().__init__(desk or Desk(), parent)
        self.workspace: Workspace | None = None
        self.scene: Scene | None = None
        self.path = ""
        self.today_findings: tuple[Finding, ...] = ()
        self.today_measures: Measures | None = None
        self.measures: Measures | None = None
        self._findings: tuple[Finding, ...] = ()
        self._opened: Any = None
        self._after_save: Callable[[], None] | None = None
        self.log = StepLog(lambda text: self.said.emit(text, "error"))
        self.desk.in_work = self._in_work

    def take(self, workspace: Workspace, scene: Scene, path: str = "") -> None:
        """Put a project on screen."""
        raise NotImplementedError

    def judge(self) -> None:
        """Ask for the full check of the plan in work."""
        raise NotImplementedError

    def check_today(self) -> None:
        """Ask for the health check of today's grids after corrections."""
        raise NotImplementedError

    def _need(self) -> Workspace:
        """Return the workspace; refuse without one."""
        if self.workspace is None:
            raise UserError(_("No project is open."))
        return self.workspace

    def _in_work(self) -> dict[str, Any]:
        """Tell a new worker where the project in work lies; nothing without one."""
        if self.workspace is None:
            return {}
        log, save_id = self.log.place
        return {"path": self.path, "log": log, "save_id": save_id}

    # --- opening -------------------------------------------------------------------------------------

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
        self._opened = None
        if self.workspace is not None:
            # What the last project left may go now.
            gc.unfreeze()
        self.take(Workspace(contents), scene)

    def _take_opened(self, opened: Any) -> None:
        """Take what completes the opening."""
        self.path = opened.path
        self._ask_check(opened)
        self._take_saving(opened.contents, opened.saving)

    def _ask_check(self, opened: Any) -> None:
        """Have today's grids checked; nobody has to wait for it."""
        workspace = self._need()
        self._opened, amendments = opened, workspace.contents.amendments

        def checked(judged: Any) -> None:
            # Another project, or the same one corrected since, has a check of its own under way.
            now = self.workspace
            if now is not None and self._opened is opened and now.contents.amendments == amendments:
                self._take_check(judged)

        self.ask("judge_today", checked, rules=workspace.rules, amendments=amendments)

    def _take_check(self, judged: Any) -> None:
        """Take the health check of today's grids."""
        self.today_findings, self.today_measures = judged.findings, judged.measures
        if self._need().contents.current:
            self.judge()
        else:
            self._findings, self.measures = judged.findings, judged.measures
        self.judged.emit()
        # What stands now stays: to look through its 150,000 objects for garbage holds the window 80 ms.
        gc.freeze()

    def _take_saving(self, base: ProjectContents, saving: Saving) -> None:
        """Begin to log the steps, or say who has the project, or what a crash left."""
        workspace = self._need()
        workspace.read_only = bool(saving.read_only)
        given_up = self.log.take(saving)
        if saving.read_only:
            self.said.emit(saving.read_only, "warning")
        elif saving.offer and not given_up:
            # The old log stays until the planner has decided.
            self.offered.emit(saving)
        else:
            self.log.begin(base, workspace.contents)

    # --- saving --------------------------------------------------------------------------------------

    @property
    def unsaved(self) -> bool:
        """Whether there are steps that the file does not hold."""
        return self.log.unsaved or (self.workspace is not None and self.workspace.dirty)

    def save(
        self, path: str = "", *, overwrite: bool = False, then: Callable[[], None] | None = None
    ) -> None:
        """Save the project.

        Parameters
        ----------
        path : str
            Another name; "" for the one it has.
        overwrite : bool
            Also over what another saved meanwhile; only after the planner was asked.
        then : callable, optional
            What waits for the save (closing, opening another project); forgotten when it fails.
        """
        from gridplanner.workspace.scene.tasks import without_district  # after the first paint

        target = path or self.path
        if self.workspace is None or not target:
            return
        sent = self.workspace.contents
        self._after_save = then

        def saved(answer: tuple[str, Saving]) -> None:
            self._take_saved(sent, *answer)

        def refused(error: Exception) -> bool:
            if isinstance(error, SavedMeanwhile):
                self.overtaken.emit(str(error), target)
                return True
            self._after_save = None
            return False

        self.ask(
            "save",
            saved,
            refused=refused,
            long=True,
            contents=without_district(sent),
            path=target,
            overwrite=overwrite,
        )

    def save_over(self) -> None:
        """Save over what another saved meanwhile; theirs becomes a backup, and what waited goes on."""
        self.save(overwrite=True, then=self._after_save)

    def save_elsewhere(self, path: str) -> None:
        """Save under another name after all; what waited goes on."""
        self.save(path, then=self._after_save)

    def _take_saved(self, sent: ProjectContents, path: str, saving: Saving) -> None:
        """Take over the file just saved."""
        self.path = path
        workspace = self._need()
        workspace.mark_saved()
        workspace.read_only = False
        self.log.follow(saving, sent, workspace.contents)
        self.said.emit(_("Saved to {path}").format(path=Path(path).name), "done")
        self.changed.emit(PlanChange("saved"))
        then, self._after_save = self._after_save, None
        if then is not None:
            then()

    # --- nothing lost --------------------------------------------------------------------------------

    def restore(self) -> None:
        """Take over the steps that a crash left."""
        base = self._need().contents

        def restored(contents: Any) -> None:
            today = self.today_findings, self.today_measures
            if self.scene is not None:
                self.take(Workspace(contents), corrected_scene(self.scene, contents.amendments), self.path)
            # Steps that changed the plan only leave the health check of today's grids as it was.
            self.today_findings, self.today_measures = today
            self.log.go_on(base, contents)
            if contents.amendments:
                self.check_today()
            self.judge()

        self.ask("restore", restored, long=True)

    def give_up_steps(self) -> None:
        """Go on with the project as it was saved; what a crash left is dropped."""
        self.log.begin(self._need().contents)

    def look_for_unsaved(self) -> None:
        """Ask whether a crash left projects that never had a file."""
        self.ask("unsaved", self._tell_left_behind)

    def _tell_left_behind(self, lines: tuple[Any, ...]) -> None:
        """Offer what a crash left."""
        self.left_behind.emit(lines)

    def take_unsaved(self, log: str) -> None:
        """Open a project that never had a file, with all its steps."""

        def taken(answer: Any) -> None:
            opened, base = answer
            self.path = ""
            self.log.take(opened.saving)
            self.log.go_on(base, opened.contents)
            self._ask_check(opened)
            # Its steps are in a log of ours now; the one the crash left may go.
            self.drop_unsaved(log)

        self.ask("take_unsaved", taken, early=self._take_scene, long=True, log=log)

    def drop_unsaved(self, log: str) -> None:
        """Forget a project that never had a file."""
        self.ask("drop_unsaved", lambda _done: self.look_for_unsaved(), log=log)

    def restore_backup(self, backup: str) -> None:
        """Go back to a backup of the project in work."""

        def back(opened: Any) -> None:
            self._take_opened(opened)
            self.said.emit(_("The backup is back. What stood there before is a backup now."), "done")

        self.ask("restore_backup", back, early=self._take_scene, long=True, path=self.path, backup=backup)
