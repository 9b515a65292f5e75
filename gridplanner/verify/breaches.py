# SPDX-License-Identifier: LGPL-3.0-or-later
"""Check limits and breaches: those of the configuration, all of them listed, rightly counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import inf

import numpy as np

from gridplanner.texts import _
from gridplanner.verify.claims import Claim, equal, holds, none_of
from gridplanner.verify.facts import Facts, Flags
from gridplanner.verify.shapefile import Table

#: Rule, its table in the configuration, field of the layers, and what rounding may cost.
_NUMBERED = (
    ("people", "people", "RK", 0.0),
    ("households", "households", "HS", 0.0),
    ("service_radius", "service_radius_m", "FWBJ", 0.01),
)


def breach_claims(facts: Facts) -> Iterator[Claim]:
    """Yield every claim about limits and about who breaks them."""
    yield from _limits(facts)
    yield from _broken(facts)
    yield from _counts(facts)


def _limits(facts: Facts) -> Iterator[Claim]:
    for name, key, _field, _slack in _NUMBERED:
        stated = facts.output.summary["rules"][name]
        keys = facts.limits.tables.get(key, {})
        for end, nothing in (("min", -inf), ("max", inf)):
            asked = float(keys.get(end, nothing))
            said = nothing if stated[end] is None else float(stated[end])
            # A band without a lower end may be stated as from 0: nobody can be fewer.
            same = asked == said or (end == "min" and max(asked, 0.0) == max(said, 0.0))
            text = _("The limit in the summary is that of the configuration.")
            yield holds(f"summary.rules.{name}.{end}", same, stated[end], asked, text)


def _outside(facts: Facts, table: Table, general: Flags, key: str, field: str, slack: float) -> set[str]:
    """Return the codes of the general grids of a layer whose field lies outside its limits."""
    # With weights the limit of people is one of the load, which the layers then state.
    field = "FZ" if field == "RK" and facts.limits.weights else field
    values, codes = table.numbers(field), table.texts("WGBM")
    return {
        str(codes[g])
        for g, known in enumerate(facts.facts_of(table))
        if general[g] and np.isfinite(values[g]) and facts.limits.breaks(key, known, float(values[g]), slack)
    }


def _broken(facts: Facts) -> Iterator[Claim]:
    """Yield whether the grids outside their limits are those listed; today's are counted."""
    for name, key, field, slack in _NUMBERED:
        broken = _outside(facts, facts.grids, facts.general, key, field, slack)
        listed = {
            code
            for row in facts.output.findings
            if row["rule"] == name and row["subject_kind"] == "grid" and row["severity"] != "info"
            for code in row["subjects"].split(";")
        }
        text = _("Every grid that breaks the rule '{rule}' is listed, and no other.").format(rule=name)
        yield none_of(f"findings.{name}", sorted(broken ^ listed), text)
        before = len(_outside(facts, facts.before, facts.general_before, key, field, slack))
        stated = facts.output.summary["rules"][name]["violations_before"]
        text = _("As many of today's grids break the rule '{rule}' as stated.").format(rule=name)
        yield equal(f"summary.rules.{name}.violations_before", stated, before, text)


def _counts(facts: Facts) -> Iterator[Claim]:
    """Yield whether the summary counts the findings that are listed."""
    broken, waived = Counter[str](), Counter[str]()
    for row in facts.output.findings:
        if row["waiver"]:
            waived[row["rule"]] += 1
        elif row["severity"] != "info":
            broken[row["rule"]] += int(float(row["count"] or 1))
    for name, stated in facts.output.summary["rules"].items():
        text = _("The rule '{rule}' is broken as often as the findings list it.").format(rule=name)
        yield equal(f"summary.rules.{name}.violations_after", stated["violations_after"], broken[name], text)
        text = _("The rule '{rule}' is waived as often as the findings list it.").format(rule=name)
        yield equal(f"summary.rules.{name}.waived", stated["waived"], waived[name], text)
    after = facts.output.summary["findings"]["after"]
    count = Counter("info" if r["waiver"] else r["severity"] for r in facts.output.findings)
    found = {level: count[level] for level in after}
    yield equal("summary.findings.after", dict(after), found, _("The findings counted are those listed."))
