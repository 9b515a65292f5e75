# SPDX-License-Identifier: LGPL-3.0-or-later
"""How often each rule is broken: the counts of `summary.json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import Severity
from gridplanner.model.plan import Plan
from gridplanner.model.ruleset import RuleSet
from gridplanner.rules.own import all_rules


def rule_counts(
    district: District, plan: Plan, rules: RuleSet, findings: Iterable[Finding]
) -> Mapping[str, int]:
    """Return the number of breaches by rule name, waived ones and remarks left out, 0 where it is kept."""
    counts = dict.fromkeys((rule.name for rule in all_rules(rules)), 0)
    for finding in findings:
        if finding.rule in counts and finding.severity is not Severity.INFO and not finding.waiver:
            counts[finding.rule] += finding.count
    return counts
