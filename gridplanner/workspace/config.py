# SPDX-License-Identifier: LGPL-3.0-or-later
"""CONFIG.toml: which layers, which rules, what to plan, what to hand over."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from gridplanner.assign.options import AssignOptions
from gridplanner.errors import UserError
from gridplanner.geometry.options import BuildOptions
from gridplanner.io.dbf_fields import profile_of
from gridplanner.maps.options import MapOptions
from gridplanner.model.keys import check_keys
from gridplanner.model.layers import FIELD_KEYS, ROLES, LayerSpec
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.model.staffing import PartyRules, StaffingRules
from gridplanner.rules.presets import rules_from_config
from gridplanner.texts import _
from gridplanner.workspace.amend.reform_table import Reform, reforms_from_table
from gridplanner.workspace.plan_table import request_from_table

__all__ = ("Config", "ExportOptions", "config_from_table", "load_config", "request_from_table")

SECTIONS = (
    *("name", "title", "demonstration", "layers", "rules", "plan", "repair", "community", "assign"),
    *("export", "postgis"),
)
FORMATS = ("shp", "gpkg", "geojson", "kml", "dxf", "gdb", "csv", "xlsx", "parquet")
#: GeoPackage and GeoJSON are always written; `formats` may add to these.
DEFAULT_FORMATS = ("shp", "gpkg", "geojson")
#: A gap wider than this in boundary lines is a gap and no slip of the pen.
_WIDEST_GAP_M = 50
#: What to do where a format cannot hold a character, a text or a number: tell it and go on, or stop.
ON_LOSS = ("tell", "refuse")
#: Counts above this name nobody: hiding them would only spoil the papers.
MOST_MASKED = 20


@dataclass(frozen=True)
class ExportOptions:
    """What to hand over.

    Parameters
    ----------
    encoding : str
        Of the shapefiles in `shp/`: `utf8`, `gbk` or `gb18030`; their columns have ASCII names.
    profiles : tuple of str
        Further sets of shapefiles, each in its own folder: an encoding, `+chinese` for Chinese names.
    formats : tuple of str
        Of `FORMATS`.
    phones : bool
        Names and phones of staff may appear.
    mask_below : int
        Counts of people and households below this are hidden (`<5`, in layers empty); 0 shows all.
    zip : bool
        Also one zip of all layers with the log of their checks.
    on_loss : str
        One of `ON_LOSS`.
    maps : MapOptions
    """

    encoding: str = "utf8"
    profiles: tuple[str, ...] = ()
    formats: tuple[str, ...] = DEFAULT_FORMATS
    phones: bool = False
    mask_below: int = 0
    zip: bool = False
    on_loss: str = "tell"
    maps: MapOptions = field(default_factory=MapOptions)


@dataclass(frozen=True)
class PostgisOptions:
    """Where plans are published.

    Parameters
    ----------
    address : str
        `postgresql://user@host:port/name`, without a password: the configuration goes into every
        project and output folder. The client library takes passwords from PGPASSWORD or its pgpass file.
    schema, author, note : str
    publish : bool
        `run` publishes what it planned.
    patience_s : float
        How long a transaction is tried again while the server is away.
    """

    address: str = field(default="", repr=False)
    schema: str = "gridplanner"
    author: str = ""
    note: str = ""
    publish: bool = False
    patience_s: float = 30.0


@dataclass(frozen=True)
class Config:
    """A configuration, checked.

    Parameters
    ----------
    name, title : str
        Name of the district and title of papers and maps.
    demonstration : bool
        Sample data; maps and papers are marked 示意数据.
    base : Path
        Folder that relative layer paths start from.
    layers, nets : mapping of name to LayerSpec
    rules, request, build, assign, export, postgis
        The other sections.
    reforms : tuple of Reform
        Operations on communities, carried out before anything is planned.
    text : str
        The file as read, kept in the project.
    """

    name: str
    title: str
    demonstration: bool
    base: Path
    layers: Mapping[str, LayerSpec]
    nets: Mapping[str, LayerSpec]
    rules: RuleSet
    request: PlanRequest
    build: BuildOptions
    assign: AssignOptions
    export: ExportOptions = field(default_factory=ExportOptions)
    postgis: PostgisOptions = field(default_factory=PostgisOptions)
    reforms: tuple[Reform, ...] = ()
    text: str = ""


def load_config(path: Path) -> Config:
    """Read and check a configuration file.

    Raises
    ------
    UserError
        The file is missing, is no TOML, or names something unknown or impossible.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(
            _("Cannot read the configuration '{path}': {cause}. Check the path.").format(
                path=path, cause=error.strerror or error
            )
        ) from error
    except UnicodeDecodeError as error:
        raise UserError(
            _("The configuration '{path}' is not UTF-8 text. Save it as UTF-8.").format(path=path)
        ) from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(
            _("The configuration '{path}' is not valid TOML: {cause}. Correct that line.").format(
                path=path, cause=error
            )
        ) from error
    return config_from_table(table, path.resolve().parent, path.stem, text)


