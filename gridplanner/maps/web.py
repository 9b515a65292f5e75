# SPDX-License-Identifier: LGPL-3.0-or-later
"""The web map: one HTML file that needs no network and lets nothing from the data run.

Everything the page needs is inside it, and its Content-Security-Policy allows only the scripts and
styles whose hashes it names, so that a forgotten address or a hostile name fails instead of acting.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from pathlib import Path
from typing import Any, cast

import folium
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from branca.element import Element, Figure, MacroElement
from jinja2 import Template

from gridplanner.errors import UserError
from gridplanner.maps.ground import water_of
from gridplanner.maps.keys import colour_entries
from gridplanner.maps.labels import sample_points
from gridplanner.maps.options import MapOptions
from gridplanner.maps.scene import Scene, View
from gridplanner.maps.skeleton import use_of
from gridplanner.maps.tables import leading_branches
from gridplanner.model.outcome import Outcome
from gridplanner.texts import RESOURCES, _

ObjectArray = npt.NDArray[np.object_]

WEB = RESOURCES / "web"
#: Bytes the geometry may take; borders are simplified until it does.
_GEOMETRY_BYTES = 1_900_000
#: Metres by which borders may be moved on the screen, tried in this order.
_TOLERANCES = (0.3, 0.6, 1.2, 2.5, 5.0, 10.0, 20.0)
#: Decimals of a degree: a tenth of a metre.
_DECIMALS = 6
#: Leaflet's own line in the corner, a flag and a link; its licence stands in the file all the same.
_CREDIT = re.compile(r"""prefix:'<a href="https://leafletjs\.com".*?Leaflet</a>['"]""", re.DOTALL)
_URL = re.compile(r"url\((?!data:)[^)]*\)")


def write_web_map(outcome: Outcome, path: Path, options: MapOptions | None = None) -> Path:
    """Write `map.html`: both divisions, search, popups, legend, in one file without any request.

    Parameters
    ----------
    outcome : Outcome
    path : Path
        Its folder is made where it does not exist.
    options : MapOptions, optional
        `public` leaves out people and households; `style` gives the colours.

    Raises
    ------
    UserError
        When the file cannot be written.
    """
    scene = Scene.of(outcome, options or MapOptions())
    text = web_page(scene)
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise UserError(
            _("The folder {folder} cannot be written: {reason}.").format(
                folder=path.parent, reason=error.strerror
            )
        ) from error
    return path


def web_page(scene: Scene) -> str:
    """Return the page as text."""
    layers = _Layers(scene)
    sheet = folium.Map(tiles=None, prefer_canvas=True, zoom_snap=0.25, zoom_delta=0.5)
    # On the instance: the class-level lists are shared by every later map of the process.
    sheet.default_js, sheet.default_css = [], []
    sheet.fit_bounds(layers.bounds())
    after = layers.division(scene.after, _("New grids"), show=True)
    before = layers.division(scene.before, _("Today's grids"), show=False)
    for layer in (*layers.background(), after, before, layers.outlines()):
        layer.add_to(sheet)
    folium.LayerControl(collapsed=False).add_to(sheet)
    figure = cast(Figure, sheet.get_root())
    _dress(figure, scene)
    names = {"map": sheet.get_name(), "after": after.get_name(), "before": before.get_name()}
    call = "gridplannerViewer({map}, {{after: {after}, before: {before}}}, ".format(**names)
    _LastScript(f"{call}{script_json(viewer_data(scene, layers))});").add_to(sheet)
    return _locked(_steady(figure.render(), figure))


