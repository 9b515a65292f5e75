# SPDX-License-Identifier: LGPL-3.0-or-later
"""From a path to rows: which reader, which layer inside, and what is refused at the door."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import shapely.errors

from gridplanner.errors import UserError
from gridplanner.io.archive import unpacked
from gridplanner.io.geojson_reader import read_geojson
from gridplanner.io.geopackage_reader import layer_names, read_geopackage
from gridplanner.io.ledger_reader import read_csv, read_xlsx, sheet_names
from gridplanner.io.postgis_rows import Database
from gridplanner.io.raw import RawTable
from gridplanner.io.shapefile_reader import read_shapefile
from gridplanner.model.question import Question
from gridplanner.texts import _

Ask = Callable[[Question], str]

_SHAPEFILE = {".shp", ".shx", ".dbf"}
_FOREIGN = {".gdb", ".tab", ".mif", ".kml", ".dxf"}
#: Tables that describe the layers beside them and are none themselves.
_PAPERS = {"字段说明.csv", "检查记录.csv", "truth.json"}
#: Formats we know and do not read, with what to do instead.
_REFUSED = {
    ".dwg": "Save it as DXF (R2000 or later) in the drawing program.",
    ".xls": "Save it as .xlsx in a spreadsheet program.",
    ".et": "Save it as .xlsx in a spreadsheet program.",
    ".wps": "Save it as .xlsx in a spreadsheet program.",
    ".vrt": "Choose the file that it points to.",
    ".mdb": "Save it as GeoPackage or FileGDB.",
    ".udb": "Save it as shapefile in SuperMap.",
    ".wl": "Save it as shapefile in MapGIS.",
    ".wp": "Save it as shapefile in MapGIS.",
    ".qgz": "Choose the layer files themselves.",
    ".mxd": "Choose the layer files themselves.",
    ".rar": "Unpack it first.",
    ".7z": "Unpack it first.",
    ".kmz": "It is a zip: rename it to .zip, unpack it, and choose the .kml inside.",
}

#: What readers raise on bytes that no check of ours foresaw.
_STUMBLES = (
    ArithmeticError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    shapely.errors.ShapelyError,
)


def local_path(text: str, base: Path) -> Path:
    """Return the existing local file or folder that a text names.

    Raises
    ------
    UserError
        It is a network address, a virtual path, a format we do not read, or it does not exist.
    """
    drive = re.match(r"^[A-Za-z]:[\\/]", text)
    if text.startswith("/vsi") or "://" in text or (re.match(r"^[A-Za-z][A-Za-z0-9]*:", text) and not drive):
        raise UserError(
            _("'{path}' is not a file on this computer. Download it and choose the file.").format(
                path=text[:120]
            )
        )
    path = Path(text)
    path = path if path.is_absolute() else base / path
    suffix = path.suffix.lower()
    if suffix in _REFUSED:
        raise UserError(
            _("'{source}': this format cannot be read. {advice}").format(
                source=path.name, advice=_(_REFUSED[suffix])
            )
        )
    if not path.exists():
        sibling = (
            suffix in _SHAPEFILE and any(path.parent.glob(path.stem + ".*"))
            if path.parent.is_dir()
            else False
        )
        if not sibling:
            raise UserError(_("'{path}' does not exist. Check the path.").format(path=text))
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise UserError(
            _("'{path}' is not an ordinary file. Choose one that lies on this computer.").format(path=text)
        )
    return path


def needs_foreign_code(path: Path) -> bool:
    """Tell whether a file, or one in a folder or zip, is read by a library and not by our own readers."""
    suffix = path.suffix.lower()
    return suffix in _FOREIGN or suffix == ".zip" or (path.is_dir() and suffix != ".gdb")


def is_database(text: str) -> bool:
    """Tell whether a layer's path is the address of a PostgreSQL database."""
    return text.startswith(("postgresql://", "postgres://"))


def read_from_database(address: str, layer: str) -> RawTable:
    """Read `schema.table` of a PostGIS database (extra `postgis`).

    Raises
    ------
    UserError
        The extra is not installed, no table is named, or the database cannot be read.
    """
    try:
        from gridplanner.io.postgis import read_table  # an extra
    except ImportError as error:
        raise UserError(
            _("Reading from a database needs the package psycopg. Install gridplanner[postgis].")
        ) from error
    schema, _dot, table = layer.partition(".")
    if not table:
        raise UserError(_('Name the table of the database: layer = "schema.table".'))
    return read_table(Database(address), schema, table)


def layers_in(path: Path) -> list[str]:
    """Return the names of the layers or sheets inside a file or folder, "" for a single unnamed one.

    Raises
    ------
    UserError
        It is damaged.
    """
    try:
        names = _layers_in(path)
    except _STUMBLES as error:
        raise _stumbled(path, error) from error
    if not names:
        raise _without_layers(path.name)
    return names


def _without_layers(source: str) -> UserError:
    """Return the error for a file or folder in which there is nothing to read."""
    return UserError(
        _("'{source}' holds no layer that can be read. Choose another file, or ask for it again.").format(
            source=source
        )
    )


