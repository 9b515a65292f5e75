# SPDX-License-Identifier: LGPL-3.0-or-later
"""`summary.json`: every number of a finished plan, stated once."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import Any

from gridplanner.model.certificate import Certificate
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import GridKind, Severity
from gridplanner.model.outcome import Outcome
from gridplanner.model.plan import Plan
from gridplanner.model.ruleset import Band, RadiusRule, RuleSet, Switch
from gridplanner.reports.staff import staff_count
from gridplanner.rules.summary import rule_counts

VERSION = 1
#: Rule names in the order of the contract, with the unit of their limits.
RULE_UNITS: Mapping[str, str] = {
    "people": "people",
    "households": "households",
    "service_radius": "m",
    "contiguity": "",
    "nesting": "",
    "overlap": "",
    "gap": "",
    "code": "",
    "branch": "",
    "worker": "",
}


def build_summary(
    outcome: Outcome,
    *,
    seconds: float,
    cpu_seconds: Mapping[str, float],
    outputs: Sequence[str],
    seed: int,
    numbering: str = "keep",
    read_findings: Sequence[Finding] = (),
) -> dict[str, Any]:
    """Return the contents of `summary.json`.

    Parameters
    ----------
    outcome : Outcome
    seconds : float
        Wall time of the whole run.
    cpu_seconds : mapping
        `read check solve certify assign export compile`, over all processes; missing ones are 0.
    outputs : sequence of str
        Files written, relative to the folder.
    seed : int
    numbering : str
        `keep` or `order`.
    read_findings : sequence of Finding
        Faults of the input, which hold before and after.
    """
    district, before, after = outcome.district, outcome.before.plan, outcome.after.plan
    steps = ("read", "check", "solve", "certify", "assign", "export", "compile")
    return {
        "version": VERSION,
        "seed": seed,
        "seconds": round(seconds, 3),
        "cpu_seconds": {step: round(float(cpu_seconds.get(step, 0.0)), 3) for step in steps},
        "crs": district.crs,
        "numbering": numbering,
        "communities": len(district.communities),
        "atoms": len(district.atoms),
        "people": int(district.atoms.people.sum()),
        "households": int(district.atoms.households.sum()),
        "grids": _counts(before, after, GridKind.GENERAL),
        "dedicated": _counts(before, after, GridKind.DEDICATED),
        "rules": _rules(outcome),
        "findings": {
            "before": _severities([*read_findings, *outcome.before.findings]),
            "after": _severities([*read_findings, *outcome.after.findings]),
        },
        **_levels(outcome),
        **_health(outcome),
        "change": asdict(outcome.change),
        "certificate": certificate_summary(outcome.certificate),
        "branches": branch_summary(before, after),
        "staff": asdict(staff_count(outcome)),
        "outputs": list(outputs),
    }


def write_summary(summary: Mapping[str, Any], path: Path) -> None:
    """Write `summary.json`, UTF-8."""
    text = json.dumps(summary, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _levels(outcome: Outcome) -> dict[str, Any]:
    """Return the number of grids of each further level; nothing where none was asked for."""
    counts = {level: plan.n_grids for level, plan in outcome.levels.items()}
    return {"levels": counts} if counts else {}


def _health(outcome: Outcome) -> dict[str, Any]:
    """Return the headline indicators before and after; nothing where no health check was made."""
    before, after = outcome.before.health, outcome.after.health
    if before is None or after is None:
        return {}
    return {"indicators": {"before": before.table(), "after": after.table()}}


def _counts(before: Plan, after: Plan, kind: GridKind) -> dict[str, int]:
    """Count the grids of a kind in both plans."""
    plans = {"before": before, "after": after}
    return {word: sum(record.kind is kind for record in plan.grids) for word, plan in plans.items()}


def _severities(findings: Sequence[Finding]) -> dict[str, int]:
    """Count findings by severity; waived ones are listed but count as remarks."""
    counts = Counter(f.severity if not f.waiver else Severity.INFO for f in findings)
    return {severity.value: counts[severity] for severity in Severity}


def _rules(outcome: Outcome) -> dict[str, dict[str, Any]]:
    """Return for each rule its limits and how often it is broken before and after."""
    district, rules = outcome.district, outcome.rules
    before = rule_counts(district, outcome.before.plan, rules, outcome.before.findings)
    after = rule_counts(district, outcome.after.plan, rules, outcome.after.findings)
    waived = Counter(f.rule for f in outcome.after.findings if f.waiver)
    table = {}
    for name, unit in RULE_UNITS.items():
        row = {
            **limits_of(rules, name),
            "unit": unit,
            "violations_before": int(before.get(name, 0)),
            "violations_after": int(after.get(name, 0)),
            "waived": waived[name],
        }
        by = [
            {"where": dict(override.where), **_limits(override.rules[name])}
            for override in rules.by
            if name in override.rules
        ]
        if by:
            row["by"] = by
        table[name] = row
    return table


def limits_of(rules: RuleSet, name: str) -> dict[str, Any]:
    """Return `hard`, `min`, `max` of a rule; null where open. Rules without a number have none."""
    # Codes, branches and workers have no switch: they are always asked for, workers softly.
    rule = getattr(rules, name, Switch(hard=name != "worker"))
    return _limits(rule)


def _limits(rule: Band | RadiusRule | Switch) -> dict[str, Any]:
    """Return the limits of one rule."""
    low = rule.min if isinstance(rule, Band) else float("nan")
    high = rule.max if isinstance(rule, Band | RadiusRule) else float("nan")
    return {"hard": rule.hard, "min": _number(low), "max": _number(high)}


def _number(value: float) -> float | int | None:
    """Return a number as JSON knows it; null for none."""
    if not isfinite(value):
        return None
    return int(value) if float(value).is_integer() else value


def certificate_summary(certificate: Certificate) -> dict[str, dict[str, Any]]:
    """Return value, bound and gap of each objective, and in how many communities it is proven."""
    named: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for part in certificate.parts:
        for name, bound in part.objective.items():
            named[name][part.community].append(bound.proven)
    return {
        name: {
            "value": _number(bound.value),
            "bound": _number(bound.bound),
            "gap": _number(bound.gap),
            "communities": len(named[name]),
            "communities_proven": sum(all(parts) for parts in named[name].values()),
        }
        for name, bound in certificate.total.items()
    }


def branch_summary(before: Plan, after: Plan) -> dict[str, int]:
    """Count what becomes of the branches; existing = kept + merged + dissolved."""
    status = Counter(branch.status for branch in after.branches)
    led = {tie.grid for tie in after.ties if tie.leading}
    joint = {tie.branch for tie in after.ties if tie.leading and tie.joint}
    return {
        "existing": len(before.branches),
        "kept": status["keep"] + status["rename"],
        "founded": status["found"],
        "joint": len(joint),
        "merged": status["merge"],
        "dissolved": status["dissolve"],
        "grids_without": sum(grid not in led for grid in range(after.n_grids)),
    }
