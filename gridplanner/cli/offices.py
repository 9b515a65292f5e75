# SPDX-License-Identifier: LGPL-3.0-or-later
"""Commands that trade with others: next year's layers, street plans, ledgers, scans, a database."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gridplanner.cli.exchange import tell_losses
from gridplanner.cli.terminal import TerminalProgress
from gridplanner.errors import UserError
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.workspace.config import PostgisOptions

T = TypeVar("T")
#: Adds a sub-command: name, help, what runs it.
Add = Callable[[str, str, Callable[[argparse.Namespace], int]], argparse.ArgumentParser]
OFFICE_COMMANDS = ("release", "merge", "place", "georef", "postgis")


def add_office_commands(add: Add) -> None:
    """Add the sub-commands of this module."""
    _add_plans(add)
    _add_places(add)
    _add_database(add)


def _add_plans(add: Add) -> None:
    """Add next year's layers and the plans of street offices."""
    release = add("release", _("take in next year's layers and carry the plan in force over"), run_release)
    release.add_argument("project", type=Path, help=_("project of the plan in force"))
    release.add_argument("new", type=Path, help=_("project to make"))
    release.add_argument(
        "--config", type=Path, required=True, help=_("CONFIG.toml that names the new layers")
    )
    release.add_argument("--json", type=Path, help=_("write the findings as JSON"))
    release.add_argument("--xlsx", type=Path, help=_("write the findings as a workbook"))

    merge = add("merge", _("merge the plans of street offices into the district's project"), run_merge)
    merge.add_argument("project", type=Path, help=_("the district's project"))
    merge.add_argument("plans", type=Path, nargs="+", help=_("projects, output folders or layers of grids"))
    merge.add_argument("--crs", default="", help=_("coordinate system of layers that state none"))
    merge.add_argument("--layer", type=Path, help=_("also write the grids as handed in, as one layer"))
    merge.add_argument("--json", type=Path, help=_("write the findings as JSON"))
    merge.add_argument("--xlsx", type=Path, help=_("write the findings as a workbook"))


def _add_places(add: Add) -> None:
    """Add ledgers without coordinates and scanned maps."""
    place = add("place", _("list ledger rows without a building, or place them"), run_place)
    place.add_argument("project", type=Path)
    place.add_argument("--list", type=Path, help=_("write the rows as CSV or xlsx, to be filled in"))
    place.add_argument("--from", dest="table", type=Path, help=_("the list, filled in with building codes"))
    place.add_argument("--row", type=int, help=_("row number in the ledger"))
    place.add_argument("--building", help=_("code of the building"))
    place.add_argument(
        "--remember", type=Path, help=_("folder of CONFIG.toml that shall remember the places")
    )

    georef = add("georef", _("put a scanned map on the ground by control points"), run_georef)
    georef.add_argument("scan", type=Path, help=_("PNG, JPG or TIFF"))
    georef.add_argument("--points", type=Path, required=True, help=_("CSV with x_from y_from x_to y_to"))
    georef.add_argument("--crs", required=True, help=_("coordinate system of x_to y_to, EPSG:4545"))
    georef.add_argument("--kind", choices=("similarity", "affine"), default="")


def _add_database(add: Add) -> None:
    """Add the database."""
    postgis = add("postgis", _("publish to a PostGIS database, list its versions, read layers"), run_postgis)
    postgis.add_argument("action", choices=("publish", "versions", "tables", "read"))
    postgis.add_argument("project", type=Path, nargs="?", help=_("project whose plan in work is published"))
    postgis.add_argument(
        "--database", help=_("postgresql://user@host:port/name; else [postgis] of the project")
    )
    postgis.add_argument("--schema", help=_("schema in the database"))
    postgis.add_argument("--author", help=_("who publishes"))
    postgis.add_argument("--note", help=_("what the version is about"))
    postgis.add_argument("--table", help="SCHEMA.TABLE")
    postgis.add_argument("--version", type=int, default=0, help=_("rows of this version only"))
    postgis.add_argument("--out", type=Path, help=_("file to write: .gpkg .shp .geojson .csv"))


def run_release(options: argparse.Namespace) -> int:
    """Take in next year's layers."""
    from gridplanner.io.project.project import open_project  # slow imports
    from gridplanner.workspace.config import load_config
    from gridplanner.workspace.handover.findings_files import write_findings_as
    from gridplanner.workspace.intake.releasing import release_lines, take_release
    from gridplanner.workspace.safety.restoring import save_new

    if options.new.resolve() == options.project.resolve():
        raise UserError(_("The new project needs a name of its own; last year's stays as it is."))
    progress = TerminalProgress(quiet=options.quiet)
    try:
        release = take_release(open_project(options.project), load_config(options.config), progress)
        save_new(options.new, release.contents)
    finally:
        progress.close()
    write_findings_as((*release.conflicts, *release.changes), options.json, options.xlsx)
    lines = release_lines(release)
    lines.append(
        _("Project {path} is ready, with the plan in force as scenario '{name}'.").format(
            path=options.new, name=release.name
        )
    )
    return _said(options, lines, 0 if release.settled else 1)


