# SPDX-License-Identifier: LGPL-3.0-or-later
"""A PostGIS database as another place to hand over to: publish a plan, list versions, read back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gridplanner.errors import UserError
from gridplanner.io.postgis_rows import Database, Publication, Version, srid_of
from gridplanner.model.layers import Layer
from gridplanner.model.outcome import Outcome
from gridplanner.progress import Progress
from gridplanner.reports.crosswalk import FIELDS, crosswalk_rows
from gridplanner.texts import _
from gridplanner.workspace.config import PostgisOptions
from gridplanner.workspace.handover.handing_over import Tell, write_telling
from gridplanner.workspace.handover.output_layers import output_layers

if TYPE_CHECKING:
    from types import ModuleType

#: As libpq takes it: an address, or pairs such as `host=… dbname=…`.
_ADDRESS = re.compile(r"postgres(?:ql)?://|\w+\s*=")
#: How long a run waits for the database before it starts to plan.
_FIRST_LOOK_S = 3.0


def publish_outcome(outcome: Outcome, options: PostgisOptions, progress: Progress | None = None) -> int:
    """Publish grids, crosswalk and history of a plan in one transaction; return the number of the version.

    A stop that `progress` tells takes everything back.

    Raises
    ------
    UserError
        No address, the extra is not installed, the CRS has no EPSG code, or the server stays away.
    """
    postgis = _postgis()
    about = Publication(options.author, options.note or outcome.title)
    database = Database(_address(options), options.patience_s)
    grids = output_layers(outcome)["grids"]
    crs = outcome.district.crs
    rows = crosswalk_layer(outcome)
    version: int = postgis.publish(database, options.schema, grids, rows, crs, about, progress)
    return version


def refuse_unpublishable(options: PostgisOptions, crs: str = "") -> None:
    """Raise UserError before any planning when the plan could never be published.

    Parameters
    ----------
    options : PostgisOptions
        Nothing is asked of the database unless `publish` is set.
    crs : str
        CRS of the district once it is known; one without an EPSG code is refused.
    """
    if not options.publish:
        return
    postgis = _postgis()
    if crs:
        srid_of(crs)
    else:
        postgis.list_tables(Database(_address(options), min(options.patience_s, _FIRST_LOOK_S)))


def publish_written(outcome: Outcome, options: PostgisOptions, out: Path) -> int:
    """Publish a plan whose files are written already, where the options say so; 0 where they do not.

    Raises
    ------
    UserError
        The database failed; the sentence says where the files are and how to publish them later.
    """
    if not options.publish:
        return 0
    try:
        return publish_outcome(outcome, options)
    except UserError as error:
        text = _(
            "{cause} The output is complete in '{out}'; publish it later with "
            "'gridplanner postgis publish {project}'."
        )
        raise UserError(text.format(cause=error, out=out, project=out / "project.gpkg")) from error


def crosswalk_layer(outcome: Outcome) -> Layer:
    """Return the crosswalk as a table: a row per pair of an old and a new grid that share atoms."""
    rows = list(zip(*crosswalk_rows(outcome), strict=True)) or [() for _key in FIELDS]
    fields = {key: _column(list(values)) for key, values in zip(FIELDS, rows, strict=True)}
    return Layer("crosswalk", "", None, fields)


def _column(values: list[Any]) -> npt.NDArray[Any]:
    """Return cells as a column: numbers as numbers, all else as texts."""
    if values and all(isinstance(value, (int, float)) for value in values):
        return np.asarray(values)
    return np.array([*map(str, values), None], dtype=object)[:-1]


def versions(options: PostgisOptions) -> list[Version]:
    """Return the divisions published in the schema, oldest first."""
    postgis = _postgis()
    found: list[Version] = postgis.list_versions(Database(_address(options)), options.schema)
    return found


def version_lines(options: PostgisOptions) -> list[str]:
    """Return the versions as lines for the terminal."""
    lines = [
        _("version {number}: {grids} grids, from {start} {end}, {author} {note}")
        .format(
            number=v.number,
            grids=v.grids,
            start=f"{v.valid_from:%Y-%m-%d %H:%M}",
            end=_("to {time}").format(time=f"{v.valid_to:%Y-%m-%d %H:%M}") if v.valid_to else _("(in force)"),
            author=v.author,
            note=v.note,
        )
        .rstrip()
        for v in versions(options)
    ]
    return lines or [_("Nothing was published in schema '{schema}' yet.").format(schema=options.schema)]


def tables(options: PostgisOptions) -> list[str]:
    """Return `schema.table` of every table with shapes."""
    postgis = _postgis()
    return [f"{schema}.{name}" for schema, name in postgis.list_tables(Database(_address(options)))]


def read_to_file(
    options: PostgisOptions, table: str, path: Path, version: int = 0, tell: Tell | None = None
) -> int:
    """Write a table of the database to a file (its suffix names the format); return the number of rows.

    Raises
    ------
    UserError
        There is no such table, or nothing of that version.
    """
    postgis = _postgis()
    schema, _dot, name = table.partition(".")
    raw = postgis.read_table(Database(_address(options)), schema, name, version)
    if not len(raw):
        raise UserError(_("'{table}' holds no rows of this version.").format(table=table))
    layer = Layer(name, raw.source, raw.geometry, raw.columns, rows=raw.rows)
    write_telling(layer, path, raw.crs, tell)
    return len(raw)


def _address(options: PostgisOptions) -> str:
    """Return the address, or say that there is none or that it is no PostgreSQL's."""
    if not options.address:
        raise UserError(
            _('No database is named. Add [postgis] address = "postgresql://…" or give --database.')
        )
    if not _ADDRESS.match(options.address):
        # Not repeated in the sentence: it may hold a password.
        raise UserError(
            _(
                "The address of the database is not one of PostgreSQL. Write it as "
                "postgresql://user@host:5432/database."
            )
        )
    return options.address


def _postgis() -> ModuleType:
    """Return the module that speaks to the database, an extra."""
    try:
        from gridplanner.io import postgis  # an extra
    except ImportError as error:
        raise UserError(_("A database needs the package psycopg. Install gridplanner[postgis].")) from error
    return postgis
