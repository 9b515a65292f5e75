# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the window draws: a district as plain arrays, made where shapely lives.

A scene is built in a worker process and sent to the window once per project. It holds no plan:
the window colours atoms by whatever assignment is in work, so that an edit never touches geometry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from gridplanner.model.amendment import Amendment, AtomPatch
from gridplanner.model.jurisdiction import District
from gridplanner.model.layers import MENDED_COMMUNITIES, Layer
from gridplanner.model.plan import Plan

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class PolygonArrays:
    """Polygons as ragged arrays; holes and parts are further rings (even-odd).

    Parameters
    ----------
    xy : float64[k, 2], metres
    rings : int64[r + 1]
        Start of each ring in `xy`.
    features : int64[n + 1]
        Start of each feature in `rings`.
    boxes : float64[n, 4]
        x0, y0, x1, y1; NaN for an empty feature.
    """

    xy: Floats
    rings: Ints
    features: Ints
    boxes: Floats

    def __len__(self) -> int:
        """Return the number of features."""
        return len(self.features) - 1

    def feature_rings(self, index: int) -> list[Floats]:
        """Return the rings of one feature."""
        return [
            self.xy[self.rings[r] : self.rings[r + 1]]
            for r in range(self.features[index], self.features[index + 1])
        ]


@dataclass(frozen=True, eq=False)
class LineArrays:
    """Lines as ragged arrays.

    Parameters
    ----------
    xy : float64[k, 2], metres
    starts : int64[m + 1]
        Start of each line in `xy`.
    """

    xy: Floats
    starts: Ints

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.starts) - 1


@dataclass(frozen=True, eq=False)
class ReferenceLayer:
    """A layer that is shown, not planned.

    Parameters
    ----------
    key : str
        Its role, or `nets.NAME`.
    title : str
        File it came from, or the net's name.
    shape : str
        `polygon`, `line` or `point`.
    polygons, lines, points
        The one that `shape` names is filled.
    names : object[n] of str
        Label of each feature, "" for none.
    """

    key: str
    title: str
    shape: str
    polygons: PolygonArrays | None = None
    lines: LineArrays | None = None
    points: Floats | None = None
    names: Objects = field(default_factory=lambda: np.empty(0, dtype=object))


@dataclass(frozen=True, eq=False)
class LevelView:
    """A level as the window draws it and tells of it.

    Parameters
    ----------
    layer : ReferenceLayer
        Outlines, each labelled with its number and its people.
    plan : Plan
        Which grid of the level holds each atom; codes and names.
    people : int64[n_grids]
    """

    layer: ReferenceLayer
    plan: Plan
    people: Ints


@dataclass(frozen=True, eq=False)
class Scene:
    """A district to draw.

    Parameters
    ----------
    name, crs : str
    extent : (x0, y0, x1, y1), metres
    atoms : PolygonArrays
    grids_before : PolygonArrays
        Today's grids as delivered, with their overlaps and gaps.
    reference : mapping of key to ReferenceLayer
    demonstration : bool
        Sample data: maps are marked 示意数据.
    """

    name: str
    crs: str
    extent: tuple[float, float, float, float]
    atoms: PolygonArrays
    grids_before: PolygonArrays
    reference: Mapping[str, ReferenceLayer] = field(default_factory=dict)
    demonstration: bool = False


def corrected_scene(scene: Scene, amendments: Sequence[Amendment]) -> Scene:
    """Return the scene after corrections of outlines; other corrections change nothing that is drawn."""
    for amendment in amendments:
        if isinstance(amendment, AtomPatch):
            scene = replace(scene, atoms=patched_polygons(scene.atoms, amendment))
    return scene


def patched_polygons(shapes: PolygonArrays, patch: AtomPatch) -> PolygonArrays:
    """Return the polygons of the atoms after a correction of some outlines."""
    new = patch.outlines
    xy = np.concatenate([shapes.xy, new.xy])
    rings = np.concatenate([shapes.rings, new.rings[1:] + shapes.rings[-1]])
    features = np.concatenate([shapes.features, new.features[1:] + shapes.features[-1]])
    order = np.arange(patch.n_atoms)
    order[patch.rows] = len(shapes) + np.arange(len(patch.rows))
    of_feature, first = _gathered(features, order)
    of_ring, starts = _gathered(rings, of_feature)
    boxes = np.empty((patch.n_atoms, 4))
    kept = min(len(shapes), patch.n_atoms)
    boxes[:kept] = shapes.boxes[:kept]
    for k, row in enumerate(patch.rows.tolist()):
        part = new.xy[new.rings[new.features[k]] : new.rings[new.features[k + 1]]]
        boxes[row] = (*part.min(axis=0), *part.max(axis=0))
    return PolygonArrays(np.ascontiguousarray(xy[of_ring]), starts, first, boxes)