class _Layers:
    """Turns polygons of a project into folium layers in degrees."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        crs = pyproj.CRS.from_user_input(scene.outcome.district.crs)
        self._transformer = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        self.tolerance = next((t for t in _TOLERANCES if self._bytes(t) <= _GEOMETRY_BYTES), _TOLERANCES[-1])

    def _bytes(self, tolerance: float) -> int:
        """Estimate the size of all borders in the file."""
        count = sum(
            int(shapely.get_num_coordinates(simplified(polygons, tolerance)).sum())
            for polygons in (self._scene.after.polygons, self._scene.before.polygons)
        )
        return count * 23

    def degrees(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return longitude and latitude of project coordinates, rounded."""
        lon, lat = self._transformer.transform(xy[:, 0], xy[:, 1])
        return np.round(np.column_stack([lon, lat]), _DECIMALS)

    def bounds(self) -> list[list[float]]:
        """Return the district's extent as folium wants it: south west, north east."""
        west, south, east, north = self._scene.bounds
        corners = self.degrees(np.array([(west, south), (east, north)]))
        return [[float(y), float(x)] for x, y in corners]

    def _features(self, shapes: ObjectArray, properties: list[dict[str, Any]]) -> dict[str, Any]:
        """Return a GeoJSON collection without empty shapes."""
        moved = shapely.transform(shapes, self.degrees)
        features = [
            {"type": "Feature", "properties": data, "geometry": shapely.geometry.mapping(shape)}
            for shape, data in zip(moved, properties, strict=True)
            if shape is not None and not shape.is_empty
        ]
        return {"type": "FeatureCollection", "features": features}

    def division(self, view: View, name: str, show: bool) -> folium.GeoJson:
        """Return the grids of a division as a layer to choose instead of the other one."""
        fills, line = view.fills, self._scene.style.grids.line

        def style(feature: dict[str, Any]) -> dict[str, Any]:
            fill = fills[feature["properties"]["id"]]
            return {"fillColor": fill, "fillOpacity": 0.8, "color": line, "weight": 1}

        rows = [{"id": row} for row in range(view.plan.n_grids)]
        shapes = simplified(view.polygons, self.tolerance)
        data = self._features(shapes, rows)
        return folium.GeoJson(data, name=name, style_function=style, overlay=False, show=show)

    def outlines(self) -> folium.GeoJson:
        """Return the community borders."""
        grids = self._scene.style.grids
        places = self._scene.outcome.district.communities.geometry
        data = self._features(shapely.boundary(simplified(places, self.tolerance)), [{} for _place in places])
        look = {"color": grids.community, "weight": 2.5, "fill": False, "interactive": False}
        return folium.GeoJson(data, name=_("Community border"), style_function=lambda _feature: look)

    def background(self) -> list[folium.GeoJson]:
        """Return water and roads."""
        ground, layers = self._scene.style.ground, []
        water = shapely.simplify(water_of(self._scene), 3.0)
        if len(water):
            look = {"color": ground.water_line, "fillColor": ground.water, "fillOpacity": 1, "weight": 1}
            layers.append(self._plain(water, _("Water"), look))
        roads = self._scene.outcome.district.originals.get("roads")
        if roads is not None and roads.geometry is not None and len(roads):
            look = {"color": ground.road_casing, "weight": 2, "fill": False}
            layers.append(self._plain(shapely.simplify(roads.geometry, 3.0), _("Road"), look))
        return layers

    def _plain(self, shapes: ObjectArray, name: str, look: dict[str, Any]) -> folium.GeoJson:
        """Return a layer of one look that does not answer clicks."""
        data = self._features(shapes, [{} for _shape in shapes])
        quiet = {**look, "interactive": False}
        return folium.GeoJson(data, name=name, style_function=lambda _feature: quiet)


def simplified(polygons: ObjectArray, tolerance: float) -> ObjectArray:
    """Return polygons with fewer vertices; common borders stay common; None stays None.

    Where the polygons are no coverage (grids of today may overlap) each is simplified alone.
    """
    have = ~shapely.is_missing(polygons)
    result = polygons.copy()
    if have.any():
        valid = shapely.coverage_is_valid(polygons[have])
        simpler = shapely.coverage_simplify if valid else shapely.simplify
        result[have] = simpler(polygons[have], tolerance)
    return result


def viewer_data(scene: Scene, layers: _Layers) -> dict[str, Any]:
    """Return everything the page's script knows, as plain texts and numbers."""
    fields = [_("Grid code"), _("Community"), _("Households"), _("People"), _("Radius m"), _("Change")]
    fields += [_("Party branch"), _("Former codes")]
    branches = leading_branches(scene)
    return {
        "words": {
            "search": _("Search grid, building, branch"),
            "nothing": _("Nothing found"),
            "legend": _("Legend"),
            "grid": _("Grid"),
            "old_grid": _("Old grid"),
            "branch": _("Party branch"),
            "building": _("Building"),
            "in_grid": _("New grid: "),
            "was_grid": _("Old grid: "),
        },
        "fields": fields,
        "after": _records(scene, scene.after, branches, layers),
        "before": _records(scene, scene.before, {}, layers),
        "buildings": _buildings(scene, layers),
        "legend": _legend(scene),
        "attribution": html.escape(_attribution(scene)),
    }


def _records(scene: Scene, view: View, branches: dict[int, str], layers: _Layers) -> list[dict[str, Any]]:
    """Return what a popup says about each grid."""
    measures, public = view.division.measures, scene.options.public
    places = layers.degrees(deepest_points(view.polygons))
    records = []
    for row, grid in enumerate(view.records):
        radius = measures.radius_m[row]
        numbers = ["", ""] if public else [scene.count(view.households[row]), scene.count(view.people[row])]
        rows = [grid.code, view.community_names[grid.community], *numbers]
        rows += [f"{radius:,.0f}" if np.isfinite(radius) else "", grid.change.value if grid.change else ""]
        rows += [branches.get(row, ""), "、".join(grid.former)]
        records.append(
            {
                "name": view.name(row),
                "code": grid.code,
                "number": view.numbers[row],
                "branch": branches.get(row, ""),
                "at": [float(places[row, 1]), float(places[row, 0])],
                "rows": rows,
            }
        )
    return records


def deepest_points(polygons: ObjectArray) -> npt.NDArray[np.float64]:
    """Return for each polygon a point far from its border, float64[n, 2], metres; (0, 0) for None."""
    have = np.flatnonzero(~shapely.is_missing(polygons))
    result = np.zeros((len(polygons), 2))
    if len(have):
        xy, owner, _depth = sample_points(polygons[have])
        result[have] = xy[np.searchsorted(owner, np.arange(len(have)))]
    return result


