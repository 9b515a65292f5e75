# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a WMTS offers, from its capabilities (OGC 07-057r7): layers as patterns of tile addresses.

Only sets of tiles in the numbering of the web are taken: tiles of 256 pixels from the corner of the world,
each level twice as fine as the last, by Web Mercator or by longitude and latitude.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from gridplanner.errors import UserError
from gridplanner.io.basemaps import check_address, fetch
from gridplanner.texts import _

_HREF = "{http://www.w3.org/1999/xlink}href"
_MERCATOR, _DEGREES = ("3857", "900913", "102100", "102113"), ("4326", "4490", "CRS84")
#: Metres of a pixel of the one tile that holds the world, and of a pixel by the standard.
_WORLD_PX_M, _PIXEL_M = 2 * 20_037_508.342789244 / 256, 0.000_28
#: Part of a level; some services count 96 pixels to the inch, which is 0.08 off the standard.
_LEVEL_OFF = 0.12
_OWN_WORDS = ("service", "request", "version", "layer", "style", "tilematrixset", "format")
#: Layers that are listed; a service with more is searched by its own address.
_MOST_LAYERS = 500


@dataclass(frozen=True)
class WmtsLayer:
    """A layer that can lie under the map.

    Parameters
    ----------
    title : str
    address : str
        Pattern with `{TileMatrix}`, `{TileCol}` and `{TileRow}`.
    degrees : bool
        Its tiles are squares of longitude and latitude.
    """

    title: str
    address: str
    degrees: bool


def wmts_layers(address: str) -> tuple[WmtsLayer, ...]:
    """Ask a service what it offers.

    Raises
    ------
    UserError
        No connection, no capabilities, or no layer that can lie under the map.
    """
    try:
        content = fetch(address)
    except (OSError, ValueError) as error:
        raise UserError(
            _("The map service does not answer: {address}. Check address and network.").format(
                address=address[:120]
            )
        ) from error
    layers = read_capabilities(content, address)
    if not layers:
        raise UserError(
            _("The service offers no tiles by Web Mercator or longitude and latitude. Ask for another set.")
        )
    return layers


def read_capabilities(content: bytes, address: str) -> tuple[WmtsLayer, ...]:
    """Return the layers of a capabilities document that can lie under the map.

    Parameters
    ----------
    content : bytes
    address : str
        Where it came from; what it holds beyond the question (a key, say) goes into the tiles' addresses.

    Raises
    ------
    UserError
        It is no capabilities document.
    """
    wrong = UserError(_("The address gives no WMTS capabilities. Ask who runs the map service for it."))
    # Entities can make a small text fill the memory; capabilities have none.
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", content, re.IGNORECASE):
        raise wrong
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - without entities, of bounded size
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise wrong from error
    if _word(root) != "Capabilities":
        raise wrong
    usable = [_usable(one) for one in _all(root, "TileMatrixSet")]
    sets = {known[0]: known for known in usable if known is not None}
    asked = _asked(root, address)
    found = [_layer(layer, sets, asked, address) for layer in _all(root, "Layer")[:_MOST_LAYERS]]
    return tuple(layer for layer in found if layer is not None)


def _usable(one: Element) -> tuple[str, str, bool] | None:
    """Return name, prefix of the levels' names and whether by degrees; None for other numberings."""
    name, system = _text(one, "Identifier"), _text(one, "SupportedCRS")
    degrees = system.endswith(_DEGREES)
    levels = [child for child in one if _word(child) == "TileMatrix"]
    if not levels or not (degrees or system.endswith(_MERCATOR)):
        return None
    prefixes = {_prefix(level, degrees=degrees) for level in levels}
    prefix = prefixes.pop()
    return None if prefixes or prefix is None else (name, prefix, degrees)