def _gathered(starts: Ints, order: Ints) -> tuple[Ints, Ints]:
    """Return the positions of some groups' members one after another, and where each group begins."""
    sizes = starts[order + 1] - starts[order]
    first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    positions = np.arange(first[-1]) + np.repeat(starts[order] - first[:-1], sizes)
    return positions, first


def polygon_arrays(geometries: Objects | Sequence[object]) -> PolygonArrays:
    """Return polygons and multipolygons as ragged arrays; None, lines and points come out empty."""
    import shapely  # the window itself never needs it

    shapes = np.asarray(geometries, dtype=object)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    areal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings, part_of = shapely.get_rings(parts[areal], return_index=True)
    xy, ring_of = shapely.get_coordinates(rings, return_index=True)
    feature_of = owner[areal][part_of] if len(rings) else np.empty(0, np.int64)
    starts = np.searchsorted(ring_of, np.arange(len(rings) + 1)).astype(np.int64)
    features = np.searchsorted(feature_of, np.arange(len(shapes) + 1)).astype(np.int64)
    return PolygonArrays(
        np.ascontiguousarray(xy), starts, features, np.asarray(shapely.bounds(shapes), np.float64)
    )


def line_arrays(geometries: Objects) -> LineArrays:
    """Return lines (and the outlines of polygons) as ragged arrays."""
    import shapely  # the window itself never needs it

    parts = shapely.get_parts(np.asarray(geometries, dtype=object))
    areal = shapely.get_dimensions(parts) == 2
    lines = np.concatenate([parts[shapely.get_dimensions(parts) == 1], shapely.get_rings(parts[areal])])
    xy, line_of = shapely.get_coordinates(lines, return_index=True)
    starts = np.searchsorted(line_of, np.arange(len(lines) + 1)).astype(np.int64)
    return LineArrays(np.ascontiguousarray(xy), starts)


def reference_layer(layer: Layer, title: str) -> ReferenceLayer | None:
    """Return a layer ready to draw; None for a table or a layer without shapes."""
    import shapely  # the window itself never needs it

    if layer.geometry is None or not len(layer.geometry):
        return None
    dimensions = shapely.get_dimensions(layer.geometry)
    names = layer.texts("name")
    top = int(dimensions.max())
    if top == 2:
        return ReferenceLayer(
            layer.role, title, "polygon", polygons=polygon_arrays(layer.geometry), names=names
        )
    if top == 1:
        return ReferenceLayer(layer.role, title, "line", lines=line_arrays(layer.geometry), names=names)
    if top == 0:
        points = shapely.get_coordinates(shapely.centroid(layer.geometry))
        return ReferenceLayer(layer.role, title, "point", points=points, names=names)
    return None


def make_scene(district: District, *, demonstration: bool = False) -> Scene:
    """Return everything the window draws of a district.

    Parameters
    ----------
    district : District
        Projected CRS, metres.
    demonstration : bool
    """
    atoms = polygon_arrays(district.atoms.geometry)
    boxes = atoms.boxes[~np.isnan(atoms.boxes[:, 0])]
    extent = (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)) if len(boxes) else (0.0, 0.0, 1.0, 1.0)
    reference = {}
    named = [*district.originals.items(), *((f"nets.{name}", net) for name, net in district.nets.items())]
    for key, layer in named:
        if key in ("grids", "atoms", "communities", MENDED_COMMUNITIES):
            continue
        made = reference_layer(layer, key.removeprefix("nets."))
        if made is not None:
            reference[key] = made
    return Scene(
        name=district.name,
        crs=district.crs,
        extent=tuple(float(v) for v in extent),  # type: ignore[arg-type]  # four by construction
        atoms=atoms,
        grids_before=polygon_arrays(district.grids_before_geometry),
        reference=reference,
        demonstration=demonstration,
    )
