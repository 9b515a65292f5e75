# SPDX-License-Identifier: LGPL-3.0-or-later
"""The `[plan]` table: every key of the request, each mistake named with its key."""

from __future__ import annotations

from dataclasses import fields

import pytest

from gridplanner.errors import UserError
from gridplanner.model.parameters import parameter
from gridplanner.model.request import GOALS, MODES, PlanRequest
from gridplanner.workspace.plan_table import request_from_table

GOOD = {
    "total": 12,
    "mode": "compact",
    "order": ["lines", "keep"],
    "carve": True,
    "carve_people": 50,
    "alike": "management",
    "attach": True,
    "resume": True,
    "locked": ["1"],
    "only": ["2"],
    "join": [["a", "b"]],
    "part": [["c", "d"]],
    "centres": ["a", "c"],
    "levels": ["micro", "area"],
    "tries": 2,
    "effort": "quick",
    "seed": 9,
    "time_limit_s": 5,
    "certify_s": 0,
}
BAD = {
    "total": [0, "most", 1.5, True],
    "mode": ["keeps", 3],
    "order": ["keep", ["speed"], [3]],
    "carve": ["yes", 1],
    "carve_people": [-1, "many"],
    "alike": ["colour"],
    "attach": ["yes", 1],
    "resume": ["Proposal 1"],
    "locked": ["1", [1]],
    "only": [{}],
    "join": [["a", "b"], [["a"]], [["a", "b", "c"]], [["a", 1]]],
    "part": [[["a", 1]]],
    "centres": ["a", [1]],
    "levels": [["nano"], "micro"],
    "tries": [0],
    "effort": ["fast", 1],
    "seed": ["x"],
    "time_limit_s": [-1],
    "certify_s": [float("nan")],
}


def test_every_key_is_read_and_frozen() -> None:
    request = request_from_table(GOOD)
    assert request.join == (("a", "b"),)
    assert request.levels == ("micro", "area")
    assert hash(request)


def test_no_key_of_a_new_question_is_forgotten_here() -> None:
    assert {f.name for f in fields(PlanRequest)} - set(GOOD) <= {"one_net"}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in BAD.items() for value in values])
def test_a_mistake_is_named_with_its_key(key: str, value: object) -> None:
    with pytest.raises(UserError, match=key):
        request_from_table({key: value})


def test_words_are_declared_once() -> None:
    assert parameter("plan.order").choices == GOALS
    assert set(parameter("plan.mode").choices) == set(MODES)
