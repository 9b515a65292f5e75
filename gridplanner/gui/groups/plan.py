# SPDX-License-Identifier: LGPL-3.0-or-later
"""The engine, scenarios, waivers and the paper trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFileDialog, QMessageBox

from gridplanner.errors import UserError
from gridplanner.gui.dialogs.ask import AskDialog, Field
from gridplanner.model.finding import Finding
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell


class PlanGroup:
    """What the plan menu does."""

    def __init__(self, window: Shell) -> None:
        self._window = window
        self._session = window.session

    def check(self) -> None:
        """Check the plan in work again."""
        self._session.judge()

    def run(self) -> None:
        """Ask the engine with what the planning panel says."""
        self._window.show_step("plan")
        # What the last run came to is no word on this one.
        self._window.messages.hide()
        page = self._window.pages["plan"]
        self._session.propose(page.request())
        page.run_map.begin()

    def trade_off(self) -> None:
        """Ask the engine for several plans, and keep those the planner wants as scenarios."""
        from gridplanner.gui.dialogs.trade_off import TradeOffDialog  # rarely needed
        from gridplanner.workspace.scene.tasks import without_district  # after the first paint

        session, page = self._session, self._window.pages["plan"]
        self._window.show_step("plan")

        def found(choices: tuple[Any, ...]) -> None:
            for choice in TradeOffDialog.ask(self._window, choices):
                self._keep(choice)

        contents = without_district(session.workspace.contents)
        session.ask("trade_off", found, long=True, contents=contents, request=page.request())
        page.run_map.begin()

    def _keep(self, choice: Any) -> None:
        """Make a scenario of one plan of the trade-off."""
        from gridplanner.gui.dialogs.trade_off import name_of

        workspace = self._session.workspace
        base, name, n = name_of(choice), name_of(choice), 2
        while name in workspace.contents.scenarios:
            name, n = f"{base} {n}", n + 1
        self._try(lambda: workspace.add_scenario(name, choice.proposal.plan, choice.proposal))

    def stop(self) -> None:
        """Stop the long work under way."""
        self._session.cancel()

    def accept(self) -> None:
        """Take the proposal over."""
        self._session.accept()

    def put_aside(self) -> None:
        """Drop the proposal."""
        self._session.put_aside()

    def assign(self) -> None:
        """Assign branches, staff, codes and names."""
        self._window.show_step("staff")
        self._session.complete()

    def _try(self, run) -> None:
        """Do something that may refuse, and say so."""
        try:
            run()
        except UserError as error:
            self._session.said.emit(str(error), "warning")

    def duplicate(self) -> None:
        """Duplicate the plan in work under a new name."""
        workspace = self._session.workspace
        start = _("{name} copy").format(name=workspace.contents.current or _("Plan 1"))
        answer = AskDialog.ask(
            self._window,
            _("Duplicate the scenario"),
            [Field("name", _("Name"), start, required=True)],
        )
        if answer:
            self._try(lambda: workspace.add_scenario(str(answer["name"]), workspace.plan))

    def rename(self) -> None:
        """Rename the scenario in work."""
        workspace = self._session.workspace
        now = workspace.contents.current
        answer = AskDialog.ask(
            self._window, _("Rename the scenario"), [Field("name", _("Name"), now, required=True)]
        )
        if answer:
            self._try(lambda: workspace.rename_scenario(now, str(answer["name"])))

    def notes(self) -> None:
        """Write down what the scenario in work is for."""
        workspace = self._session.workspace
        now = workspace.contents.current
        answer = AskDialog.ask(
            self._window,
            _("Notes of the scenario"),
            [Field("notes", _("Notes"), workspace.contents.scenarios[now].notes, long=True)],
            now,
        )
        if answer is not None:
            self._try(lambda: workspace.set_notes(now, str(answer["notes"])))

    def delete(self) -> None:
        """Delete the scenario in work after a question."""
        workspace = self._session.workspace
        now = workspace.contents.current
        boxes = QMessageBox.StandardButton
        question = _("Delete scenario '{name}'? This cannot be undone.").format(name=now)
        if QMessageBox.question(self._window, _("Delete the scenario"), question) == boxes.Yes:
            self._try(lambda: workspace.delete_scenario(now))

    def compare(self) -> None:
        """Compare scenarios in a table."""
        from gridplanner.gui.dialogs.compare import CompareDialog  # rarely needed

        CompareDialog(self._window, self._session, self._window.canvas.kernels).open()

    def import_scenario(self) -> None:
        """Look into a colleague's project and take scenarios over."""
        path, _chosen = QFileDialog.getOpenFileName(
            self._window, _("A colleague's project"), "", _("Projects (*.gpkg)")
        )
        if path:
            self.import_from(path)

    def import_from(self, path: str) -> None:
        """Show the scenarios of another project file, and take over the one that is wanted."""
        from gridplanner.gui.dialogs.import_scenario import ImportScenarioDialog  # rarely needed

        session = self._session

        def found(scenarios: dict) -> None:
            if not scenarios:
                session.said.emit(_("The file holds no scenario that fits this district."), "warning")
                return
            dialog = ImportScenarioDialog(self._window, session, scenarios, self._window.canvas.kernels)
            if dialog.exec():
                name, plan = dialog.name.text().strip(), dialog.plan()
                self._try(lambda: session.workspace.add_scenario(name, plan))

        session.ask("scenarios_of", found, path=path)

    def paper_trail(self) -> None:
        """Show the status of the plan and the opinions received."""
        from gridplanner.gui.dialogs.paper_trail import PaperTrailDialog  # rarely needed

        dialog = PaperTrailDialog(self._window, self._session)
        dialog.place_wanted.connect(self._window.map.zoom_to_grids)
        dialog.spot_wanted.connect(self._window.map.zoom_to_place)
        dialog.open()

    def waive(self, finding: Finding) -> None:
        """Accept a finding with a reason, or take the waiver back."""
        answer = AskDialog.ask(
            self._window,
            _("Waive with a reason"),
            [Field("reason", _("Reason to waive"), finding.waiver, long=True)],
            finding.text,
        )
        if answer is not None:
            key = f"{finding.rule}|{';'.join(finding.subjects)}"
            self._try(lambda: self._session.workspace.waive(key, str(answer["reason"])))
            self._session.judge()