def run_merge(options: argparse.Namespace) -> int:
    """Merge the plans of street offices."""
    from gridplanner.workspace.handover.findings_files import write_findings_as  # slow imports
    from gridplanner.workspace.intake.merging import merge_lines, merge_plans, write_merged
    from gridplanner.workspace.safety.restoring import editing

    progress = TerminalProgress(quiet=options.quiet)
    try:
        with editing(options.project) as (contents, save):
            merged = merge_plans(contents, options.plans, progress, options.crs)
            save(merged.contents)
    finally:
        progress.close()
    if options.layer:
        write_merged(merged, options.layer, tell_losses)
    write_findings_as(merged.findings, options.json, options.xlsx)
    return _said(options, merge_lines(merged), 1 if merged.conflicts else 0)


def run_place(options: argparse.Namespace) -> int:
    """List the rows of the people ledger without a place, or place them."""
    from gridplanner.io.project.project import open_project  # slow imports
    from gridplanner.workspace.intake.ledger import (
        place_rows,
        remember_beside,
        rows_to_place,
        unplaced_lines,
        write_unplaced,
    )
    from gridplanner.workspace.safety.restoring import editing

    if options.table or options.row is not None:
        with editing(options.project) as (contents, save):
            wanted = rows_to_place(contents, options.table, options.row, options.building or "")
            contents = place_rows(contents, wanted)
            save(contents)
        lines = [_("{n} rows placed.").format(n=len(wanted))]
    else:
        contents, lines = open_project(options.project), []
    if options.remember:
        remember_beside(contents, options.remember)
    if options.list:
        write_unplaced(contents, options.list)
    return _said(options, [*lines, *unplaced_lines(contents)])


def run_georef(options: argparse.Namespace) -> int:
    """Put a scanned map on the ground."""
    from gridplanner.workspace.intake.scans import (  # slow imports
        fit_scan,
        keep_placing,
        read_points,
        read_scan,
        residual_lines,
    )

    scan = read_scan(options.scan)
    if not options.points.is_file():
        raise UserError(_("'{path}' does not exist. Check the path.").format(path=options.points))
    pixels, ground = read_points(options.points)
    placed = fit_scan(pixels, ground, options.kind)
    files = keep_placing(scan, placed, options.crs, pixels, ground)
    written = _("Written: {files}").format(files="、".join(path.name for path in files))
    return _said(options, [*residual_lines(placed), written])


def run_postgis(options: argparse.Namespace) -> int:
    """Publish a plan, list what is there, or read a layer."""
    from gridplanner.workspace.handover import database  # slow imports

    settings = _postgis_options(options)
    if options.action == "publish":
        from gridplanner.workspace.projects import outcome_of_project

        number = database.publish_outcome(outcome_of_project(_given(options.project, "PROJECT")), settings)
        return _said(options, [_("Published as version {n}.").format(n=number)])
    if options.action == "versions":
        return _said(options, database.version_lines(settings))
    if options.action == "tables":
        return _said(options, database.tables(settings))
    table, out = _given(options.table, "--table"), _given(options.out, "--out")
    count = database.read_to_file(settings, table, out, options.version, tell_losses)
    return _said(options, [_("{n} rows written to {path}.").format(n=count, path=out)])


def _postgis_options(options: argparse.Namespace) -> PostgisOptions:
    """Return the `[postgis]` table of the project's configuration with what the command line overrides."""
    from gridplanner.workspace.config import PostgisOptions  # slow imports
    from gridplanner.workspace.projects import config_of_project

    config = config_of_project(options.project) if options.project else None
    given = {
        "address": options.database,
        "schema": options.schema,
        "author": options.author,
        "note": options.note,
    }
    changes = {key: value for key, value in given.items() if value}
    return replace(config.postgis if config else PostgisOptions(), **changes)


def _given(value: T | None, name: str) -> T:
    """Return an argument that this action needs."""
    if value is None:
        raise UserError(_("This needs {name}.").format(name=name))
    return value


def _said(options: argparse.Namespace, lines: Sequence[str], code: int = 0) -> int:
    """Print the lines unless quiet; return the exit code."""
    if not options.quiet and lines:
        print("\n".join(lines))
    return code
