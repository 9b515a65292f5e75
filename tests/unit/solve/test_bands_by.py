# SPDX-License-Identifier: LGPL-3.0-or-later
"""Other limits for a kind of grid, a type of community, a street or a sub-area, in search and judgement."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import District
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.rules.check import check
from gridplanner.rules.presets import rules_from_config
from gridplanner.solve.engine import propose
from tests.builders import objects, town

#: Two communities of eight squares with 100 people each; the second is of another type and street.
DRAWING, HOMES = "AAAABBBB\nAAAABBBB", "aaaabbbb\naaaabbbb"
AREA = {"areas": {"老城": ["511902001002"]}}


def two() -> District:
    """Return the town of two communities."""
    district = town(DRAWING, HOMES)
    table = replace(
        district.communities,
        types=objects(["商品住宅型", "老旧院落型"]),
        street_names=objects(["东街", "西街"]),
    )
    return replace(district, communities=table)


def rules(where: dict[str, str], **more: object) -> RuleSet:
    """Return 300 to 450 people, but 700 to 900 where the words hold."""
    by = [{"where": where, "people": {"min": 700, "max": 900}}]
    return rules_from_config({"people": {"min": 300, "max": 450}, "by": by, **more})


@pytest.mark.parametrize(
    ("where", "more"),
    [
        ({"community_type": "老旧院落型"}, {}),
        ({"street": "西街"}, {}),
        ({"community_code": "511902001002"}, {}),
        ({"community": "示意b社区", "kind": "综合"}, {}),
        ({"area": "老城"}, AREA),
    ],
)
@pytest.mark.parametrize("total", ["fewest", 3, "repair"])
def test_each_community_keeps_its_own_band(
    where: dict[str, str], more: dict[str, object], total: object
) -> None:
    district, held = two(), rules(where, **more)
    proposal = propose(district, held, PlanRequest(total=total, certify_s=0.0))  # type: ignore[arg-type]
    assert proposal.findings == ()
    people = proposal.plan.sums(district.atoms.people)
    homes = np.array([g.community for g in proposal.plan.grids])
    assert people[homes == 0].tolist() == [400, 400]
    assert people[homes == 1].tolist() == [800]
    assert [f for f in check(district, proposal.plan, held) if f.rule == "people"] == []


def test_a_band_of_dedicated_grids_leaves_general_ones_alone() -> None:
    district = two()
    held = rules({"kind": "专属"})
    plan = propose(district, held, PlanRequest(total="fewest", certify_s=0.0)).plan
    assert plan.sums(district.atoms.people).tolist() == [400] * 4


def test_a_sub_area_must_be_listed() -> None:
    with pytest.raises(UserError, match="老城"):
        rules({"area": "老城"})
    with pytest.raises(UserError):
        rules_from_config({"areas": {"老城": "511902001002"}})
