# SPDX-License-Identifier: LGPL-3.0-or-later
"""Apply mends of today's grids and reforms of communities; where shapes are absent, all but the shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplanner.io.project import codec
from gridplanner.model.jurisdiction import Communities, District
from gridplanner.model.layers import MENDED_COMMUNITIES, Layer
from gridplanner.model.plan import GridRecord, Plan
from gridplanner.model.reform import reform_from_table, reform_to_table
from gridplanner.model.unit_patch import CommunityLines, CommunityPatch, GridPatch

Objects = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
#: Columns of text of the communities.
COMMUNITY_TEXTS = ("codes", "names", "types", "street_codes", "street_names")


# --- today's grids -------------------------------------------------------------------------------------


def with_grids(district: District, patch: GridPatch) -> District:
    """Return the district with today's grids as mended; the layer as delivered stays in `originals`."""
    shapes = np.full(len(patch.records), None, dtype=object)
    same = patch.came_from >= 0
    shapes[same] = district.grids_before_geometry[patch.came_from[same]]
    if has_shapes(district):
        shapes[~same] = _from_hex(patch.shapes)
    return replace(
        district,
        atoms=replace(district.atoms, old_grid=patch.old_grid.astype(np.int32)),
        grids_before=patch.records,
        grids_before_geometry=shapes,
    )


def grids_back(district: District, patch: GridPatch) -> GridPatch:
    """Return the correction that takes a mend of today's grids back; needs the shapes."""
    came_from = np.full(len(district.grids_before), -1, np.int64)
    kept = np.flatnonzero(patch.came_from >= 0)
    came_from[patch.came_from[kept]] = kept
    other = district.grids_before_geometry[came_from < 0]
    return GridPatch(district.grids_before, came_from, to_hex(other), district.atoms.old_grid)


def has_shapes(district: District) -> bool:
    """Tell whether the district holds shapes; the window's copy does not."""
    return any(shape is not None for shape in district.atoms.geometry[:1])


def to_hex(shapes: Objects) -> tuple[str, ...]:
    """Return shapes as WKB in hexadecimal, bit by bit; "" for none."""
    import shapely  # the window has no shapes and never comes here

    return tuple("" if s is None else str(shapely.to_wkb(s, hex=True)) for s in shapes)


def _from_hex(texts: Sequence[str]) -> Objects:
    """Return the shapes that `to_hex` was given."""
    import shapely  # the window has no shapes and never comes here

    made = np.full(len(texts), None, dtype=object)
    for k, text in enumerate(texts):
        if text:
            made[k] = shapely.from_wkb(text)
    return made


# --- communities ---------------------------------------------------------------------------------------


def with_communities(district: District, patch: CommunityPatch) -> District:
    """Return the district with other communities; today's grids follow where most of their atoms went."""
    changed = with_communities_counted(district, patch)
    if not has_shapes(district):
        return changed
    from gridplanner.geometry.dissolve import dissolved  # shapes, absent in the window

    before, remap = district.atoms, _remap(patch, len(district.communities))
    geometry = np.full(len(patch.communities), None, dtype=object)
    old = patch.came_from >= 0
    geometry[old] = district.communities.geometry[patch.came_from[old]]
    moved = remap[before.community] != patch.community
    touched = {*patch.community[moved].tolist(), *remap[before.community[moved]].tolist()}
    for row in sorted((touched | set(np.flatnonzero(~old).tolist())) - {-1}):
        geometry[row] = dissolved(before.geometry[patch.community == row])
    originals = changed.originals if patch.lines is None else _with_lines(changed, patch.lines)
    return replace(changed, communities=replace(patch.communities, geometry=geometry), originals=originals)


def _with_lines(district: District, lines: CommunityLines) -> Mapping[str, Layer]:
    """Return the layers with the mended outlines of the communities, or without them."""
    kept = {key: layer for key, layer in district.originals.items() if key != MENDED_COMMUNITIES}
    if not lines.codes:
        return kept
    columns = {"code": lines.codes, "name": lines.names, "street_code": lines.streets}
    fields = {key: _objects(texts) for key, texts in columns.items()}
    source = kept["communities"].source if "communities" in kept else ""
    return {**kept, MENDED_COMMUNITIES: Layer("communities", source, _from_hex(lines.shapes), fields)}


def lines_now(district: District) -> CommunityLines:
    """Return the mended outlines of the communities; empty ones while they are as delivered."""
    layer = district.originals.get(MENDED_COMMUNITIES)
    if layer is None or layer.geometry is None:
        return CommunityLines()
    codes, names, streets = (
        tuple(str(text) for text in layer.texts(key)) for key in ("code", "name", "street_code")
    )
    return CommunityLines(codes, names, streets, to_hex(layer.geometry))


