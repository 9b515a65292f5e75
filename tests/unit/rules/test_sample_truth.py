# SPDX-License-Identifier: LGPL-3.0-or-later
"""The health check of the shipped sample finds what was planted in it, all of it and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from gridplanner.geometry.district import build_district
from gridplanner.io.reading import read_layers
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import Severity
from gridplanner.rules.check import check
from gridplanner.rules.nets import net_conflicts
from gridplanner.rules.summary import rule_counts
from gridplanner.workspace.config import load_config

SAMPLE = Path(__file__).resolve().parents[3] / "sample_shapefiles"


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def judged() -> tuple[District, tuple[Finding, ...]]:
    config = load_config(SAMPLE / "config.toml")
    layers = read_layers(config.layers, config.nets, config.base)
    district, _ = build_district(layers, config.build)
    return district, check(district, district.plan_today(), config.rules)


def codes(findings: tuple[Finding, ...], rule: str, *, above: bool | None = None) -> list[str]:
    chosen = [f for f in findings if f.rule == rule and f.severity is not Severity.INFO]
    if above is not None:
        chosen = [f for f in chosen if (f.value > f.limit) is above]
    return sorted(f.subjects[0] for f in chosen)


def test_size_and_radius(judged: tuple[District, tuple[Finding, ...]], truth: dict[str, Any]) -> None:
    _, findings = judged
    assert codes(findings, "people", above=True) == sorted(truth["oversize"])
    assert codes(findings, "people", above=False) == sorted(truth["undersize"])
    assert codes(findings, "service_radius") == sorted(truth["over_radius"])


def test_overlaps(judged: tuple[District, tuple[Finding, ...]], truth: dict[str, Any]) -> None:
    _, findings = judged
    planted = [o for o in truth["overlaps"] if o["layer"] == "grids"]
    real = {tuple(sorted((o["a"], o["b"]))): o for o in planted if o["area_m2"] > 1}
    found = {tuple(sorted(f.subjects)): f for f in findings if f.rule == "overlap" and f.severity == "error"}
    assert found.keys() == real.keys()
    for pair, finding in found.items():
        assert finding.value == pytest.approx(real[pair]["area_m2"], abs=0.02)
        assert finding.people == real[pair]["people"]
    small = next(f for f in findings if f.rule == "overlap" and f.severity is Severity.INFO)
    assert small.count == len(planted) - len(real)


def test_gaps_and_slivers(judged: tuple[District, tuple[Finding, ...]], truth: dict[str, Any]) -> None:
    _, findings = judged
    found = [f for f in findings if f.rule == "gap" and f.severity is not Severity.INFO]
    assert sorted(f.value for f in found) == pytest.approx(
        sorted(g["area_m2"] for g in truth["gaps"]), abs=0.5
    )
    assert sorted(f.people for f in found) == sorted(g["people"] for g in truth["gaps"])
    closed = next(f for f in findings if f.rule == "gap" and f.severity is Severity.INFO)
    assert closed.count == truth["slivers"]


def test_parts_of_grids_and_communities(
    judged: tuple[District, tuple[Finding, ...]], truth: dict[str, Any]
) -> None:
    _, findings = judged
    found = {f.subjects[0] for f in findings if f.rule in {"contiguity", "community_parts"}}
    assert found == set(truth["multipart"])


def test_street_line(judged: tuple[District, tuple[Finding, ...]], truth: dict[str, Any]) -> None:
    _, findings = judged
    found = [(f.subjects, f.value) for f in findings if f.rule == "street_line"]
    planted = [
        ((s["street"], s["claimed_by"], s["community"]), s["area_m2"]) for s in truth["streets_differ"]
    ]
    assert [subjects for subjects, _ in found] == [subjects for subjects, _ in planted]
    assert [area for _, area in found] == pytest.approx([area for _, area in planted], rel=1e-3)


def test_totals_and_tiling(judged: tuple[District, tuple[Finding, ...]], truth: dict[str, Any]) -> None:
    district, findings = judged
    atoms = district.atoms
    assert atoms.people.sum() == truth["totals"]["people"]
    assert atoms.households.sum() == truth["totals"]["households"]
    assert shapely.coverage_is_valid(atoms.geometry)
    assert (shapely.get_type_id(atoms.geometry) == 3).all()
    delivered = shapely.area(shapely.union_all(district.originals["communities"].geometry))
    assert atoms.area_m2.sum() == pytest.approx(delivered, rel=1e-6)
    area = np.bincount(atoms.community, weights=atoms.area_m2)
    assert area == pytest.approx(shapely.area(district.communities.geometry), rel=1e-9)
    counts = rule_counts(district, district.plan_today(), load_config(SAMPLE / "config.toml").rules, findings)
    assert counts["overlap"] == 3
    assert counts["gap"] == 6


def test_net_conflicts(judged: tuple[District, tuple[Finding, ...]], truth: dict[str, Any]) -> None:
    district, _ = judged
    found = {(c.net, c.unit, c.other_unit): c for c in net_conflicts(district)}
    for planted in truth["net_conflicts"]:
        conflict = found.pop((planted["net"], planted["unit"], planted["other_unit"]))
        assert conflict.area_m2 == pytest.approx(planted["area_m2"], rel=0.01, abs=2.0)
        assert conflict.people == planted["people"]
    assert not found
