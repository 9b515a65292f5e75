# SPDX-License-Identifier: LGPL-3.0-or-later
"""The sample's own lists, as shipped, with title rows, merged cells and totals."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from gridplanner.assign.ledgers import branches_from_layer, whole_number, workers_from_layer
from gridplanner.io.reading import read_layers
from gridplanner.workspace.config import load_config

SAMPLE = Path(__file__).resolve().parents[3] / "sample_shapefiles"


@pytest.fixture(scope="module")
def lists() -> dict:
    config = load_config(SAMPLE / "config.toml")
    wanted = {role: config.layers[role] for role in ("communities", "branches", "staff")}
    return dict(read_layers(wanted, {}, SAMPLE).layers)


def stated_total(name: str, column: int) -> int:
    """Return what the 合计 row of a sample list says."""
    sheet = openpyxl.load_workbook(SAMPLE / name, read_only=True).active
    *_others, last = sheet.iter_rows(values_only=True)
    assert last[0] == "合计"
    return whole_number(str(last[column])) or 0


def test_branches_of_the_sample_add_up(lists: dict) -> None:
    branches, findings = branches_from_layer(lists["branches"])
    assert len(branches) == stated_total("branches.xlsx", 1) and findings == ()
    assert sum(b.full_members for b in branches) == stated_total("branches.xlsx", 11)
    assert sum(b.probationary for b in branches) == stated_total("branches.xlsx", 12)
    assert sum(b.reporting for b in branches) == stated_total("branches.xlsx", 13)
    assert all(b.community and b.community_code and b.grids and b.secretary for b in branches)
    assert len({b.code for b in branches}) == len(branches)


def test_workers_of_the_sample_add_up(lists: dict) -> None:
    workers, findings = workers_from_layer(lists["staff"])
    assert len(workers) == stated_total("workers.xlsx", 1) == 412 and findings == ()
    assert all(w.name and w.grid and w.phone and w.community_code for w in workers)
