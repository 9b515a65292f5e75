# SPDX-License-Identifier: LGPL-3.0-or-later
"""The reading process: same result, and a crash, a hang or a question reaches the user as one sentence."""

from __future__ import annotations

import json
import multiprocessing
import sys
import threading
from dataclasses import asdict

import numpy as np
import pytest
import shapely

from gridplanner.errors import Cancelled, UserError
from gridplanner.io import probe, process_limits, worker
from gridplanner.io.layer_bytes import pack, unpack
from gridplanner.io.raw import objects
from gridplanner.io.worker import Limits, probe_apart, read_layers_apart
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


def test_a_drawing_is_looked_into_elsewhere(tmp_path, monkeypatch):
    write_vector(small(), tmp_path / "社区界线.dxf", "EPSG:4545", format="dxf")
    write_vector(small(), tmp_path / "c.shp", "EPSG:4545", format="shp")
    here = probe.probe(tmp_path / "社区界线.dxf")
    assert probe_apart(tmp_path / "社区界线.dxf") == here
    assert probe.guesses_from_json(probe.guesses_to_json(here)) == here
    monkeypatch.setattr(worker, "_talk", None)  # our own readers stay here
    assert probe_apart(tmp_path / "c.shp")[0].rows == 2


def test_a_look_into_a_file_keeps_its_limits(tmp_path):
    write_vector(small(), tmp_path / "社区界线.dxf", "EPSG:4545", format="dxf")
    for limits in (Limits(seconds=0.01), Limits(memory_mb=60)):
        with pytest.raises(UserError, match="社区界线"):
            probe_apart(tmp_path / "社区界线.dxf", limits=limits)
    (tmp_path / "x.kml").write_bytes(b"PK")
    with pytest.raises(UserError, match=r"x\.kml"):
        probe_apart(tmp_path / "x.kml")


class FakeKernel:
    """kernel32 as far as a job object needs it."""

    def __init__(self, *, job: int = 7, sets: int = 1, assigns: int = 1) -> None:
        self.seen: dict[str, object] = {}
        self.CreateJobObjectW = self._function(lambda *_a: job)
        self.GetCurrentProcess = self._function(lambda: 99)
        self.SetInformationJobObject = self._function(lambda *a: self._take(a) or sets)
        self.AssignProcessToJobObject = self._function(lambda *a: self.seen.update(assigned=a) or assigns)

    @staticmethod
    def _function(work):
        """Return a callable that takes attributes, as a ctypes function does."""
        return type("Function", (), {"__call__": staticmethod(work)})()

    def _take(self, arguments) -> None:
        job, kind, address, size = arguments
        limits = process_limits.ExtendedLimits.from_address(address)
        self.seen.update(job=job, kind=kind, size=size, flags=limits.basic.limit_flags)
        self.seen["memory"] = limits.process_memory


def test_a_windows_job_limits_the_memory_of_its_process():
    kernel = FakeKernel()
    assert process_limits.limit_by_job(kernel, 60_000_000)
    assert kernel.seen == {
        "job": 7,
        "kind": 9,
        "size": 144,  # as Windows on 64 bits lays it out
        "flags": 0x100,
        "memory": 60_000_000,
        "assigned": (7, 99),
    }


@pytest.mark.parametrize("fault", [{"job": 0}, {"sets": 0}, {"assigns": 0}])
def test_a_refused_job_is_told(fault):
    assert not process_limits.limit_by_job(FakeKernel(**fault), 1)


def test_reading_without_a_limit_says_so(tmp_path, monkeypatch):
    write_vector(small(), tmp_path / "c.shp", "EPSG:4545", format="shp")
    monkeypatch.setattr("gridplanner.io.worker.limit_memory", lambda _megabytes: False)
    ours, theirs = multiprocessing.Pipe()
    specs = {"communities": asdict(LayerSpec("c.shp"))}
    request = {"layers": specs, "nets": {}, "base": str(tmp_path), "asks": False, "memory_mb": 1}
    # In a thread, since the pipe holds only so much.
    thread = threading.Thread(target=worker._serve, args=(theirs, json.dumps(request)))
    thread.start()
    messages = iter(ours.recv_bytes, None)
    done = next(message for message in messages if message.startswith(b"done "))
    thread.join()
    assert "read.limit" in {f.rule for f in unpack(done[5:]).findings}


@pytest.mark.skipif(sys.platform != "win32", reason="job objects are of Windows")
def test_windows_itself_keeps_the_limit(tmp_path):
    write_vector(small(), tmp_path / "c.shp", "EPSG:4545", format="shp")
    specs = {"communities": LayerSpec("c.shp")}
    with pytest.raises(UserError, match="社区"):
        read_layers_apart(specs, {}, tmp_path, limits=Limits(memory_mb=60))
    layers = read_layers_apart(specs, {}, tmp_path)
    assert "read.limit" not in {f.rule for f in layers.findings}
