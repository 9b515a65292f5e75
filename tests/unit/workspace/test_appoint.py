# SPDX-License-Identifier: LGPL-3.0-or-later
"""Appointing a worker by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind
from gridplanner.model.plan import Plan
from gridplanner.model.staff import Worker
from gridplanner.workspace.appoint import AppointWorker
from tests.builders import town


def staffed() -> tuple[Plan, District]:
    """Return three grids, two of them served, and a third worker without a post."""
    district = town("AABBCC")
    plan = district.plan_today()
    codes = [record.code for record in plan.grids]
    workers = (
        Worker("W1", "张三", grid=codes[0], status="stay"),
        Worker("W2", "李四", grid=codes[1], status="stay"),
        Worker("W3", "王五", grid="", status="surplus"),
        Worker("W4", "李四", grid="", status="surplus"),
    )
    posts = ("W1", "W2", "")
    grids = tuple(replace(record, worker=post) for record, post in zip(plan.grids, posts, strict=True))
    return replace(plan, grids=grids, workers=workers), district


def posts_of(plan: Plan) -> list[str]:
    return [record.worker for record in plan.grids]


def status_of(plan: Plan) -> dict[str, str]:
    return {worker.id: worker.status for worker in plan.workers}


def test_one_without_a_post_takes_a_vacant_grid() -> None:
    plan, district = staffed()
    after = AppointWorker(2, "王五").apply(plan, district)
    assert posts_of(after) == ["W1", "W2", "W3"]
    assert status_of(after) == {"W1": "stay", "W2": "stay", "W3": "move", "W4": "surplus"}
    assert posts_of(plan) == ["W1", "W2", ""], "the old plan stays"


def test_two_in_post_change_places() -> None:
    plan, district = staffed()
    after = AppointWorker(0, "W2").apply(plan, district)
    assert posts_of(after) == ["W2", "W1", ""]
    assert status_of(after) == {"W1": "move", "W2": "move", "W3": "surplus", "W4": "surplus"}
    back = AppointWorker(0, "W1").apply(after, district)
    assert posts_of(back) == posts_of(plan) and status_of(back) == status_of(plan)


def test_who_is_replaced_or_sent_away_is_without_a_post() -> None:
    plan, district = staffed()
    assert status_of(AppointWorker(0, "W3").apply(plan, district))["W1"] == "surplus"
    vacant = AppointWorker(0, " ").apply(plan, district)
    assert posts_of(vacant)[0] == "" and status_of(vacant)["W1"] == "surplus"
    assert AppointWorker(0, "W1").apply(plan, district) is plan


@pytest.mark.parametrize("text", ["赵六", "李四"])
def test_nobody_and_two_of_one_name_are_refused(text: str) -> None:
    plan, district = staffed()
    with pytest.raises(UserError, match=text):
        AppointWorker(0, text).apply(plan, district)


def test_locked_dedicated_and_unstaffed_grids_are_refused() -> None:
    plan, district = staffed()
    locked = replace(plan, grids=(plan.grids[0], replace(plan.grids[1], locked=True), plan.grids[2]))
    with pytest.raises(UserError):
        AppointWorker(0, "W2").apply(locked, district)
    site = replace(plan, grids=(*plan.grids[:2], replace(plan.grids[2], kind=GridKind.DEDICATED)))
    with pytest.raises(UserError):
        AppointWorker(2, "W3").apply(site, district)
    with pytest.raises(UserError):
        AppointWorker(0, "W1").apply(replace(plan, workers=()), district)
