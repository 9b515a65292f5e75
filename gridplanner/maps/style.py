# SPDX-License-Identifier: LGPL-3.0-or-later
"""The house style of maps: colours, widths and sizes from a TOML file an office may change."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from gridplanner.errors import UserError
from gridplanner.model.keys import check_keys
from gridplanner.texts import RESOURCES, _

HOUSE_STYLE = RESOURCES / "templates" / "sheets" / "house.toml"
S = TypeVar("S")


@dataclass(frozen=True)
class Words:
    """Texts an office puts on its maps."""

    classification: str
    compiler: str
    review_number: str


@dataclass(frozen=True)
class Ground:
    """Colours of the background."""

    paper: str
    outside: str
    neighbour: str
    building: str
    building_line: str
    water: str
    water_line: str
    road: str
    road_casing: str
    railway: str
    site: str
    site_fill: str
    estate: str
    station: str
    meeting: str


@dataclass(frozen=True)
class GridStyle:
    """Colours of grids and weights of borders, mm."""

    palette: tuple[str, ...]
    classes: tuple[str, ...]
    dedicated: str
    line: str
    line_width: float
    community: str
    community_width: float
    street: str
    street_width: float
    old: str
    old_width: float
    new: str
    new_width: float


@dataclass(frozen=True)
class ChangeStyle:
    """Colours of kinds of change; `hatch` is the ink of the patterns that tell them apart in grey."""

    kept: str
    merged: str
    split: str
    reshaped: str
    new: str
    carved_out: str
    none: str
    hatch: str


@dataclass(frozen=True)
class LabelStyle:
    """Sizes (em, mm) and colours of names on the map."""

    grid: float
    small: float
    community: float
    street: float
    place: float
    halo: str
    color: str
    community_color: str
    place_color: str
    water_color: str


@dataclass(frozen=True)
class SheetStyle:
    """Sizes of what stands around the map, mm."""

    margin: float
    column: float
    title: float
    subtitle: float
    body: float
    caption: float
    line: str


@dataclass(frozen=True)
class HouseStyle:
    """Everything that decides how maps look."""

    text: Words
    ground: Ground
    grids: GridStyle
    change: ChangeStyle
    labels: LabelStyle
    sheet: SheetStyle


def load_style(path: Path | None = None) -> HouseStyle:
    """Return the house style; an office's own file needs to hold only what it changes.

    Parameters
    ----------
    path : Path or None
        None for the shipped style.

    Raises
    ------
    UserError
        When the file cannot be read, or holds an unknown key or a value of the wrong kind.
    """
    shipped = tomllib.loads(HOUSE_STYLE.read_text(encoding="utf-8"))
    own = _read(path) if path else {}
    parts = {f.name: f.type for f in fields(HouseStyle)}
    check_keys(own, parts, str(path))
    for name, table in own.items():
        check_keys(table, shipped[name], f"[{name}]")
        for key, value in table.items():
            _check_kind(shipped[name][key], value, f"[{name}] {key}")
        shipped[name].update(table)
    return HouseStyle(
        _fill(Words, shipped["text"]),
        _fill(Ground, shipped["ground"]),
        _fill(GridStyle, shipped["grids"]),
        _fill(ChangeStyle, shipped["change"]),
        _fill(LabelStyle, shipped["labels"]),
        _fill(SheetStyle, shipped["sheet"]),
    )


def _read(path: Path) -> dict[str, Any]:
    """Read an office's own style."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(
            _("The map style {file} cannot be read: {reason}.").format(file=path, reason=error)
        ) from error


def _check_kind(shipped: object, own: object, where: str) -> None:
    """Refuse a number where a colour belongs and the reverse."""
    numbers = isinstance(shipped, int | float) and isinstance(own, int | float)
    if not (numbers or isinstance(own, type(shipped))):
        raise UserError(
            _("Map style {where}: {value} is not of the right kind.").format(where=where, value=repr(own))
        )


def _fill(kind: type[S], table: Mapping[str, Any]) -> S:
    """Build one part; lists become tuples."""
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in table.items()})
