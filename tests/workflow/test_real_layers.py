# SPDX-License-Identifier: LGPL-3.0-or-later
"""The examples on real layers: read in place, planned, and re-checked from the files alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gridplanner.geometry.district import build_district
from gridplanner.io.reading import read_layers
from gridplanner.workspace.config import Config, load_config
from tests.workflow.conftest import ROOT, run_program

EXAMPLES = ROOT / "examples"
#: Example, communities (one per connected part), smallest areas, people.
SIZES = (("edinburgh", 1, 4_322, 476_626), ("rhode_island", 5, 419, 1_051_960))


def load(name: str, shared_data: Path) -> Config:
    """Return an example's configuration; skip where the layers lie elsewhere than it says."""
    config = load_config(EXAMPLES / f"{name}.toml")
    for spec in config.layers.values():
        if not (config.base / spec.path).resolve().is_file():
            pytest.skip(f"{name}: no layer at {spec.path} ({shared_data})")
    return config


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "communities", "atoms", "people"), SIZES)
def test_real_areas_become_atoms_without_loss(
    name: str, communities: int, atoms: int, people: int, shared_data: Path
) -> None:
    config = load(name, shared_data)
    layers = read_layers(config.layers, config.nets, config.base)
    district, _ = build_district(layers, config.build)
    assert len(district.communities) == communities
    assert len(district.atoms) == atoms
    assert district.atoms.people.sum() == people
    assert len(district.grids_before) == 0
    source = layers.layers["atoms"].numbers("people").sum()
    assert abs(people - source) <= 0.5 * communities


@pytest.mark.shared_data
def test_repaired_rings_and_rounded_people_are_told(shared_data: Path) -> None:
    config = load("edinburgh", shared_data)
    repaired = [f for f in read_layers(config.layers, {}, config.base).findings if f.rule == "read.repaired"]
    assert sum(f.count for f in repaired) == 17
    config = load("rhode_island", shared_data)
    layers = read_layers(config.layers, {}, config.base)
    _, findings = build_district(layers, config.build)
    rounded = [f for f in (*layers.findings, *findings) if f.rule == "read.fractional"]
    assert sum(f.count for f in rounded) == 418


@pytest.mark.shared_data
@pytest.mark.slow
def test_the_plan_of_edinburgh_is_legal_and_true(shared_data: Path, tmp_path: Path) -> None:
    check_plan("edinburgh", 300, shared_data, tmp_path)


def check_plan(name: str, grids: int, shared_data: Path, tmp_path: Path) -> None:
    """Run an example and check its plan from the files alone."""
    load(name, shared_data)
    done = run_program("run", EXAMPLES / f"{name}.toml", "--out", tmp_path / "out")
    assert done.code == 0, done.said + done.complained
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    after = summary["grids"]["after"]
    assert after == grids
    assert summary["change"]["new"] == after
    assert all(rule["violations_after"] == 0 for rule in summary["rules"].values() if rule["hard"])
    assert summary["certificate"]["grids"]["bound"] <= after
    crosswalk = (tmp_path / "out" / "crosswalk.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(crosswalk) == after + 1
    checked = run_program("verify", tmp_path / "out", "--lang", "en")
    assert checked.code == 0, checked.said