def with_communities_counted(district: District, patch: CommunityPatch) -> District:
    """Return the district with other communities but without their shapes."""
    before, remap = district.atoms, _remap(patch, len(district.communities))
    return replace(
        district,
        communities=patch.communities,
        atoms=replace(before, community=patch.community.astype(np.int32)),
        grids_before=_rehomed(district.grids_before, before.old_grid, patch, remap),
        reforms=patch.reforms,
    )


def communities_back(district: District, patch: CommunityPatch) -> CommunityPatch:
    """Return the correction that takes a reform back."""
    old = district.communities
    came_from = np.full(len(old), -1, np.int64)
    kept = np.flatnonzero(patch.came_from >= 0)
    came_from[patch.came_from[kept]] = kept
    bare = replace(old, geometry=np.full(len(old), None, dtype=object))
    lines = None if patch.lines is None else lines_now(district)
    return CommunityPatch(bare, came_from, district.atoms.community, district.reforms, lines)


def with_plan_rehomed(plan: Plan, patch: CommunityPatch) -> Plan:
    """Return a plan whose grids belong to the communities as they are afterwards."""
    before = int(patch.came_from.max(initial=-1)) + 1
    before = max(before, *(g.community + 1 for g in plan.grids), 1)
    grids = _rehomed(plan.grids, plan.assignment, patch, _remap(patch, before))
    return replace(plan, grids=grids)


def _remap(patch: CommunityPatch, n_before: int) -> Ints:
    """Return the row afterwards of each community before, int64[n_before]; -1 for one that is gone."""
    remap = np.full(n_before, -1, np.int64)
    kept = np.flatnonzero(patch.came_from >= 0)
    remap[patch.came_from[kept]] = kept
    return remap


def _rehomed(
    records: tuple[GridRecord, ...], assignment: npt.NDArray[np.int32], patch: CommunityPatch, remap: Ints
) -> tuple[GridRecord, ...]:
    """Return grid records with the community that holds most of their atoms."""
    n = len(patch.communities)
    held = assignment >= 0
    keys = assignment[held].astype(np.int64) * n + patch.community[held]
    pairs, count = np.unique(keys, return_counts=True)
    home = remap[[record.community for record in records]] if records else np.empty(0, np.int64)
    order = np.argsort(count, kind="stable")
    home[pairs[order] // n] = pairs[order] % n
    home = np.maximum(home, 0)
    return tuple(
        record if record.community == home[g] else replace(record, community=int(home[g]))
        for g, record in enumerate(records)
    )


# --- for the recovery log ------------------------------------------------------------------------------


def unit_row(patch: GridPatch | CommunityPatch) -> dict[str, Any]:
    """Return a correction of units as JSON can hold it."""
    if isinstance(patch, GridPatch):
        return {
            "type": "grids",
            "records": codec.records_to_columns(patch.records, GridRecord),
            "came_from": patch.came_from.tolist(),
            "shapes": list(patch.shapes),
            "old_grid": patch.old_grid.tolist(),
        }
    texts = {name: getattr(patch.communities, name).tolist() for name in COMMUNITY_TEXTS}
    return {
        "type": "communities",
        "communities": texts,
        "came_from": patch.came_from.tolist(),
        "community": patch.community.tolist(),
        "reforms": [reform_to_table(change) for change in patch.reforms],
        "lines": None if patch.lines is None else asdict(patch.lines),
    }


def unit_from_row(row: Mapping[str, Any]) -> GridPatch | CommunityPatch:
    """Return the correction that `unit_row` was given.

    Raises
    ------
    TypeError, ValueError, KeyError
        The row is no correction.
    """
    if row["type"] == "grids":
        records = codec.records_from_columns(GridRecord, row["records"])
        came_from, old_grid = np.array(row["came_from"], np.int64), np.array(row["old_grid"], np.int32)
        return GridPatch(records, came_from, tuple(row["shapes"]), old_grid)
    texts = {name: _objects(row["communities"][name]) for name in COMMUNITY_TEXTS}
    bare = np.full(len(texts["codes"]), None, dtype=object)
    return CommunityPatch(
        Communities(**texts, geometry=bare),
        np.array(row["came_from"], np.int64),
        np.array(row["community"], np.int32),
        tuple(reform_from_table(change) for change in row["reforms"]),
        # Logs of earlier versions know no mended lines.
        _lines_from_row(row.get("lines")),
    )


def _lines_from_row(row: Mapping[str, Any] | None) -> CommunityLines | None:
    """Return the outlines that a row holds."""
    return None if row is None else CommunityLines(**{key: tuple(texts) for key, texts in row.items()})


def _objects(texts: Sequence[str]) -> Objects:
    """Return texts as an object column."""
    made = np.empty(len(texts), dtype=object)
    made[:] = [str(text) for text in texts]
    return made
