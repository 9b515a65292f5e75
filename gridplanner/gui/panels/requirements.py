# SPDX-License-Identifier: LGPL-3.0-or-later
"""The live list of requirements: what every plan must keep first, then whatever else is broken."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gridplanner.gui.models.findings import LATER_RULES, rule_title
from gridplanner.gui.session import Session
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.texts import _, ngettext

#: Rules that every list names, broken or not, in this order.
MAIN_RULES = ("contiguity", "people", "households", "service_radius", "branch")
KEPT = "✓"


def counts_of(findings: Iterable[Finding]) -> dict[str, tuple[int, int]]:
    """Return errors and warnings per rule; what is waived or only a remark does not count."""
    counts: dict[str, tuple[int, int]] = {}
    for finding in findings:
        if finding.waiver or finding.severity is Severity.INFO:
            continue
        errors, warnings = counts.get(finding.rule, (0, 0))
        bad = finding.severity is Severity.ERROR
        counts[finding.rule] = (errors + bad, warnings + (not bad))
    return counts


def count_text(errors: int, warnings: int) -> str:
    """Return two counts as a text; a tick where nothing is broken."""
    parts = []
    if errors:
        parts.append(ngettext("{n} error", "{n} errors", errors).format(n=errors))
    if warnings:
        parts.append(ngettext("{n} warning", "{n} warnings", warnings).format(n=warnings))
    return ", ".join(parts) or KEPT


def broken_rows(findings: Iterable[Finding]) -> list[tuple[str, str, str]]:
    """Return one row per broken rule with its counts, as a link; the worst first."""
    counts = counts_of(findings)
    order = sorted(counts.items(), key=lambda item: (-item[1][0], -item[1][1]))
    rows = [(rule_title(rule), count_text(*pair), rule) for rule, pair in order]
    return rows or [(_("All rules are kept"), KEPT, "")]


def requirement_rows(session: Session) -> list[tuple[str, str, str]]:
    """Return the requirements of the plan in work: complete, in one piece, in band, in radius, one branch.

    Each row is a name, a count and the rule that the count links to ("" where nothing is broken).
    """
    workspace, plan = session.workspace, session.plan
    if workspace is None or plan is None:
        return []
    later = () if session.staffed else LATER_RULES
    counts = counts_of(f for f in session.findings if f.rule not in later)
    rules = workspace.rules
    asked = {
        "contiguity": rules.contiguity.on,
        "people": np.isfinite([rules.people.min, rules.people.max]).any(),
        "households": np.isfinite([rules.households.min, rules.households.max]).any(),
        "service_radius": np.isfinite(rules.service_radius.max),
        "branch": session.staffed,
    }
    left = int((plan.assignment < 0).sum())
    # Each stretch of land that no grid holds is a finding of its own, to be stepped through.
    blank = "gap" if left and any(finding.rule == "gap" for finding in session.findings) else ""
    rows = [(_("Everything assigned"), _("{n} areas left").format(n=f"{left:,}") if left else KEPT, blank)]
    for rule in MAIN_RULES:
        if asked[rule] or rule in counts:
            pair = counts.pop(rule, (0, 0))
            rows.append((rule_title(rule), count_text(*pair), rule if any(pair) else ""))
    rest = sorted(counts.items(), key=lambda item: (-item[1][0], -item[1][1]))
    rows += [(rule_title(rule), count_text(*pair), rule) for rule, pair in rest]
    if not session.staffed:
        rows.append((_("One branch each"), _("comes in step 6"), ""))
    return rows
