# SPDX-License-Identifier: LGPL-3.0-or-later
"""Capabilities of map services: what can lie under the map is found, the rest is left out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from gridplanner.errors import UserError
from gridplanner.io.basemaps import tile_address
from gridplanner.io.wmts import read_capabilities, wmts_layers

WORLD_M = 20_037_508.342789244
STANDARD = 559_082_264.028_717_8


def matrix_set(
    name: str, crs: str, corner: str, names: str = "{}", scale: float = STANDARD, side: int = 256
) -> str:
    """Return a set of five levels."""
    levels = "".join(
        f"<TileMatrix><ows:Identifier>{names.format(z)}</ows:Identifier>"
        f"<ScaleDenominator>{scale / 2**z}</ScaleDenominator><TopLeftCorner>{corner}</TopLeftCorner>"
        f"<TileWidth>{side}</TileWidth><TileHeight>{side}</TileHeight></TileMatrix>"
        for z in range(1, 6)
    )
    head = f"<ows:Identifier>{name}</ows:Identifier><ows:SupportedCRS>{crs}</ows:SupportedCRS>"
    return f"<TileMatrixSet>{head}{levels}</TileMatrixSet>"


def layer(name: str, sets: list[str], template: str = "") -> str:
    links = "".join(
        f"<TileMatrixSetLink><TileMatrixSet>{s}</TileMatrixSet></TileMatrixSetLink>" for s in sets
    )
    resource = (
        f'<ResourceURL resourceType="tile" format="image/png" template="{template}"/>' if template else ""
    )
    return (
        f"<Layer><ows:Title>{name}图</ows:Title><ows:Identifier>{name}</ows:Identifier>"
        f'<Style isDefault="true"><ows:Identifier>s1</ows:Identifier></Style>'
        f"<Format>image/jpeg</Format>{links}{resource}</Layer>"
    )


def document(*parts: str, href: str = "") -> bytes:
    operation = (
        '<ows:OperationsMetadata><ows:Operation name="GetTile"><ows:DCP><ows:HTTP>'
        f'<ows:Get xlink:href="{href}"/></ows:HTTP></ows:DCP></ows:Operation></ows:OperationsMetadata>'
        if href
        else ""
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Capabilities xmlns="http://www.opengis.net/wmts/1.0" '
        'xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f"{operation}<Contents>{''.join(parts)}</Contents></Capabilities>"
    ).encode()


WEB = matrix_set("w", "urn:ogc:def:crs:EPSG::3857", f"-{WORLD_M} {WORLD_M}")
LONLAT = matrix_set("c", "urn:ogc:def:crs:EPSG::4490", "90.0 -180.0", scale=STANDARD * 96 / 90.71428571)
ASKED = "https://map.example.cn/wmts?service=WMTS&request=GetCapabilities&tk=abc"


def test_a_service_asked_by_key_and_value_keeps_its_key() -> None:
    (found,) = read_capabilities(
        document(layer("vec", ["w"]), WEB, href="https://t.example.cn/vec_w?"), ASKED
    )
    assert (found.title, found.degrees) == ("vec图", False)
    assert tile_address(found.address, 5, 7, 9) == (
        "https://t.example.cn/vec_w?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=vec&STYLE=s1"
        "&TILEMATRIXSET=w&FORMAT=image%2Fjpeg&TILEMATRIX=5&TILEROW=9&TILECOL=7&tk=abc"
    )


def test_a_service_with_addresses_of_tiles_is_filled_in() -> None:
    template = "https://t.example.cn/{Style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.png"
    named = matrix_set("EPSG:900913", "EPSG:900913", f"-{WORLD_M} {WORLD_M}", "EPSG:900913:{}")
    (found,) = read_capabilities(document(layer("a", ["EPSG:900913"], template), named), "https://x.cn/c.xml")
    assert tile_address(found.address, 3, 1, 2) == "https://t.example.cn/s1/EPSG:900913/EPSG:900913:3/2/1.png"


def test_sets_by_longitude_and_latitude_are_told_and_the_web_set_goes_first() -> None:
    found = read_capabilities(document(layer("a", ["c"]), layer("b", ["c", "w"]), LONLAT, WEB), ASKED)
    assert [x.degrees for x in found] == [True, False]


@pytest.mark.parametrize(
    "odd",
    [
        matrix_set("w", "urn:ogc:def:crs:EPSG::4545", f"-{WORLD_M} {WORLD_M}"),
        matrix_set("w", "urn:ogc:def:crs:EPSG::3857", "0 0"),
        matrix_set("w", "urn:ogc:def:crs:EPSG::3857", f"-{WORLD_M} {WORLD_M}", scale=STANDARD * 1.4),
        matrix_set("w", "urn:ogc:def:crs:EPSG::3857", f"-{WORLD_M} {WORLD_M}", scale=STANDARD * 2),
        matrix_set("w", "urn:ogc:def:crs:EPSG::3857", f"-{WORLD_M} {WORLD_M}", side=512),
        matrix_set("w", "urn:ogc:def:crs:EPSG::3857", f"-{WORLD_M} {WORLD_M}", names="1{}"),
        matrix_set("w", "urn:ogc:def:crs:EPSG::3857", "x y"),
        matrix_set("w", "urn:ogc:def:crs:EPSG::3857", f"-{WORLD_M} {WORLD_M}", scale=0.0),
    ],
)
def test_other_numberings_are_left_out(odd: str) -> None:
    assert read_capabilities(document(layer("a", ["w"]), odd), ASKED) == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html></html>",
        b"<Capabilities>",
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><Capabilities>&a;</Capabilities>',
        b'<?xml version="1.0" encoding="nothing"?><Capabilities/>',
        bytes(range(256)),
    ],
)
def test_what_is_no_capabilities_is_refused(content: bytes) -> None:
    with pytest.raises(UserError):
        read_capabilities(content, ASKED)


class _Answers(BaseHTTPRequestHandler):
    content = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *_args: object) -> None:
        return


@pytest.fixture
def service() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/wmts?request=GetCapabilities"
    server.shutdown()
    server.server_close()


def test_a_service_is_asked_once_and_too_much_is_refused(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Answers, "content", document(layer("a", ["w"]), WEB))
    assert [x.title for x in wmts_layers(service)] == ["a图"]
    monkeypatch.setattr(_Answers, "content", b" " * 5_000_000)
    with pytest.raises(UserError):
        wmts_layers(service)
    monkeypatch.setattr(_Answers, "content", document(layer("a", ["w"])))
    with pytest.raises(UserError):
        wmts_layers(service)
    with pytest.raises(UserError):
        wmts_layers("file:///etc/passwd")