def config_from_table(
    table: Mapping[str, Any], base: Path, name: str, text: str = "", *, in_project: bool = False
) -> Config:
    """Check a configuration that is already a table; relative layer paths start from `base`.

    In a project, which holds its layers itself, it need not name any.
    """
    check_keys(table, SECTIONS, _("configuration"))
    layers, nets = _layers(_table(table, "layers"))
    if not layers and not in_project:
        raise UserError(
            _("The configuration names no layer. Add at least [layers.buildings] or [layers.atoms].")
        )
    title = str(table.get("title", table.get("name", name)))
    rules = rules_from_config(_table(table, "rules"))
    # What joins two areas is a rule; the atoms are built by it too, unless [repair] says otherwise.
    repair = {"min_shared_border_m": rules.min_shared_border_m, **_table(table, "repair")}
    return Config(
        name=str(table.get("name", name)),
        title=title,
        demonstration=bool(table.get("demonstration", False)),
        base=base,
        layers=layers,
        nets=nets,
        rules=rules,
        request=request_from_table(_table(table, "plan")),
        build=_dataclass(BuildOptions, repair, "[repair]", name=str(table.get("name", name))),
        assign=_assign(_table(table, "assign")),
        export=_export(_table(table, "export"), base),
        postgis=_postgis(_table(table, "postgis")),
        reforms=reforms_from_table(table.get("community", [])),
        text=text,
    )


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a sub-table, empty where absent; refuse anything that is no table."""
    value = table.get(key, {})
    if not isinstance(value, Mapping):
        raise UserError(_("[{key}] must be a table with one key per line.").format(key=key))
    return value


def _layers(table: Mapping[str, Any]) -> tuple[dict[str, LayerSpec], dict[str, LayerSpec]]:
    """Return the specs of layers and of nets."""
    check_keys(table, (*ROLES, "nets"), "[layers]")
    layers = {role: _spec(spec, f"[layers.{role}]") for role, spec in table.items() if role != "nets"}
    nets = {name: _spec(spec, f"[layers.nets.{name}]") for name, spec in _table(table, "nets").items()}
    return layers, nets


def _spec(table: Any, where: str) -> LayerSpec:
    """Check one layer's table."""
    if not isinstance(table, Mapping):
        raise UserError(_('{where} must be a table with at least path = "...".').format(where=where))
    check_keys(table, ("path", "layer", "encoding", "crs", "fields", "gap_m"), where)
    refuse_password(str(table.get("path", "")), where)
    if not table.get("path"):
        raise UserError(_('{where} has no path. Add path = "...".').format(where=where))
    columns = table.get("fields", {})
    check_keys(columns, FIELD_KEYS, f"{where} fields")
    return LayerSpec(
        path=str(table["path"]),
        layer=str(table.get("layer", "")),
        encoding=str(table.get("encoding", "")),
        crs=str(table.get("crs", "")),
        fields={key: str(column) for key, column in columns.items()},
        gap_m=_length(table.get("gap_m", LayerSpec.gap_m), f"{where} gap_m"),
    )


