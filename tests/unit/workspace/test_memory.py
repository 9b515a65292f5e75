# SPDX-License-Identifier: LGPL-3.0-or-later
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely

from gridplanner.cli.outermost import run_outermost
from gridplanner.errors import UserError
from gridplanner.io import sources
from gridplanner.model.layers import Layer, LayerSet
from gridplanner.workspace.safety import memory


def layers(count):
    shapes = np.array([shapely.box(i, 0, i + 1, 1) for i in range(count)], dtype=object)
    return LayerSet("EPSG:4545", {"buildings": Layer("buildings", "b.shp", shapes, {})})


def test_areas_and_vertices_are_counted():
    assert memory.counts_of(layers(7)) == (7, 35)
    assert memory.counts_of(LayerSet("EPSG:4545", {})) == (0, 0)


def test_the_sentence_comes_before_the_work_and_names_both_numbers(monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda: 400_000_000)
    with pytest.raises(UserError, match=r"7栋建筑.*0\.6 GB.*0\.4 GB"):
        memory.refuse_too_large(layers(7))


def test_enough_or_unknown_memory_stops_nobody(monkeypatch):
    for free in (None, 10_000_000_000):
        monkeypatch.setattr(memory, "free_bytes", lambda free=free: free)
        memory.refuse_too_large(layers(7))


def test_a_container_that_leaves_less_counts(monkeypatch):
    monkeypatch.setattr(memory, "_system_free", lambda: 8_000)
    monkeypatch.setattr(memory, "_group_free", lambda: 3_000)
    assert memory.free_bytes() == 3_000
    monkeypatch.setattr(memory, "_process_free", lambda: 2_000)
    assert memory.free_bytes() == 2_000
    monkeypatch.setattr(memory, "_process_free", lambda: None)
    monkeypatch.setattr(memory, "_group_free", lambda: None)
    assert memory.free_bytes() == 8_000


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no ulimit")
def test_a_limit_of_the_process_counts_what_it_uses_already(monkeypatch):
    import resource

    monkeypatch.setattr(resource, "getrlimit", lambda _what: (10**12, 10**12))
    left = memory._process_free()
    assert left is not None and 0 < left < 10**12
    monkeypatch.setattr(resource, "getrlimit", lambda _what: (resource.RLIM_INFINITY,) * 2)
    assert memory._process_free() is None


def test_this_machine_knows_its_free_memory():
    free = memory.free_bytes()
    assert free is None or free > 10_000_000


def test_a_hundred_thousand_areas_and_five_million_vertices_fit_into_four_gigabytes():
    assert memory.needed_bytes(100_000, 5_000_000) < 4_000_000_000


def test_memory_that_runs_out_is_one_sentence_and_no_error_of_the_program(capsys):
    def work(_arguments):
        raise MemoryError

    assert run_outermost(work, ["--lang", "zh_CN"]) == 2
    assert "内存不足" in capsys.readouterr().err


def test_a_file_too_large_for_the_memory_is_not_called_damaged_alone(monkeypatch):
    def burst(*_anything):
        raise MemoryError

    monkeypatch.setattr(sources, "_open", burst)
    with pytest.raises(UserError, match="内存不足"):
        sources.open_layer(Path("large.gpkg"))