def _prefix(level: Element, *, degrees: bool) -> str | None:
    """Return what stands before the number of a level in its name; None where the number is another."""
    try:
        scale = float(_text(level, "ScaleDenominator"))
        corner = [float(part) for part in _text(level, "TopLeftCorner").split()]
        sides = {int(_text(level, key)) for key in ("TileWidth", "TileHeight")}
        number = math.log2(_WORLD_PX_M / (scale * _PIXEL_M))
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    world = [-180.0, 90.0] if degrees else [-_WORLD_PX_M * 128, _WORLD_PX_M * 128]
    # With latitude first the corner is the other way round.
    placed = len(corner) == 2 and all(
        math.isclose(a, b, abs_tol=1e-6 * abs(b)) for a, b in zip(sorted(corner), world, strict=True)
    )
    name = _text(level, "Identifier")
    named = name.endswith(str(round(number))) and not name[: -len(str(round(number)))][-1:].isdigit()
    if sides != {256} or not placed or abs(number - round(number)) > _LEVEL_OFF or not named:
        return None
    return name[: -len(str(round(number)))]


def _asked(root: Element, address: str) -> str:
    """Return the address of questions by key and value; the document's own when it names none."""
    for operation in _all(root, "Operation"):
        if operation.get("name") == "GetTile":
            for get in _all(operation, "Get"):
                if str(get.get(_HREF, "")).lower().startswith(("http://", "https://")):
                    return str(get.get(_HREF))
    return address


def _layer(
    layer: Element, sets: dict[str, tuple[str, str, bool]], asked: str, address: str
) -> WmtsLayer | None:
    """Return a layer as a pattern of addresses; None where none of its sets can be used."""
    linked = [_text(link, "TileMatrixSet") for link in _all(layer, "TileMatrixSetLink")]
    usable = sorted((sets[name] for name in linked if name in sets), key=lambda known: known[2])
    if not usable:
        return None
    name, prefix, degrees = usable[0]
    styles = _all(layer, "Style")
    style = next((s for s in styles if s.get("isDefault") == "true"), styles[0] if styles else None)
    values = {
        "layer": _text(layer, "Identifier"),
        "style": _text(style, "Identifier") if style is not None else "default",
        "tilematrixset": name,
    }
    template = next(
        (str(r.get("template")) for r in _all(layer, "ResourceURL") if r.get("resourceType") == "tile"), ""
    )
    formats = [child.text or "" for child in layer if _word(child) == "Format"]
    values["format"] = next((f for f in ("image/png", "image/jpeg") if f in formats), "image/png")
    pattern = _filled(template, values) if template else _by_key(asked, values)
    pattern = _with_extras(pattern.replace("{TileMatrix}", prefix + "{TileMatrix}"), address)
    try:
        check_address(pattern)
    except UserError:
        return None
    return WmtsLayer(_text(layer, "Title") or values["layer"], pattern, degrees)


def _filled(template: str, values: dict[str, str]) -> str:
    """Return a template of resources with all but the place of the tile filled in."""
    places = {"tilematrix": "{TileMatrix}", "tilecol": "{TileCol}", "tilerow": "{TileRow}"}
    known = values | places
    return re.sub(r"\{(\w+)\}", lambda found: known.get(found[1].lower(), found[0]), template)


def _by_key(asked: str, values: dict[str, str]) -> str:
    """Return a pattern of questions by key and value."""
    base, _mark, own = asked.partition("?")
    kept = [pair for pair in parse_qsl(own) if pair[0].lower() not in _OWN_WORDS]
    words = [("SERVICE", "WMTS"), ("REQUEST", "GetTile"), ("VERSION", "1.0.0")]
    words += [(key.upper(), value) for key, value in values.items()]
    place = "&TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}"
    return f"{base}?{urlencode([*kept, *words])}{place}"


def _with_extras(pattern: str, address: str) -> str:
    """Return a pattern with what the address of the capabilities held beyond the question: a key."""
    there = {key.lower() for key, _value in parse_qsl(urlsplit(pattern).query)}
    extras = [
        (key, value)
        for key, value in parse_qsl(urlsplit(address).query)
        if key.lower() not in _OWN_WORDS and key.lower() not in there
    ]
    return pattern + ("&" if "?" in pattern else "?") + urlencode(extras) if extras else pattern


def _word(element: Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _all(element: Element, word: str) -> list[Element]:
    """Return the elements of a name below an element."""
    return [found for found in element.iter() if _word(found) == word]


def _text(element: Element, word: str) -> str:
    """Return the text of the first child of a name; "" where there is none."""
    return next((child.text or "" for child in element if _word(child) == word), "").strip()