def _length(value: Any, where: str) -> float:
    """Return a length in metres; refuse what is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= _WIDEST_GAP_M:
        raise UserError(
            _("{where} = {value}: give metres from 0 to {most}.").format(
                where=where, value=repr(value), most=_WIDEST_GAP_M
            )
        )
    return float(value)


def _frozen(value: Any) -> Any:
    """Return lists as tuples, all the way down."""
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _dataclass(kind: Any, table: Mapping[str, Any], where: str, **more: Any) -> Any:
    """Build a frozen options type from a table whose keys are its fields."""
    check_keys(table, tuple(f.name for f in fields(kind) if f.name not in more), where)
    try:
        return kind(**{key: _frozen(value) for key, value in table.items()}, **more)
    except ValueError as error:
        raise UserError(f"{where}: {error}") from error


def _assign(table: Mapping[str, Any]) -> AssignOptions:
    """Check the `[assign]` table with its own tables of thresholds."""
    party = _dataclass(PartyRules, _table(table, "party"), "[assign.party]")
    staff = _dataclass(StaffingRules, _table(table, "staff"), "[assign.staff]")
    plain = {key: value for key, value in table.items() if key not in ("party", "staff")}
    options: AssignOptions = _dataclass(AssignOptions, plain, "[assign]", party=party, staff=staff)
    return options


def _export(table: Mapping[str, Any], base: Path) -> ExportOptions:
    """Check the `[export]` table."""
    drawn = dict(_table(table, "maps"))
    if "style" in drawn:
        drawn["style"] = base / str(drawn["style"])
    maps = _dataclass(MapOptions, drawn, "[export.maps]")
    plain = {key: value for key, value in table.items() if key != "maps"}
    options: ExportOptions = _dataclass(ExportOptions, plain, "[export]", maps=maps)
    return checked_export(options)


def _postgis(table: Mapping[str, Any]) -> PostgisOptions:
    """Check the `[postgis]` table."""
    options: PostgisOptions = _dataclass(PostgisOptions, table, "[postgis]")
    refuse_password(options.address, "[postgis]")
    return options


_PASSWORD = re.compile(r"^postgres(?:ql)?://[^/@\s]*:[^/@\s]+@|\bpassword\s*=", re.IGNORECASE)


def refuse_password(address: str, where: str) -> None:
    """Raise UserError for a database address that would carry a password into projects and output."""
    if _PASSWORD.search(address):
        raise UserError(
            _(
                "{where}: the address holds a password, which would go into every project and output "
                "folder. Leave it out and set PGPASSWORD, or keep it in the pgpass file."
            ).format(where=where)
        )


def chosen_export(known: ExportOptions, chosen: Mapping[str, Any]) -> ExportOptions:
    """Return export options with what somebody chose otherwise, checked.

    Parameters
    ----------
    known : ExportOptions
    chosen : mapping
        Fields of `ExportOptions`; `maps` is itself a mapping of fields of `MapOptions`.

    Raises
    ------
    UserError
        A key, a format, an encoding or a profile does not exist.

    Examples
    --------
    >>> chosen_export(ExportOptions(), {"profiles": ["gbk"], "maps": {"paper": "A0"}}).profiles
    ('gbk',)
    """
    check_keys(chosen, tuple(f.name for f in fields(ExportOptions)), "[export]")
    drawn = _table(chosen, "maps")
    check_keys(drawn, tuple(f.name for f in fields(MapOptions)), "[export.maps]")
    plain = {key: _frozen(value) for key, value in chosen.items() if key != "maps"}
    maps = replace(known.maps, **{key: _frozen(value) for key, value in drawn.items()})
    return checked_export(replace(known, **plain, maps=maps))


def checked_export(options: ExportOptions) -> ExportOptions:
    """Return the options; refuse a format, an encoding or a profile that does not exist."""
    for name in options.formats:
        if name not in FORMATS:
            raise UserError(
                _("[export] formats: '{name}' is unknown; choose from {known}.").format(
                    name=name, known=", ".join(FORMATS)
                )
            )
    for name in (options.encoding, *options.profiles):
        profile_of(name)
    if profile_of(options.encoding).chinese:
        raise UserError(
            _("[export] encoding takes utf8, gbk or gb18030; put '{name}' under profiles.").format(
                name=options.encoding
            )
        )
    below = options.mask_below
    if not isinstance(below, int) or isinstance(below, bool) or not 0 <= below <= MOST_MASKED:
        raise UserError(
            _("[export] mask_below = {value}: give a whole number from 0 to {most}.").format(
                value=repr(below), most=MOST_MASKED
            )
        )
    if options.on_loss not in ON_LOSS:
        raise UserError(
            _("[export] on_loss: '{name}' is unknown; choose from {known}.").format(
                name=options.on_loss, known=", ".join(ON_LOSS)
            )
        )
    return options
