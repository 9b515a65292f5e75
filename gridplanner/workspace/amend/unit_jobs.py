# SPDX-License-Identifier: LGPL-3.0-or-later
"""Mends and operations on communities from the command line: on a project, or on loose layers."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gridplanner.errors import UserError
from gridplanner.geometry.mend import Policy
from gridplanner.io.durable import write_whole
from gridplanner.io.project.project import open_project
from gridplanner.io.writing import write_vector
from gridplanner.model.jurisdiction import District
from gridplanner.model.layers import Layer
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.progress import Executor, Inline, Progress, Silent
from gridplanner.reports.communities import band_word, communities_table, write_community_approval
from gridplanner.reports.sheets import open_workbook, write_table
from gridplanner.rules.communities import community_law
from gridplanner.texts import _
from gridplanner.workspace.amend.communities import figures_of, replan_request
from gridplanner.workspace.amend.mend_subjects import COMMUNITIES, GRIDS, subject_of
from gridplanner.workspace.amend.mending import (
    SPLIT_IT,
    Concerned,
    MendAnswer,
    MendChoice,
    MendProposal,
    action_words,
    findings_after,
    mend_correction,
    mend_proposals,
)
from gridplanner.workspace.checking import column
from gridplanner.workspace.intake.loose import contents_of
from gridplanner.workspace.project_files import is_project
from gridplanner.workspace.projects import assign_options
from gridplanner.workspace.safety.restoring import editing
from gridplanner.workspace.usecases import complete, free_name, propose
from gridplanner.workspace.workspace import Correction, Workspace


@dataclass(frozen=True)
class MendSelection:
    """Which proposals are accepted.

    Parameters
    ----------
    everything : bool
    actions : tuple of str
        Whole classes (`give fill snap drop explode trim repair cut`).
    numbers : tuple of str
        `12`, `3-7`, or `12=CODE` and `12=split` for another keeper; numbers count from 1.
    overlap : str
        Who gets disputed land by default: `most_people official longest_border split`.
    role : str
        What is mended: `grids` or `communities`.
    replan : bool
        Plan the communities anew that got or gave land.
    """

    everything: bool = False
    actions: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    overlap: str = "most_people"
    role: str = GRIDS
    replan: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing is accepted, so that the proposals are only listed."""
        return not (self.everything or self.actions or self.numbers)


@dataclass(frozen=True, eq=False)
class Mending:
    """What came of it."""

    proposals: tuple[MendProposal, ...]
    answer: MendAnswer | None = None
    role: str = GRIDS
    scenario: str = ""
    legal: bool = True

    def lines(self) -> list[str]:
        """Return a line per proposal, or what was done and what was not."""
        if self.answer is None:
            counts = Counter(p.action for p in self.proposals)
            words = action_words(self.role)
            total = _(", ").join(f"{words[action]} {n}" for action, n in counts.items())
            head = _("{n} proposals: {classes}").format(n=len(self.proposals), classes=total)
            return [head, *(f"{p.number + 1:>5}  {p.text}" for p in self.proposals if not p.small)]
        by_number = {p.number: p for p in self.proposals}
        lines = [_("Mended: {n} faults").format(n=len(self.answer.done))]
        if self.answer.refused:
            lines.append(
                _("Left out, since they would make a new fault: {n}").format(n=len(self.answer.refused))
            )
            lines += [f"{n + 1:>5}  {by_number[n].text}" for n in self.answer.refused]
        if self.answer.concerned.communities:
            lines.append(concerned_text(self.answer.concerned))
        if self.scenario:
            text = _("The grids concerned are planned anew in scenario '{name}'.")
            lines.append(text.format(name=self.scenario))
        return lines


def concerned_text(concerned: Concerned) -> str:
    """Say whose grids have to be planned anew."""
    return _(
        "{people} people come to another community; plan {n} grids anew: {grids} (communities {communities})."
    ).format(
        people=concerned.people,
        n=len(concerned.grids),
        grids=_(", ").join(concerned.grids),
        communities=_(", ").join(concerned.communities),
    )


