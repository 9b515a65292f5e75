# SPDX-License-Identifier: LGPL-3.0-or-later
"""The open project: one state, changed only by commands, watched by any number of views."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from gridplanner.errors import UserError
from gridplanner.model.certificate import Certificate
from gridplanner.model.plan import Plan, PlanChange
from gridplanner.model.project import JournalEntry, ProjectContents, Scenario
from gridplanner.model.proposal import Proposal
from gridplanner.texts import _
from gridplanner.workspace.amend.amending import amended, carried
from gridplanner.workspace.commands import Command, refuse_locked
from gridplanner.workspace.history import History
from gridplanner.workspace.moments import Moment, kept_corrections, moment_of
from gridplanner.workspace.noting import step_noted

if TYPE_CHECKING:
    from gridplanner.model.amendment import Amendment
    from gridplanner.model.finding import Finding
    from gridplanner.model.jurisdiction import District
    from gridplanner.model.request import PlanRequest
    from gridplanner.model.ruleset import RuleSet

Listener = Callable[[PlanChange], None]


@dataclass(frozen=True, eq=False)
class Correction:
    """A correction of what the planner starts from, as a step.

    Parameters
    ----------
    by, back : Amendment
        The correction, and the one that leads from the corrected district to the present one.
    label : str
        The step in the user's language.
    noted : mapping
        What the journal says beside it: values before and after, source, date.
    findings : tuple of Finding or None
        Findings of reading afterwards; None where they stay.
    """

    by: Amendment
    back: Amendment
    label: str
    noted: Mapping[str, object] = field(default_factory=dict)
    findings: tuple[Finding, ...] | None = None


class Workspace:
    """A project in work.

    Parameters
    ----------
    contents : ProjectContents
    read_only : bool
        Somebody else has it open; commands are refused.
    """

    def __init__(self, contents: ProjectContents, *, read_only: bool = False) -> None:
        self.read_only = read_only
        self._contents = contents
        self._history: History[Moment] = History(moment_of(contents))
        self._saved: Moment = self._history.state
        self._listeners: list[Listener] = []

    @property
    def contents(self) -> ProjectContents:
        """The project as it would be saved now."""
        now = self._history.state
        name, scenarios = self._contents.current, dict(now.scenarios)
        if name:
            scenarios[name] = replace(scenarios[name], plan=now.plan)
        return replace(self._contents, scenarios=scenarios, district=now.district, findings=now.findings)

    @property
    def district(self) -> District:
        """What the planner starts from."""
        return self._history.state.district

    @property
    def rules(self) -> RuleSet:
        """The rules in force."""
        return self._contents.rules

    @property
    def plan(self) -> Plan:
        """The plan in work; today's division while no scenario is open."""
        return self._history.state.plan

    @property
    def dirty(self) -> bool:
        """Whether there are unsaved steps."""
        return self._history.state is not self._saved

    @property
    def undo_label(self) -> str:
        """Label of the step that undo takes back; "" when there is none."""
        return self._history.label if self._history.past else ""

    @property
    def redo_label(self) -> str:
        """Label of the step that redo repeats; "" when there is none."""
        return self._history.future[-1][1] if self._history.future else ""

    def subscribe(self, listener: Listener) -> None:
        """Call `listener` after each change."""
        self._listeners.append(listener)

    def do(self, command: Command) -> PlanChange:
        """Apply a command to the plan; a failing command leaves no trace.

        Raises
        ------
        UserError
            The project is read-only, the plan is approved, or the command refuses.
        """
        self._refuse_read_only()
        if not getattr(command, "past_approval", False):
            refuse_locked(self.plan, ())
        if not self._contents.current:
            self.add_scenario(_("Plan 1"), self.plan)
        now, after = self._history.state, command.apply(self.plan, self.district)
        self._history = self._history.push(replace(now, plan=after, by=None, back=None), command.label)
        return self._announce(command.label, type(command).__name__, now, getattr(command, "noted", None))

    def amend(self, correction: Correction) -> PlanChange:
        """Correct what the planner starts from, in every scenario; undo takes it back.

        Proofs of earlier plans counted other people or other areas, so they are dropped.

        Raises
        ------
        UserError
            The project is read-only, or a plan over it is approved.
        """
        self._refuse_read_only()
        self._refuse_approved()
        now, by = self._history.state, correction.by
        scenarios = {
            name: replace(s, plan=carried(s.plan, by), certificate=Certificate())
            for name, s in now.scenarios.items()
        }
        district = amended(now.district, by)
        plan = carried(now.plan, by) if self._contents.current else district.plan_today()
        findings = now.findings if correction.findings is None else correction.findings
        after = Moment(plan, district, scenarios, findings, by, correction.back)
        self._history = self._history.push(after, correction.label)
        return self._announce(correction.label, type(by).__name__, now, correction.noted)

    def undo(self) -> PlanChange:
        """Take the last step back; the journal records that as a step of its own.

        Raises
        ------
        UserError
            The plan is approved, or the step back would change the ground under an approved one.
        """
        if self._history.state.by is not None:
            self._refuse_approved()
        refuse_locked(self.plan, ())
        now, label = self._history.state, self._history.label
        self._history = self._history.undo()
        return self._announce(_("Undo: {step}").format(step=label), "undo", now)

    def redo(self) -> PlanChange:
        """Repeat the step taken back last."""
        now, label = self._history.state, self.redo_label
        self._history = self._history.redo()
        return self._announce(_("Redo: {step}").format(step=label), "redo", now)

    def add_scenario(self, name: str, plan: Plan, proposal: Proposal | None = None) -> None:
        """Add a scenario and open it; a name in use is refused."""
        self._refuse_read_only()
        if not name or name in self._contents.scenarios:
            raise UserError(
                _("A scenario named '{name}' exists already. Choose another name.").format(name=name)
            )
        # Whatever it was copied from: nobody has approved this one.
        plan = replace(plan.renamed(name), status="draft")
        scenario = Scenario(plan, proposal.certificate if proposal else Scenario(plan).certificate)
        scenarios = {**self.contents.scenarios, name: scenario}
        self._contents = replace(self.contents, scenarios=scenarios, current=name)
        self._restart(_("Scenario {name}").format(name=name))

    def open_scenario(self, name: str) -> None:
        """Open a scenario; "" shows today's division."""
        if name and name not in self._contents.scenarios:
            raise UserError(_("There is no scenario named '{name}'.").format(name=name))
        self._contents = replace(self.contents, current=name)
        self._restart(_("Scenario {name}").format(name=name or _("today")))

    def rename_scenario(self, name: str, new_name: str) -> None:
        """Rename a scenario, keeping its place in the list."""
        self._refuse_read_only()
        contents = self.contents
        if not new_name or (new_name != name and new_name in contents.scenarios):
            raise UserError(
                _("A scenario named '{name}' exists already. Choose another name.").format(name=new_name)
            )
        scenarios = {
            (new_name if key == name else key): (
                replace(s, plan=s.plan.renamed(new_name)) if key == name else s
            )
            for key, s in contents.scenarios.items()
        }
        current = new_name if contents.current == name else contents.current
        self._contents = replace(contents, scenarios=scenarios, current=current)
        self._restart(_("Rename scenario"))

    def set_notes(self, name: str, notes: str) -> None:
        """Write down what a scenario is for; the plan itself stays as it is."""
        self._refuse_read_only()
        now, label = self._history.state, _("Notes of scenario {name}").format(name=name)
        scenarios = {**self.contents.scenarios, name: replace(self.contents.scenarios[name], notes=notes)}
        self._history = self._history.push(replace(now, scenarios=scenarios, by=None, back=None), label)
        self._tell(PlanChange("findings", label=label), "notes")

    def delete_scenario(self, name: str) -> None:
        """Delete a scenario; an approved one is refused."""
        self._refuse_read_only()
        contents = self.contents
        if contents.scenarios[name].plan.status == "approved":
            raise UserError(_("Scenario '{name}' is approved and cannot be deleted.").format(name=name))
        scenarios = {key: s for key, s in contents.scenarios.items() if key != name}
        current = "" if contents.current == name else contents.current
        self._contents = replace(contents, scenarios=scenarios, current=current)
        self._restart(_("Delete scenario"))

    def set_rules(self, rules: RuleSet) -> None:
        """Put other rules in force."""
        self._refuse_read_only()
        self._contents = replace(self.contents, rules=rules)
        self._tell(PlanChange("rules", label=_("Rules changed")), "set_rules")

    def set_config(self, config: str, what: str) -> None:
        """Settle how staff is assigned and what is handed over; `what` names it in the journal."""
        self._refuse_read_only()
        if config != self._contents.config:
            self._contents = replace(self.contents, config=config)
            self._tell(PlanChange("findings", label=what), "set_config")

    def set_request(self, request: PlanRequest) -> None:
        """Remember the question asked last."""
        self._refuse_read_only()
        if request != self._contents.request:
            self._contents = replace(self.contents, request=request)
            self._tell(PlanChange("findings", label=_("Question changed")), "set_request")

    def waive(self, key: str, reason: str) -> None:
        """Accept a breach with a reason (`rule|codes`); an empty reason takes the waiver back."""
        self._refuse_read_only()
        waivers = {k: v for k, v in self._contents.waivers.items() if k != key}
        if reason:
            waivers[key] = reason
        self._contents = replace(self.contents, waivers=waivers)
        self._tell(PlanChange("findings", label=_("Waiver changed")), "waive", {"key": key})

    def mark_saved(self) -> None:
        """Remember the present state as saved."""
        self._saved = self._history.state

    def _restart(self, label: str) -> None:
        """Open the current scenario; of the earlier steps the corrections of the ground stay undoable."""
        self._history = kept_corrections(self._history, self._contents)
        self._tell(PlanChange("scenario", label=label), "scenario", {"name": self._contents.current})

    def _announce(
        self, label: str, action: str, then: Moment, noted: Mapping[str, object] | None = None
    ) -> PlanChange:
        """Work out what a step changed, and tell the views."""
        now = self._history.state
        before, after = then.plan, now.plan
        if now.district is not then.district:
            # Corrections are only ever appended to, so that whoever has the district can follow.
            step = then.back if action == "undo" else now.by
            if step is not None:
                self._contents = replace(self._contents, amendments=(*self._contents.amendments, step))
            change = PlanChange("district", label=label)
        elif before.n_grids != after.n_grids or action == "AcceptPlan":
            change = PlanChange("scenario", label=label)
        else:
            moved = np.flatnonzero(before.assignment != after.assignment).astype(np.int32)
            touched = set(before.assignment[moved].tolist()) | set(after.assignment[moved].tolist())
            touched |= {i for i in range(after.n_grids) if before.grids[i] is not after.grids[i]}
            kind = "atoms" if len(moved) else "records"
            change = PlanChange(kind, tuple(sorted(touched - {-1})), moved, label)
        facts = step_noted(before, after, renumbered=change.kind == "scenario")
        self._tell(change, action, {**facts, **(noted or {})})
        return change

    def _tell(self, change: PlanChange, action: str, parameters: Mapping[str, object] | None = None) -> None:
        """Write the journal and call every listener."""
        text = ", ".join(f"{key}={value}" for key, value in (parameters or {}).items())
        now = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
        entry = JournalEntry(
            now, getpass.getuser(), f"{action}: {change.label}", text, self._contents.current
        )
        self._contents = replace(self._contents, journal=(*self._contents.journal, entry))
        for listener in tuple(self._listeners):
            listener(change)

    def _refuse_approved(self) -> None:
        """Raise UserError while a plan over this ground is approved."""
        if any(s.plan.status == "approved" for s in self.contents.scenarios.values()):
            raise UserError(_("A plan is approved and locked, so what it rests on cannot be changed."))

    def _refuse_read_only(self) -> None:
        """Raise UserError while somebody else has the project open."""
        if self.read_only:
            raise UserError(
                _("The project is open elsewhere, so it is read-only here. Save a copy to go on.")
            )
