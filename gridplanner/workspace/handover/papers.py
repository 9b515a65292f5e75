# SPDX-License-Identifier: LGPL-3.0-or-later
"""Single papers of a project: one kind of sheet, the office's own register, plans side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gridplanner.assign.levels import number_below
from gridplanner.errors import UserError
from gridplanner.geometry.dissolve import grid_polygons
from gridplanner.io.durable import plain_words
from gridplanner.io.project.project import open_project
from gridplanner.maps.book import make_sheets, write_pages
from gridplanner.maps.marks import Sheet
from gridplanner.maps.options import MapOptions
from gridplanner.maps.printing import pages_for
from gridplanner.model.finding import Finding
from gridplanner.model.outcome import Outcome
from gridplanner.model.plan import Plan
from gridplanner.model.project import ProjectContents
from gridplanner.progress import Silent
from gridplanner.reports.comparison import write_comparison
from gridplanner.reports.office_register import apply_register, fill_register, read_register
from gridplanner.texts import _
from gridplanner.workspace.handover.one_file import write_one
from gridplanner.workspace.levels import with_levels
from gridplanner.workspace.projects import compare_scenarios, config_of_project, outcome_of_project
from gridplanner.workspace.safety.restoring import editing


@dataclass(frozen=True)
class SheetRequest:
    """Which sheets are wanted.

    Parameters
    ----------
    kind : str
        See `maps.book.make_sheets`.
    of : str
        Code or name of the community, street or grid; "" for all.
    paper : str
        Paper of the sheet, "" for the configuration's.
    tiles : str
        Paper to cut the sheet into pages for, "" to leave it whole.
    public : bool
        Without numbers of people.
    """

    kind: str
    of: str = ""
    paper: str = ""
    tiles: str = ""
    public: bool = False


def sheets_of(outcome: Outcome, options: MapOptions, wanted: SheetRequest) -> list[Sheet]:
    """Return the sheets of one kind, cut into pages where a smaller paper is named.

    Raises
    ------
    UserError
        The kind, the paper or the place is unknown.
    """
    paper = wanted.paper or options.paper
    chosen = replace(options, paper=paper, atlas_paper=paper, public=options.public or wanted.public)
    drawn = with_levels(outcome, Silent()) if wanted.kind == "level" else outcome
    sheets = make_sheets(wanted.kind, drawn, chosen, wanted.of)
    if not sheets and wanted.kind == "level":
        raise UserError(
            _("The plan has no micro-grids or area grids: ask for them under [plan] levels, with limits.")
        )
    if not sheets:
        raise UserError(_("There is nothing to draw on '{kind}'.").format(kind=wanted.kind))
    return pages_for(sheets, replace(chosen, paper=wanted.tiles).paper) if wanted.tiles else sheets


def draw_sheets(project: Path, wanted: SheetRequest, out: Path) -> tuple[Path, ...]:
    """Write one kind of sheet of the plan in work; the ending of `out` decides: PDF, PNG or SVG."""
    config, outcome = config_of_project(project), outcome_of_project(project)
    options = config.export.maps if config else MapOptions()
    sheets = sheets_of(outcome, options, wanted)
    with plain_words(out):
        return write_pages(sheets, outcome, out, options.dpi)


def fill_office_register(project: Path, template: Path, out: Path) -> None:
    """Fill the register of the plan in work into a copy of the office's workbook."""
    outcome = outcome_of_project(project)
    write_one(out, lambda part: fill_register(outcome, template, part))


def take_office_register(project: Path, filled: Path) -> tuple[int, tuple[Finding, ...]]:
    """Take names, limits and notes over from a register that somebody worked on.

    Returns
    -------
    changed : int
        Grids of the plan in work that changed.
    findings : tuple of Finding
        Codes that the plan does not have, or that appear twice.
    """
    rows = read_register(filled)
    with editing(project) as (contents, save):
        scenario = _in_work(contents)
        plan, findings = apply_register(contents.scenarios[scenario].plan, rows)
        old = contents.scenarios[scenario].plan.grids
        changed = sum(one != other for one, other in zip(old, plan.grids, strict=True))
        if changed:
            save(_with_plan(contents, scenario, plan))
    return changed, findings


def number_level(project: Path, lower: str, digits: int) -> tuple[int, tuple[Finding, ...]]:
    """Give the grids of a scenario codes inside those of the plan in work: micro-grids, parts of grids.

    Returns
    -------
    count : int
        Grids that got a code.
    findings : tuple of Finding
    """
    with editing(project) as (contents, save):
        upper = _in_work(contents)
        if lower == upper or lower not in contents.scenarios:
            others = [name for name in contents.scenarios if name != upper]
            raise UserError(
                _("'{name}' is no other scenario of the project; choose from {known}.").format(
                    name=lower, known=", ".join(others) or "—"
                )
            )
        below = contents.scenarios[lower].plan
        polygons = grid_polygons(contents.district.atoms.geometry, below.assignment, below.n_grids)
        plan, findings = number_below(contents.scenarios[upper].plan, below, polygons, digits)
        save(_with_plan(contents, lower, plan))
    return plan.n_grids, findings


def write_side_by_side(project: Path, names: Sequence[str], out: Path) -> None:
    """Write scenarios of a project side by side as a workbook; "" stands for today."""
    outcomes = compare_scenarios(open_project(project), names, config_of_project(project))
    write_one(out, lambda part: write_comparison(outcomes, part))


def _in_work(contents: ProjectContents) -> str:
    """Return the name of the plan in work."""
    if contents.current not in contents.scenarios:
        raise UserError(_("The project has no plan yet. Run 'gridplanner plan PROJECT --accept' first."))
    return contents.current


def _with_plan(contents: ProjectContents, name: str, plan: Plan) -> ProjectContents:
    """Return the project with another plan in a scenario, its certificate kept: no atom has moved."""
    scenario = replace(contents.scenarios[name], plan=plan)
    return replace(contents, scenarios={**contents.scenarios, name: scenario})
