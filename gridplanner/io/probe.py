# SPDX-License-Identifier: LGPL-3.0-or-later
"""Look into a file before it is taken in: what layers, what they probably are, how they read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from gridplanner.errors import UserError
from gridplanner.io import crs as systems
from gridplanner.io.field_names import coordinate_columns, match_fields, plain
from gridplanner.io.gate import allowed_kinds, main_kind
from gridplanner.io.raw import RawTable
from gridplanner.io.shapefile_reader import member
from gridplanner.io.sources import layers_in, local_path, open_layer
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity

#: Words in the name of a file or layer that tell its role, the more telling first.
_ROLE_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("stations", ("服务站", "服务点", "驿站", "station")),
    ("staff", ("网格员", "人员", "worker", "staff")),
    ("people", ("人口", "people", "population", "户籍")),
    ("branches", ("支部", "党组织", "branch")),
    ("stairs", ("单元", "stair")),
    ("buildings", ("楼栋", "建筑", "房屋", "building")),
    ("estates", ("小区", "院落", "estate")),
    ("grids", ("网格", "grid", "cell")),
    ("communities", ("社区", "村居", "communit", "shequ")),
    ("streets", ("街道", "镇街", "乡镇", "street", "town")),
    ("bridges", ("桥", "bridge")),
    ("roads", ("道路", "路网", "road", "highway")),
    ("barriers", ("河", "水系", "铁路", "river", "water", "rail", "barrier")),
    ("sites", ("学校", "医院", "单位", "专属", "site", "poi")),
    ("atoms", ("最小单元", "atom", "precinct", "output", "blockgroup")),
)
_TELLING = {
    "communities": ("SQDM", "SQMC"),
    "grids": ("WGBM", "WGMC", "gridCode"),
    "buildings": ("JZWBM", "楼栋编码"),
    "branches": ("DZBMC", "党支部名称", "支部名称"),
    "staff": ("姓名", "网格员姓名"),
}
_PREVIEW_TEXTS = 8
#: What belongs to a shapefile.
_SET = (".shp", ".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True)
class FileGuess:
    """What a layer in a file probably is.

    Parameters
    ----------
    path : str
    layer : str
        Name inside the container; "" where there is only one.
    role : str
        Likely role; "" where nothing tells.
    kind : str
        `polygon`, `line`, `point`, `table`.
    rows : int
    encoding : str
        Codec of the texts; "" where the format fixes it.
    preview : tuple of str
        First texts that are not plain ASCII, to judge the encoding by.
    crs : str
        CRS as declared (`EPSG:n` or WKT); "" for none.
    likely_crs : tuple of str
        Where none is declared: what the coordinates look like.
    columns : tuple of str
    fields : mapping of meaning to column
    sample : tuple of tuple of str
        First rows, as texts.
    findings : tuple of Finding
    missing : tuple of str
        Of a shapefile: the files of the set that are not there.
    """

    path: str
    layer: str = ""
    role: str = ""
    kind: str = "table"
    rows: int = 0
    encoding: str = ""
    preview: tuple[str, ...] = ()
    crs: str = ""
    likely_crs: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    sample: tuple[tuple[str, ...], ...] = ()
    findings: tuple[Finding, ...] = ()
    missing: tuple[str, ...] = ()


def probe(path: Path, encoding: str = "") -> tuple[FileGuess, ...]:
    """Return what is inside a file or folder, a guess for each layer.

    Parameters
    ----------
    path : Path
    encoding : str
        To see the preview in another encoding than the one decided.

    Raises
    ------
    UserError
        It does not exist or cannot be read at all.
    """
    found = local_path(str(path), Path.cwd())
    names = layers_in(found)
    guesses = []
    for name in names:
        try:
            raw = open_layer(found, name, encoding)
        except UserError:
            # One broken layer must not hide the others; alone, its error is the answer.
            if len(names) == 1:
                raise
            continue
        guesses.append(_guess(path, name, raw))
    return tuple(guesses)


def _guess(path: Path, layer: str, raw: RawTable) -> FileGuess:
    """Return the guess for one layer."""
    kind = main_kind(raw.geometry) if raw.geometry is not None else ""
    points = kind == "" and coordinate_columns(raw.columns) is not None
    role = likely_role(f"{layer} {path.stem}" if layer else path.stem, list(raw.columns), kind)
    bounds = systems.total_bounds(raw.geometry) if kind and raw.geometry is not None else None
    parsed = systems.parse(raw.crs) if raw.crs else None
    texts = [
        t
        for values in raw.columns.values()
        if values.dtype == object
        for t in values[:200]
        if not t.isascii()
    ]
    names = [name for name in raw.columns if not name.isascii()]
    head = range(min(5, len(raw)))
    return FileGuess(
        path=str(path),
        layer=layer,
        role=role,
        kind=kind or ("point" if points else "table"),
        rows=len(raw),
        encoding=raw.encoding,
        preview=tuple(dict.fromkeys([*names, *texts]))[:_PREVIEW_TEXTS],
        crs=systems.name_of(raw.crs) if parsed is not None else "",
        likely_crs=systems.guess(bounds) if bounds and parsed is None and np.isfinite(bounds).all() else (),
        columns=tuple(raw.columns),
        fields=match_fields(role or "sites", raw.columns, {}, raw.source),
        sample=tuple(tuple(str(values[i]) for values in raw.columns.values()) for i in head),
        findings=raw.findings,
        missing=_missing(path),
    )


def _missing(path: Path) -> tuple[str, ...]:
    """Return what a shapefile lacks of its set; a lone .dbf is a table and lacks nothing."""
    if path.suffix.lower() not in _SET or member(path, ".shp") is None:
        return ()
    return tuple(suffix for suffix in _SET if member(path, suffix) is None)


def likely_role(name: str, columns: list[str], kind: str) -> str:
    """Return the role that a layer's name, columns and kind of shape suggest; "" if none does.

    Examples
    --------
    >>> likely_role("巴州区社区界", ["SQDM", "SQMC"], "polygon")
    'communities'
    """
    lowered = name.lower()
    have = {plain(column) for column in columns}
    for role, words in _ROLE_WORDS:
        if any(word in lowered for word in words) and _fits(role, kind):
            return role
    for role, names in _TELLING.items():
        if any(plain(item) in have for item in names) and _fits(role, kind):
            return role
    return ""


def _fits(role: str, kind: str) -> bool:
    """Tell whether a kind of shape ("" for a table) can be of a role."""
    if kind == "":
        return role in ("people", "staff", "branches", "stairs", "stations", "sites", "buildings")
    return role not in ("people", "staff") and kind in allowed_kinds(role)


def guesses_to_json(guesses: Sequence[FileGuess]) -> str:
    """Return guesses as plain data, to be sent from the process that made them."""
    return json.dumps([asdict(guess) for guess in guesses], ensure_ascii=False)


def guesses_from_json(text: str) -> tuple[FileGuess, ...]:
    """Return the guesses of `guesses_to_json`; what was made elsewhere is only ever taken as data."""
    guesses = []
    for item in json.loads(text):
        plain_lists = {key: tuple(item[key]) for key in ("preview", "likely_crs", "columns", "missing")}
        sample = tuple(tuple(row) for row in item["sample"])
        findings = tuple(
            Finding(**(f | {"severity": Severity(f["severity"]), "subjects": tuple(f["subjects"])}))
            for f in item["findings"]
        )
        guesses.append(FileGuess(**(item | plain_lists | {"sample": sample, "findings": findings})))
    return tuple(guesses)