def _layers_in(path: Path) -> list[str]:
    """Return the names of the layers inside."""
    suffix = path.suffix.lower()
    if path.is_dir() and suffix != ".gdb":
        return [str(item.relative_to(path)) for item in _files_of(path)]
    if suffix == ".gpkg":
        return layer_names(path)
    if suffix in (".xlsx", ".xlsm"):
        return sheet_names(path)
    if suffix == ".zip":
        with unpacked(path) as folder:
            return _layers_in(folder)
    if suffix in _FOREIGN:
        # GDAL costs over a second to load; the formats of every day do not need it.
        from gridplanner.io.gdal_reader import foreign_layers

        return foreign_layers(path)
    return [""]


def _files_of(folder: Path) -> list[Path]:
    """Return the layer files under a folder: one per shapefile set, sorted by name."""
    found: dict[str, Path] = {}
    for item in sorted(folder.rglob("*")):
        suffix = item.suffix.lower()
        if item.name in _PAPERS or any(
            parent.suffix.lower() == ".gdb" for parent in item.parents if parent != folder
        ):
            continue
        if suffix == ".gdb" or (
            item.is_file()
            and suffix in {".shp", ".gpkg", ".geojson", ".csv", ".xlsx", ".tab", ".mif", ".kml", ".dxf"}
        ):
            found[str(item)] = item
        elif suffix == ".dbf" and not any(
            str(item.with_suffix(s)) in found for s in (".shp", ".SHP", ".Shp")
        ):
            if not any(
                other.suffix.lower() == ".shp" and other.stem == item.stem for other in item.parent.iterdir()
            ):
                found[str(item)] = item
    return list(found.values())


def open_layer(path: Path, layer: str = "", encoding: str = "", ask: Ask | None = None) -> RawTable:
    """Read one layer of a local file or folder.

    Parameters
    ----------
    path : Path
        As `local_path` gives it.
    layer : str
        Layer, sheet, or file inside; "" where there is only one.
    encoding : str
    ask : callable, optional
        Asked which layer where there are several; without it several are refused by name.

    Raises
    ------
    UserError
        It cannot be read, or the layer is not there.
    """
    try:
        return _open(path, layer, encoding, ask)
    except _STUMBLES as error:
        raise _stumbled(path, error) from error


def _stumbled(path: Path, error: BaseException) -> UserError:
    """Return the sentence for whatever a damaged file made a reader stumble over."""
    if isinstance(error, MemoryError):
        text = _("'{source}': memory ran out while it was read; the file is too large for it, or damaged.")
        return UserError(text.format(source=path.name))
    cause = f"{type(error).__name__}: {error}"[:160]
    return UserError(
        _("'{source}' is damaged ({cause}). Ask for the file again.").format(source=path.name, cause=cause)
    )


def _open(path: Path, layer: str, encoding: str, ask: Ask | None) -> RawTable:
    """Read one layer with the reader of its format."""
    suffix = path.suffix.lower()
    if suffix == ".zip":
        with unpacked(path) as folder:
            return _inside(folder, layer, encoding, ask, path.name)
    if path.is_dir() and suffix != ".gdb":
        return _inside(path, layer, encoding, ask, path.name)
    if suffix in _SHAPEFILE:
        return read_shapefile(path, encoding)
    if suffix in (".geojson", ".json"):
        return read_geojson(path, encoding)
    if suffix in (".csv", ".tsv", ".txt"):
        return read_csv(path, encoding)
    if suffix == ".gpkg":
        return read_geopackage(path, _chosen(layer_names(path), layer, ask, path.name))
    if suffix in (".xlsx", ".xlsm"):
        return read_xlsx(path, _chosen(sheet_names(path), layer, ask, path.name))
    if suffix in _FOREIGN:
        from gridplanner.io.gdal_reader import foreign_layers, read_foreign

        return read_foreign(path, _chosen(foreign_layers(path), layer, ask, path.name), encoding)
    raise UserError(
        _(
            "'{source}': this format cannot be read. Use shapefile, GeoPackage, GeoJSON, DXF, CSV or xlsx."
        ).format(source=path.name)
    )


def _inside(folder: Path, layer: str, encoding: str, ask: Ask | None, source: str) -> RawTable:
    """Read a layer file inside a folder or an unpacked zip; `file|layer` names a layer inside that file."""
    files = _files_of(folder)
    name, _bar, inner = layer.partition("|")
    by_name = {str(item.relative_to(folder)).replace("\\", "/"): item for item in files}
    by_stem = {item.stem: item for item in files}
    if name in by_name or name in by_stem:
        return open_layer(by_name.get(name) or by_stem[name], inner, encoding, ask)
    chosen = _chosen(list(by_name), name, ask, source)
    return open_layer(by_name[chosen], inner, encoding, ask)


def _chosen(names: list[str], wanted: str, ask: Ask | None, source: str) -> str:
    """Return the layer wanted; the only one there; or the answer to a question."""
    if not names:
        raise _without_layers(source)
    if wanted:
        if wanted in names:
            return wanted
        raise UserError(
            _("'{source}' holds no layer named '{layer}'. It holds: {names}.").format(
                source=source, layer=wanted, names="、".join(names[:20])
            )
        )
    if len(names) == 1:
        return names[0]
    if ask is not None:
        text = _("'{source}' holds several layers. Which one?").format(source=source)
        answer = ask(Question("layer", source, text, tuple(names)))
        if answer in names:
            return answer
    raise UserError(
        _("'{source}' holds several layers: {names}. Name one with layer = \"…\".").format(
            source=source, names="、".join(names[:20])
        )
    )
