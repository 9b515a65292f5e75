# SPDX-License-Identifier: LGPL-3.0-or-later
"""Accept or reject whole plans by the rules that the user wrote: the search cannot look into them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np

from gridplanner.geometry.dissolve import grid_polygons
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import Severity
from gridplanner.model.plan import Plan
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.rules.case import Case, with_provisional_codes
from gridplanner.rules.check import measure
from gridplanner.rules.own import own_rules
from gridplanner.solve.division import seed_of
from gridplanner.texts import _

A = TypeVar("A")
B = TypeVar("B")


def first_accepted(
    district: District,
    rules: RuleSet,
    request: PlanRequest,
    draw: Callable[[PlanRequest], tuple[A, B, Plan]],
) -> tuple[tuple[A, B, Plan], tuple[Finding, ...]]:
    """Return the first plan drawn that the user's rules accept, else the one they object to least.

    Parameters
    ----------
    draw : callable
        Draws a plan for a request; only the seed differs between calls.

    Returns
    -------
    drawn : what `draw` returned
    findings : tuple of Finding
        A warning where no plan was accepted; the breaches themselves are the check's to list.
    """
    own_rules(rules)  # an unknown name is told before the work, not after it
    best = draw(request)
    if not rules.own:
        return best, ()
    fewest = _errors(district, best[-1], rules)
    for attempt in range(1, request.tries):
        if not fewest:
            return best, ()
        drawn = draw(replace(request, seed=seed_of(request.seed, "own", attempt)))
        errors = _errors(district, drawn[-1], rules)
        if errors < fewest:
            best, fewest = drawn, errors
    if not fewest:
        return best, ()
    told = _(
        "Of {n} plans drawn none was accepted by the rules {rules}; the best one breaks them {count} times."
    ).format(n=request.tries, rules=_(", ").join(rules.own), count=fewest)
    remedy = _("Ask for more plans (`tries`), or relax these rules.")
    return best, (Finding("plan.own", Severity.WARNING, told, remedy, count=fewest),)


def _errors(district: District, plan: Plan, rules: RuleSet) -> int:
    """Return how often a plan breaks the user's rules."""
    polygons = grid_polygons(district.atoms.geometry, plan.assignment, plan.n_grids)
    measures = measure(district, plan, rules, polygons)
    case = Case(district, with_provisional_codes(plan), rules, measures, polygons, np.arange(plan.n_grids))
    return sum(finding.counts for rule in own_rules(rules) for finding in rule.check(case))
