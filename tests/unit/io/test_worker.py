# SPDX-License-Identifier: LGPL-3.0-or-later
"""The reading process: same result, and a crash, a hang or a question reaches the user as one sentence."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gridplanner.errors import Cancelled, UserError
from gridplanner.io.layer_bytes import pack, unpack
from gridplanner.io.raw import objects
from gridplanner.io.worker import Limits, read_layers_apart
from gridplanner.io.writing import write_vector
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer, LayerSet, LayerSpec


def small() -> Layer:
    shapes = objects([shapely.box(500_000, 3_500_000, 500_100, 3_500_100), None])
    return Layer("communities", "x", shapes, {"SQDM": objects(["1", "2"]), "SQMC": objects(["甲", "乙"])})


def test_bytes_carry_everything():
    layer = Layer(
        "grids",
        "a",
        small().geometry,
        {"code": objects(["1", ""])},
        {"n": np.array([1.5, np.nan])},
        np.arange(2),
    )
    table = Layer("people", "b", None, {"people": np.array([3])}, {}, np.array([4]))
    finding = Finding("read.x", Severity.WARNING, "文", subjects=("1",), x=1.0)
    back = unpack(pack(LayerSet("EPSG:4545", {"grids": layer, "people": table}, {"n": layer}, (finding,))))
    assert back.crs == "EPSG:4545"
    assert back.layers["grids"].texts("code").tolist() == ["1", ""]
    assert back.layers["grids"].geometry[0].equals(layer.geometry[0])
    assert back.layers["grids"].geometry[1] is None
    assert np.isnan(back.nets["n"].extra["n"][1])
    assert back.layers["people"].geometry is None
    assert back.findings[0].subjects == ("1",) and back.findings[0].severity is Severity.WARNING


@pytest.mark.parametrize("cut", [4, 40, 300])
def test_cut_bytes_are_refused(cut):
    data = pack(LayerSet("EPSG:4545", {"grids": small()}))
    with pytest.raises((ValueError, KeyError)):
        unpack(data[:-cut] if cut < len(data) else b"")


def test_questions_cross_over_and_limits_hold(tmp_path):
    write_vector(small(), tmp_path / "c.shp", "EPSG:4545", format="shp")
    (tmp_path / "c.prj").unlink()
    specs = {"communities": LayerSpec("c.shp")}
    asked = []
    layers = read_layers_apart(specs, {}, tmp_path, ask=lambda q: asked.append(q.kind) or "EPSG:4545")
    assert asked == ["crs"]
    assert layers.layers["communities"].texts("name").tolist() == ["甲", "乙"]
    with pytest.raises(UserError, match=r"EPSG:4545"):
        read_layers_apart(specs, {}, tmp_path)
    with pytest.raises(UserError, match="社区"):
        read_layers_apart(specs, {}, tmp_path, limits=Limits(seconds=0.01))
    with pytest.raises(UserError, match="社区"):
        read_layers_apart(specs, {}, tmp_path, limits=Limits(memory_mb=60))
    with pytest.raises(Cancelled):
        read_layers_apart(specs, {}, tmp_path, cancelled=lambda: True)