def _buildings(scene: Scene, layers: _Layers) -> list[list[Any]]:
    """Return name, latitude and longitude (millionths), new and old grid of each building with a name."""
    outcome = scene.outcome
    buildings = outcome.district.buildings
    if not len(buildings):
        return []
    places = layers.degrees(np.column_stack([buildings.x, buildings.y]))
    millionths = np.round(places * 1e6).astype(np.int64)
    atom = buildings.atom
    new = np.where(atom >= 0, outcome.after.plan.assignment[atom], -1)
    old = np.where(atom >= 0, outcome.before.plan.assignment[atom], -1)
    rows = []
    for row in range(len(buildings)):
        name = f"{buildings.estates[row]}{buildings.names[row]}".strip() or str(buildings.codes[row])
        rows.append([name, int(millionths[row, 1]), int(millionths[row, 0]), int(new[row]), int(old[row])])
    return rows


def _legend(scene: Scene) -> list[list[Any]]:
    """Return text, colour and whether it is a line, of each legend entry."""
    grids, ground = scene.style.grids, scene.style.ground
    return [
        *([entry.text, entry.fill, False] for entry in colour_entries(scene)),
        [_("Grid border"), grids.line, True],
        [_("Community border"), grids.community, True],
        [_("Water"), ground.water, False],
        [_("Road"), ground.road_casing, True],
    ]


def _attribution(scene: Scene) -> str:
    """Return what stands in the corner instead of the library's own line."""
    parts = [use_of(scene), scene.options.compiler or scene.style.text.compiler, scene.outcome.made_on]
    return "  ".join(part for part in parts if part)


def script_json(data: object) -> str:
    """Return JSON that may stand inside a script element: nothing in it can end the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    # folium hands scripts to a template engine once more; such pairs stand only inside texts.
    return re.sub(r"\{(?=[{%#])", r"\\u007b", text)


class _Verbatim(Element):
    """Text that stands in the page as it is: no template engine looks for braces in it."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class _LastScript(MacroElement):
    """A script that runs after those of all layers added before it."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.text }}{% endmacro %}")

    def __init__(self, text: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca gives this one no hints
        self.text = text


def _dress(figure: Figure, scene: Scene) -> None:
    """Put Leaflet, our styles and scripts, and the title into the page."""
    images = {name: _data_uri(WEB / f"{name}.png") for name in ("layers", "layers-2x")}
    style = (WEB / "leaflet.css").read_text(encoding="utf-8")
    style = style.replace("images/layers.png", images["layers"]).replace(
        "images/layers-2x.png", images["layers-2x"]
    )
    style = _URL.sub("none", style) + (WEB / "viewer.css").read_text(encoding="utf-8")
    leaflet = (WEB / "leaflet.js").read_text(encoding="utf-8").split("//# sourceMappingURL")[0]
    leaflet = _CREDIT.sub("prefix:''", leaflet)
    viewer = (WEB / "viewer.js").read_text(encoding="utf-8")
    head = scene.outcome.title or scene.outcome.district.name
    title = html.escape(_("{title}: web map").format(title=head))
    header = figure.header
    for name in list(header._children):
        # folium's own viewport and style elements repeat what viewer.css says.
        if name != "meta_http":
            del header._children[name]
    header.add_child(_Verbatim(f"<title>{title}</title>"), name="title")
    header.add_child(_Verbatim(f"<style>{style}</style>"), name="style")
    header.add_child(_Verbatim(f"<script>{leaflet}</script>"), name="leaflet")
    header.add_child(_Verbatim(f"<script>{viewer}</script>"), name="viewer")
    demo = (
        f'<span class="gp-demo">{html.escape(_("Demonstration data"))}</span>'
        if scene.outcome.demonstration
        else ""
    )
    line = f'<div class="gp-head"><h1>{title}</h1><span>{html.escape(scene.scenario)}</span>{demo}</div>'
    figure.html.add_child(_Verbatim(line), name="gp_head", index=0)


def _data_uri(path: Path) -> str:
    """Return an image as an address that holds the image itself."""
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii")


def _steady(page: str, figure: Element) -> str:
    """Replace folium's random identifiers by numbers, so that the same outcome gives the same file."""
    found: list[str] = []

    def walk(item: Element) -> None:
        found.append(item._id)
        for child in item._children.values():
            walk(child)

    walk(figure)
    for number, name in enumerate(found):
        page = page.replace(name, f"{number:03d}")
    return page


def _locked(page: str) -> str:
    """Return the page with a policy that allows exactly its own scripts and styles."""

    def hashes(tag: str) -> str:
        bodies = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", page, re.DOTALL)
        digests = [base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() for body in bodies]
        return " ".join(f"'sha256-{digest}'" for digest in dict.fromkeys(digests))

    policy = f"default-src 'none'; script-src {hashes('script')}; style-src {hashes('style')}; img-src data:"
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    meta += '\n<meta name="referrer" content="no-referrer">'
    return page.replace("<head>", f"<head>\n{meta}", 1)