def mend_project(
    path: Path, selection: MendSelection, executor: Executor | None = None, progress: Progress | None = None
) -> Mending:
    """List the mends of a project's grids or communities, or carry some out and save the project."""
    if selection.empty:
        policy = Policy(overlap=selection.overlap)
        return Mending(
            mend_proposals(open_project(path).district, policy, selection.role), role=selection.role
        )
    with editing(path) as (contents, save):
        workspace = Workspace(contents)
        done = _mended(workspace, selection)
        changed = workspace.contents
        concerned = done.answer.concerned.communities if done.answer is not None else ()
        if selection.replan and concerned:
            request = replan_request(changed.district, changed.request, concerned)
            name, changed, legal = _replanned(
                changed, request, path, executor or Inline(), progress or Silent()
            )
            done = replace(done, scenario=name, legal=legal)
        save(changed)
    return done


def mend_layers(paths: Sequence[Path], selection: MendSelection, out: Path, progress: Progress) -> Mending:
    """Mend today's grids among loose layers; write the new layer, and beside it what was done.

    The layers given stay as they are. `OUT.log.csv` has a row per proposal with land and people before
    and after.
    """
    workspace = Workspace(contents_of(paths, progress, as_grids=selection.role == GRIDS))
    done = _mended(workspace, selection)
    district = workspace.district
    form = out.suffix.lower().lstrip(".")
    made = _grid_layer(district) if selection.role == GRIDS else _community_layer(district)
    write_vector(made, out, district.crs, format=form)
    write_whole(out.with_name(f"{out.name}.log.csv"), _log(done).encode("utf-8-sig"))
    return done


def mend_any(
    paths: Sequence[Path],
    selection: MendSelection,
    out: Path | None,
    progress: Progress,
    executor: Executor | None = None,
) -> Mending:
    """Mend a project in place, or loose layers into a new file; list the proposals where none is accepted."""
    if len(paths) == 1 and is_project(paths[0]):
        return mend_project(paths[0], selection, executor, progress)
    if selection.empty:
        district = contents_of(paths, progress, as_grids=selection.role == GRIDS).district
        found = mend_proposals(district, Policy(overlap=selection.overlap), selection.role)
        return Mending(found, role=selection.role)
    if out is None:
        raise UserError(_("Layers are never written over. Name the new layer with --out."))
    return mend_layers(paths, selection, out, progress)


def _mended(workspace: Workspace, selection: MendSelection) -> Mending:
    """Carry the accepted proposals out as one step."""
    policy = Policy(overlap=selection.overlap)
    proposals = mend_proposals(workspace.district, policy, selection.role)
    answer = mend_correction(workspace.district, _choices(proposals, selection), policy, selection.role)
    if answer.correction is not None:
        findings = findings_after(workspace.contents.findings, answer.correction)
        workspace.amend(replace(answer.correction, findings=findings))
    return Mending(proposals, answer, selection.role)


def _choices(proposals: Sequence[MendProposal], selection: MendSelection) -> list[MendChoice]:
    """Return the proposals a selection names."""
    chosen = {
        p.number: MendChoice(p.number)
        for p in proposals
        if selection.everything or p.action in selection.actions
    }
    for text in selection.numbers:
        for choice in _named(proposals, text):
            chosen[choice.number] = choice
    return [chosen[number] for number in sorted(chosen)]


def _named(proposals: Sequence[MendProposal], text: str) -> list[MendChoice]:
    """Return the proposals that `12`, `3-7` or `12=CODE` names."""
    numbers, _equals, keeper = text.partition("=")
    first, _dash, last = numbers.partition("-")
    if not first.isdigit() or (last and not last.isdigit()):
        raise UserError(_("'{text}' names no proposal; write 12, 3-7 or 12=CODE.").format(text=text))
    wanted = range(int(first) - 1, int(last or first))
    if wanted and wanted[-1] >= len(proposals):
        raise UserError(
            _("There is no proposal {number}. List the proposals again.").format(number=last or first)
        )
    return [MendChoice(n, _keeper(proposals[n], keeper)) for n in wanted]


def _keeper(proposal: MendProposal, text: str) -> int | None:
    """Return the place of the unit that shall keep the land."""
    if not text:
        return None
    if text == "split":
        return SPLIT_IT
    if text not in proposal.units:
        raise UserError(_("This unit cannot keep the land. Choose one of those named in the proposal."))
    return proposal.units.index(text)


