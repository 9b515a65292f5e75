# SPDX-License-Identifier: LGPL-3.0-or-later
"""The worker beside the window: asked, killed, asked again, closed; nobody waits for what cannot come."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from gridplanner.errors import UserError
from gridplanner.workspace.scene.desk import Answer, Desk

LONG_S = 60.0


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.close()
    deadline = time.monotonic() + 5
    while any(t.name == "desk" for t in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(t.name == "desk" for t in threading.enumerate()), "nobody listens after closing"


def answers(desk: Desk, n: int) -> list[Answer]:
    """Return the final answers of `n` questions."""
    found: list[Answer] = []
    deadline = time.monotonic() + LONG_S
    while len(found) < n and time.monotonic() < deadline:
        found += [answer for answer in desk.poll() if answer.final]
        time.sleep(0.01)
    return found


def test_every_question_is_answered_under_its_ticket(desk: Desk) -> None:
    tickets = {desk.ask("scenarios_of", path="none.gpkg"), desk.ask("speak", code="en")}
    found = answers(desk, 2)
    assert {a.ticket for a in found} == tickets
    assert not desk.busy
    refused = next(a for a in found if a.kind == "error")
    assert isinstance(refused.value, UserError), "no project is open"


@pytest.mark.parametrize("heard", [True, False])
def test_what_a_dead_worker_left_open_is_told_and_the_next_question_starts_another(
    desk: Desk, heard: bool
) -> None:
    desk.ask("speak", code="en")
    answers(desk, 1)
    lost = desk.ask("warm")
    desk._process.kill()
    desk._process.join()
    if heard:
        assert [a.ticket for a in answers(desk, 1)] == [lost]
        assert not desk.busy
    again = desk.ask("speak", code="en")
    found = answers(desk, 1 if heard else 2)
    assert {a.ticket: a.kind for a in found}[again] == "result"
    assert heard or {a.ticket: a.kind for a in found}[lost] == "error"
