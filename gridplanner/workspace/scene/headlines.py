# SPDX-License-Identifier: LGPL-3.0-or-later
"""The headline indicators of the health check for the window: today's division beside the plan in work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gridplanner.model.amendment import Amendment
from gridplanner.model.plan import Plan
from gridplanner.model.ruleset import RuleSet
from gridplanner.texts import _
from gridplanner.workspace.scene.tasks import Reporter, State

#: Shown as percentages; the others are counts but for the balance index.
_SHARES = frozenset({"unevenness_people", "unevenness_area", "line_followed"})
_SHOWN = (
    "unevenness_people",
    "unevenness_area",
    "balance",
    "crossing_m2",
    "crossing_people",
    "redundancy",
    "line_followed",
)


@dataclass(frozen=True)
class Headline:
    """One indicator as text.

    Parameters
    ----------
    name, title, formula : str
    before, after : str
        Of today's division and of the plan in work; `after` is "" while there is no plan.
    """

    name: str
    title: str
    formula: str
    before: str
    after: str = ""


def headlines(
    state: State,
    progress: Reporter,
    rules: RuleSet,
    amendments: Sequence[Amendment] = (),
    plan: Plan | None = None,
) -> tuple[Headline, ...]:
    """Return the three faults the reform names and the balance index, before and after.

    Parameters
    ----------
    state : State
    progress : Reporter
    rules : RuleSet
        In force; they say how service points are found.
    amendments : sequence of Amendment
    plan : Plan or None
        The plan in work; None for today's division alone.
    """
    from gridplanner.reports.health import indicator_words  # shapes, absent in the window
    from gridplanner.rules.check import measure
    from gridplanner.rules.health import health_of
    from gridplanner.workspace.usecases import today

    contents = replace(state.whole(None, amendments), rules=rules)
    district, words = contents.district, indicator_words()
    now = today(contents)
    needed = int(plan.general().sum()) if plan is not None else None
    before = health_of(district, now, measure(district, now, rules), needed).table()
    after: Mapping[str, Any] = {}
    if plan is not None:
        after = health_of(district, plan, measure(district, plan, rules)).table()
    return tuple(
        Headline(
            name,
            _("{title} ({unit})").format(title=words[name][0], unit=words[name][1])
            if words[name][1] and name != "balance"
            else words[name][0],
            words[name][2],
            _text(name, before[name]),
            _text(name, after[name]) if after else "",
        )
        for name in _SHOWN
    )


def _text(name: str, value: float | None) -> str:
    """Return a number as the page shows it."""
    if value is None:
        return "–"
    if name in _SHARES:
        return f"{value:.0%}"
    return f"{value:.1f}" if name == "balance" else f"{value:,.0f}"


TASKS: Mapping[str, Callable[..., Any]] = {"headlines": headlines}
