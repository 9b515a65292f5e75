# SPDX-License-Identifier: LGPL-3.0-or-later
"""A planning run on the map, its proof in words, and several plans to choose from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt

from gridplanner.gui.canvas.style import argb
from gridplanner.gui.dialogs.trade_off import TradeOffDialog, name_of
from gridplanner.gui.models.run import PLANNED, PROVEN, WAITING, WORKING, RunProgress
from gridplanner.gui.panels.run_map import LIGHT
from gridplanner.model.request import PlanRequest
from gridplanner.progress import Inline
from gridplanner.workspace import executors
from gridplanner.workspace.scene.plans import Choice
from tests.gui.conftest import show, toy_contents

NAMES = ("甲社区", "乙社区", "丙社区", "丁社区")


def test_communities_go_from_waiting_to_proven() -> None:
    run = RunProgress(NAMES, workers=2)
    assert run.counts() == (4, 0, 0, 0)
    assert not run.take("正在论证甲社区"), "a bound before there is a plan is no proof of it"
    assert run.take("正在划分甲社区")
    assert run.state.tolist() == [PLANNED, WORKING, WORKING, WAITING]
    assert run.take("正在划分乙社区")
    assert run.state.tolist() == [PLANNED, PLANNED, WORKING, WORKING]
    assert not run.take("正在读取图层")
    for name in NAMES[2:]:
        run.take(f"正在划分{name}")
    assert run.take("正在论证丙社区")
    assert run.state.tolist() == [PLANNED, PLANNED, PROVEN, PLANNED]
    assert run.finished == 4


class _OneProcess(Inline):
    """Worker processes that are none."""

    def __init__(self, workers: int = 0) -> None:
        self.workers = 1

    def close(self, *, kill: bool = False) -> None:
        return


@pytest.fixture
def towns(bare_window: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(executors, "Processes", _OneProcess)
    show(bare_window, toy_contents("AABB\nAABB\nCCDD\nCCDD", "aaaa\naaaa\nbbbb\nbbbb", people=60))
    return bare_window


def test_the_map_follows_the_run_and_comes_back(towns: Any) -> None:
    run_map, session = towns.pages["plan"].run_map, towns.session
    before = towns.canvas._paint.colours.copy()
    names = [str(n) for n in session.workspace.district.communities.names]
    run_map.begin()
    session.stepped.emit(f"正在划分{names[0]}", 1, 2)
    homes = session.workspace.district.atoms.community
    shown = towns.canvas._paint.colours[: len(homes)]
    assert set(shown[homes == 0].tolist()) == {argb(LIGHT[PLANNED])}
    assert set(shown[homes == 1].tolist()) == {argb(LIGHT[WORKING])}
    session.select((0,))
    assert towns.canvas._paint.colours[0] == argb(LIGHT[PLANNED]), "a click does not end the picture"
    session.select(())
    session.stepped.emit("", 0, 0)
    assert np.array_equal(towns.canvas._paint.colours, before)


def test_several_plans_become_scenarios(towns: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    session = towns.session
    seen: list[tuple[Choice, ...]] = []

    def ask(_cls: Any, _parent: Any, choices: tuple[Choice, ...]) -> list[Choice]:
        seen.append(choices)
        return list(choices)

    monkeypatch.setattr(TradeOffDialog, "ask", classmethod(ask))
    towns.pages["plan"].limit.setValue(1)
    towns.groups["plan"].trade_off()
    session._poll()
    assert seen[0], "there is at least one plan"
    for one in seen[0]:
        for other in seen[0]:
            worse = (one.errors, one.grids, one.people_moved, one.deviation, -one.roundness)
            better = (other.errors, other.grids, other.people_moved, other.deviation, -other.roundness)
            assert one is other or not all(b <= w for b, w in zip(better, worse, strict=True))
    assert len(session.workspace.contents.scenarios) == len(seen[0])
    towns.groups["plan"]._keep(seen[0][0])
    assert len(session.workspace.contents.scenarios) == len(seen[0]) + 1, "a name in use gets a number"


def test_only_ticked_plans_are_kept(towns: Any, qtbot: Any) -> None:
    from gridplanner.model.proposal import Proposal

    proposal = Proposal(PlanRequest(mode="balance"), towns.session.plan)
    choices = [Choice(proposal, n, 10, 1, 0.1, 0.5, 0) for n in (3, 4)]
    dialog = TradeOffDialog(None, choices)
    qtbot.addWidget(dialog)
    assert dialog.chosen() == choices
    dialog.table.item(0, 0).setCheckState(Qt.CheckState.Unchecked)
    assert dialog.chosen() == choices[1:]
    dialog.table.item(1, 0).setCheckState(Qt.CheckState.Unchecked)
    assert not dialog.keep.isEnabled()
    assert name_of(choices[0]) == "规模均衡 3 个"
