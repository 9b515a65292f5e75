# SPDX-License-Identifier: LGPL-3.0-or-later
"""The headline indicators on the page of the health check: of today, and beside a plan."""

from __future__ import annotations

from gridplanner.gui.panels.headlines import HeadlineCard
from tests.gui.conftest import show, toy_contents


def poll(window) -> None:
    for _k in range(4):
        window.session._poll()


def values(window) -> dict[str, str]:
    card = window.findChild(HeadlineCard)
    return {name: value for name, value, _link in card.figures._rows}


def test_today_stands_alone_until_there_is_a_plan(bare_window) -> None:
    window = bare_window
    show(window, toy_contents("AAAB\nAAAB", people=50))
    window.steps.go("check")
    poll(window)
    shown = values(window)
    assert shown["均衡指数"] == "50.0"
    assert shown["区域交叉·人口（人）"] == "0"
    session = window.session
    session.workspace.add_scenario("方案一", session.workspace.plan)
    session.judge()
    poll(window)
    assert values(window)["均衡指数"] == "50.0 → 50.0"
    card = window.findChild(HeadlineCard)
    assert "方案一" in card.title.text()
    assert "均衡指数" in card.figures.toolTip()


def test_nothing_is_asked_while_another_page_is_seen(bare_window) -> None:
    window = bare_window
    window.steps.go("edit")
    show(window, toy_contents("AAAB\nAAAB", people=50))
    poll(window)
    card = window.findChild(HeadlineCard)
    assert card._asked_on == ()
    window.steps.go("check")
    poll(window)
    assert card._asked_on != ()
