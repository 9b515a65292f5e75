# SPDX-License-Identifier: LGPL-3.0-or-later
"""Edits of the plan; each is one command."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gridplanner.errors import UserError
from gridplanner.gui.dialogs.ask import AskDialog, Field
from gridplanner.model.kinds import DedicatedKind, GridKind
from gridplanner.model.titles import word_title
from gridplanner.texts import _
from gridplanner.workspace.commands import (
    CarveSite,
    CopyGrid,
    EditGrid,
    MergeGrids,
    MoveAtoms,
    NewGrid,
    RetireGrid,
    SplitGrid,
    Together,
)
from gridplanner.workspace.scene.edit import fill_moves, split_evenly, stray_moves

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell


class EditGroup:
    """What the edit menu does."""

    def __init__(self, window: Shell) -> None:
        self._window = window
        self._session = window.session

    def undo(self) -> None:
        """Take the last step back."""
        self._session.undo()

    def redo(self) -> None:
        """Repeat the step taken back."""
        self._session.redo()

    def merge(self) -> None:
        """Merge the selected grids."""
        self._session.do(MergeGrids(tuple(self._session.selection)))

    def merge_choosing(self) -> None:
        """Merge the selected grids into the one whose code and name shall stay."""
        session = self._session
        if session.plan is None or len(session.selection) < 2:
            return
        people = session.totals.people
        choices = [
            (
                _("{name} {code}, {people} people").format(
                    name=r.name, code=r.code, people=f"{int(people[g]):,}"
                ),
                g,
            )
            for g in session.selection
            for r in (session.plan.grids[g],)
        ]
        most = max(session.selection, key=lambda g: int(people[g]))
        answer = AskDialog.ask(
            self._window,
            _("Merge, choosing what stays"),
            [Field("into", _("Code and name of"), most, choices=choices)],
        )
        if answer:
            session.do(MergeGrids(tuple(session.selection), int(str(answer["into"]))))

    def areas(self) -> None:
        """Mark smallest areas by an expression."""
        from gridplanner.gui.models.areas import help_text, matching_areas

        session = self._session
        answer = AskDialog.ask(
            self._window,
            _("Mark areas by expression"),
            [Field("text", _("Expression"), f"{_('People')} > 100", required=True)],
            help_text(),
        )
        if not answer or session.plan is None:
            return
        try:
            found = matching_areas(str(answer["text"]), session.workspace.district, session.plan)
        except UserError as error:
            session.said.emit(str(error), "warning")
            return
        self._window.map.mark(found.tolist())
        session.said.emit(_("{n} areas are marked.").format(n=len(found)), "info")

    def give(self) -> None:
        """Give the marked areas to the selected grid."""
        session, host = self._session, self._window.map
        if len(session.selection) != 1 or not host.marked:
            session.said.emit(_("Mark areas and select the one grid that takes them."), "info")
            return
        target = session.selection[0]
        tool = self._window.groups["tools"].made["click"]
        chosen = tool.movable(np.array(sorted(host.marked), np.int64), target)
        if not len(chosen):
            session.said.emit(_("None of the marked areas may go to this grid."), "warning")
            return
        left = len(host.marked) - len(chosen)
        if session.do(MoveAtoms(tuple(chosen.tolist()), target)) and left:
            session.said.emit(
                _("{n} areas of other communities or locked grids stayed.").format(n=left), "info"
            )

    def split_auto(self) -> None:
        """Split the selected grid into k parts of about equal people."""
        session = self._session
        if len(session.selection) != 1:
            return
        answer = AskDialog.ask(
            self._window, _("Split evenly"), [Field("parts", _("Into how many grids"), 2, low=2, high=20)]
        )
        if answer:
            self.split_into(session.selection[0], int(str(answer["parts"])))

    def split_into(self, grid: int, parts: int) -> None:
        """Split a grid into connected parts of about equal people."""
        session = self._session
        made = split_evenly(session.workspace.district, session.plan, session.neighbours, grid, parts)
        if len(made) < parts:
            session.said.emit(_("The grid has too few areas for {n} parts.").format(n=parts), "warning")
            return
        cuts = tuple(SplitGrid(grid, tuple(part.tolist())) for part in made[1:])
        session.do(Together(cuts, _("Split a grid into {n}").format(n=parts)))

    def new_grid(self) -> None:
        """Make a grid of the marked areas, or of one selected grid's unassigned neighbours."""
        session, host = self._session, self._window.map
        atoms = sorted(host.marked)
        if not atoms and session.plan is not None and session.workspace is not None:
            free = np.flatnonzero(session.plan.assignment < 0)
            homes = session.workspace.district.atoms.community[free]
            atoms = free[homes == homes[0]].tolist() if len(free) else []
        if not atoms:
            session.said.emit(
                _("Mark areas with the rectangle, lasso or brush first, with no grid selected."), "info"
            )
            return
        host.marked = set()
        if session.do(NewGrid(tuple(atoms))):
            session.select([session.plan.n_grids - 1])

    def retire(self) -> None:
        """Retire the selected grid; refused while it holds areas."""
        if len(self._session.selection) == 1:
            self._session.do(RetireGrid(self._session.selection[0]))

    def convert(self) -> None:
        """Turn a general grid into a dedicated one and back."""
        session = self._session
        if session.plan is None or len(session.selection) != 1:
            return
        grid = session.selection[0]
        record = session.plan.grids[grid]
        if record.kind is GridKind.DEDICATED:
            session.do(EditGrid(grid, kind=GridKind.GENERAL, dedicated_kind=""))
            return
        answer = AskDialog.ask(
            self._window, _("Convert to a dedicated grid"), [_kind_field(record.dedicated_kind)]
        )
        if answer:
            session.do(EditGrid(grid, kind=GridKind.DEDICATED, dedicated_kind=str(answer["kind"])))

    def carve(self) -> None:
        """Carve a candidate site out of the general grids."""
        session = self._session
        sites = session.workspace.district.originals.get("sites") if session.workspace else None
        if self._window.map.marked:
            self._carve_marked()
            return
        if sites is None or not len(sites.rows):
            session.said.emit(
                _("There is no layer of candidate sites. Mark its areas with rectangle, lasso or brush."),
                "info",
            )
            return
        names = sites.texts("name").tolist()
        choices = [(name or str(i + 1), i) for i, name in enumerate(names)]
        answer = AskDialog.ask(
            self._window,
            _("Carve out a site"),
            [Field("site", _("Site"), 0, choices=choices), _kind_field("")],
            _("The areas under the site become a dedicated grid of its own."),
        )
        if answer:
            self.carve_site(int(str(answer["site"])), str(answer["kind"]))

    def _carve_marked(self) -> None:
        """Carve the marked areas out as a site that no layer names."""
        answer = AskDialog.ask(
            self._window,
            _("Carve out a site"),
            [Field("name", _("Name"), "", required=True), _kind_field("")],
            _("The marked areas become a dedicated grid of its own."),
        )
        if answer:
            atoms = tuple(sorted(self._window.map.marked))
            self._session.do(CarveSite("", str(answer["name"]), str(answer["kind"]), atoms))

    def carve_site(self, site: int, kind: str) -> None:
        """Carve out one site by its row."""
        session = self._session

        def found(atoms: tuple[int, ...]) -> None:
            if not atoms:
                session.said.emit(_("No area lies under this site."), "warning")
                return
            layer = session.workspace.district.originals["sites"]
            code = layer.texts("code")[site] or layer.texts("id")[site] or str(site + 1)
            session.do(CarveSite(str(code), str(layer.texts("name")[site]), kind, atoms))

        amendments = session.workspace.contents.amendments
        session.ask("atoms_of_site", found, site=site, amendments=amendments)

    def lock(self) -> None:
        """Lock the selected grids, or unlock them where all are locked."""
        session = self._session
        if session.plan is None:
            return
        locked = all(session.plan.grids[g].locked for g in session.selection)
        changes = tuple(EditGrid(grid, locked=not locked) for grid in session.selection)
        text = _("Unlock {n} grids") if locked else _("Lock {n} grids")
        session.do(Together(changes, text.format(n=len(changes))))

    def fill(self) -> None:
        """Give unassigned areas to the neighbour with the fewest people."""
        session = self._session
        moves = fill_moves(session.workspace.district, session.plan, session.neighbours)
        if not moves:
            session.said.emit(_("No area is unassigned."), "info")
            return
        count = sum(map(len, moves.values()))
        steps = tuple(MoveAtoms(tuple(atoms), grid) for grid, atoms in moves.items())
        session.do(Together(steps, _("Fill {n} unassigned areas").format(n=count)))

    def repair(self) -> None:
        """Give stray parts of grids to the neighbour they share most border with."""
        session = self._session
        moves = stray_moves(session.workspace.district, session.plan, session.neighbours)
        if not moves:
            session.said.emit(_("No grid falls into parts."), "info")
            return
        steps = tuple(MoveAtoms(tuple(atoms.tolist()), grid) for atoms, grid in moves)
        session.do(Together(steps, _("Repair {n} stray parts").format(n=len(moves))))

    def copy_grid(self) -> None:
        """Copy the selected grid's areas into another scenario."""
        session = self._session
        workspace = session.workspace
        others = (
            [n for n in workspace.contents.scenarios if n != workspace.contents.current] if workspace else []
        )
        if not others or len(session.selection) != 1:
            session.said.emit(_("There is no other scenario."), "info")
            return
        answer = AskDialog.ask(
            self._window,
            _("Copy the grid to another scenario"),
            [Field("to", _("Scenario"), others[0], choices=[(n, n) for n in others])],
        )
        if answer:
            self.copy_to(session.selection[0], str(answer["to"]))

    def copy_to(self, grid: int, scenario: str) -> None:
        """Open a scenario and make a grid there as it stands here."""
        session = self._session
        record, held = session.plan.grids[grid], np.flatnonzero(session.plan.assignment == grid)
        session.workspace.open_scenario(scenario)
        if session.do(CopyGrid(record, tuple(held.tolist()))):
            session.select([int(session.plan.assignment[held[0]])])

    def properties(self) -> None:
        """Edit name, code and note of the selected grid."""
        session = self._session
        if session.plan is None or len(session.selection) != 1:
            return
        grid = session.selection[0]
        record = session.plan.grids[grid]
        answer = AskDialog.ask(
            self._window,
            _("Properties of the grid"),
            [
                Field("code", _("Grid code"), record.code),
                Field("name", _("Name"), record.name),
                Field("note", _("Note"), record.note, long=True),
                Field("colour", _("Colour on maps (#rrggbb)"), record.colour),
            ],
        )
        if answer:
            changed: dict[str, Any] = {k: str(v) for k, v in answer.items() if str(v) != getattr(record, k)}
            if changed:
                session.do(replace(EditGrid(grid), **changed))

    def expression(self) -> None:
        """Select grids by an expression."""
        from gridplanner.gui.models.expression import HELP, matching

        answer = AskDialog.ask(
            self._window,
            _("Select by expression"),
            [Field("text", _("Expression"), f"{_('People')} > 2000", required=True)],
            HELP(),
        )
        if answer:
            try:
                found = matching(str(answer["text"]), self._window.table.model)
            except UserError as error:
                self._session.said.emit(str(error), "warning")
                return
            self._session.select(found)
            self._session.said.emit(_("{n} grids are selected.").format(n=len(found)), "info")

    def select_none(self) -> None:
        """Select nothing."""
        self._session.select(())


def _kind_field(value: str) -> Field:
    """Return the question for the kind of a dedicated grid."""
    choices = [(word_title(k), str(k)) for k in DedicatedKind]
    return Field("kind", _("Kind of unit"), value or str(DedicatedKind.OTHER), choices=choices)