def _grid_layer(district: District) -> Layer:
    """Return today's grids as they are, in the fields of `grids_before`."""
    records, plan = district.grids_before, district.plan_today()
    homes = [str(district.communities.codes[r.community]) for r in records]
    fields = {
        "WGBM": column([r.code for r in records]),
        "WGMC": column([r.name for r in records]),
        "SQDM": column(homes),
        "WGLX": column([str(r.kind.value) for r in records]),
        "ZSLX": column([r.dedicated_kind for r in records]),
        "HS": plan.sums(district.atoms.households),
        "RK": plan.sums(district.atoms.people),
    }
    return Layer("grids", "", district.grids_before_geometry, fields)


def _community_layer(district: District) -> Layer:
    """Return the communities with the outlines as mended, in the fields of `communities`."""
    subject = subject_of(district, COMMUNITIES)
    fields = {
        "SQDM": column(list(subject.codes)),
        "SQMC": column(list(subject.names)),
        "JDDM": column(list(subject.homes)),
        "RK": subject.people,
    }
    return Layer("communities", "", subject.shapes, fields)


def _log(done: Mending) -> str:
    """Return what was done as CSV, a row per proposal."""
    assert done.answer is not None  # noqa: S101 - the caller mended
    state = dict.fromkeys(done.answer.done, "done") | dict.fromkeys(done.answer.refused, "refused")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ("number", "state", "action", "fault", "units", "area_m2", "people", "x", "y")
        + ("area_before", "area_after", "people_before", "people_after", "text")
    )
    for p in done.proposals:
        numbers = (p.area_before, p.area_after, p.people_before, p.people_after)
        writer.writerow(
            (p.number + 1, state.get(p.number, "open"), p.action, p.fault, ";".join(p.units), p.area_m2)
            + (p.people, round(p.x, 3), round(p.y, 3))
            + tuple(";".join(f"{value:.2f}".rstrip("0").rstrip(".") for value in row) for row in numbers)
            + (p.text,)
        )
    return text.getvalue()


# --- communities ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Replanned:
    """What an operation on communities led to: its label, and the scenario planned anew ("" for none)."""

    label: str
    scenario: str = ""
    legal: bool = True


def reform_project(
    path: Path,
    operation: Callable[[District], Correction],
    replan: bool,
    executor: Executor,
    progress: Progress,
) -> Replanned:
    """Carry an operation on communities out on a project; plan the grids concerned anew where asked."""
    with editing(path) as (contents, save):
        workspace = Workspace(contents)
        correction = operation(workspace.district)
        workspace.amend(correction)
        done = Replanned(correction.label)
        changed = workspace.contents
        if replan:
            request = replan_request(changed.district, changed.request)
            name, changed, legal = _replanned(changed, request, path, executor, progress)
            done = replace(done, scenario=name, legal=legal)
        save(changed)
    return done


def _replanned(
    contents: ProjectContents, request: PlanRequest, path: Path, executor: Executor, progress: Progress
) -> tuple[str, ProjectContents, bool]:
    """Return the name of a scenario planned anew, the project with it, and whether it breaks no hard rule."""
    workspace = Workspace(contents)
    proposal = propose(contents, request, executor, progress, workspace.plan)
    plan, _found = complete(contents, proposal.plan, assign_options(contents, path.resolve().parent))
    name = free_name(contents, lambda n: _("After community changes {n}").format(n=n))
    workspace.add_scenario(name, plan, proposal)
    return name, workspace.contents, not any(f.counts for f in proposal.findings)


def community_lines(path: Path) -> list[str]:
    """Return a line per community: code, name, households, people, grids, and whether it fits the law."""
    band, source = community_law()
    figures = sorted(figures_of(open_project(path).district), key=lambda f: f.code)
    lines = [
        f"{f.code}  {f.name}  "
        + _("{households:,} households, {people:,} people, {grids} grids, {fits}").format(
            households=f.households, people=f.people, grids=f.grids, fits=band_word(f, band)
        )
        for f in figures
    ]
    return [*lines, _("Standard: {source}.").format(source=source)]


def write_community_papers(path: Path, folder: Path) -> tuple[Path, ...]:
    """Write the approval forms (docx) and the approval table (xlsx) of a project's operations."""
    contents = open_project(path)
    if not contents.district.reforms:
        raise UserError(_("No community was changed in this project, so there is nothing to approve."))
    folder.mkdir(parents=True, exist_ok=True)
    document, table = folder / "communities.docx", folder / "communities.xlsx"
    write_community_approval(contents.district, document)
    with open_workbook(table) as book:
        write_table(book, communities_table(contents.district.reforms), _("Community changes"))
    return document, table
