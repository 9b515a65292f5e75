# SPDX-License-Identifier: LGPL-3.0-or-later
"""The compact tables of the plan document; the full ones are in the workbook."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from math import isfinite

import numpy as np

from gridplanner.model.finding import Finding
from gridplanner.model.kinds import ChangeKind, GridKind, Severity
from gridplanner.model.outcome import Outcome
from gridplanner.model.plan import GridRecord
from gridplanner.model.ruleset import Band, RadiusRule, Switch
from gridplanner.reports.cells import Cell
from gridplanner.reports.charts import size_classes, size_labels
from gridplanner.reports.crosswalk import retired_grids
from gridplanner.reports.health import faults_short, health_short, splits_short
from gridplanner.reports.registers import dedicated_table, overview_table
from gridplanner.reports.summary import RULE_UNITS
from gridplanner.reports.table import Column, Table
from gridplanner.reports.words import rule_word
from gridplanner.rules.summary import rule_counts
from gridplanner.texts import _

#: Rules of the standard, in the order papers list them.
LISTED_RULES = ("people", "households", "service_radius", "contiguity", "nesting", "barriers", "estates")


def rules_table(outcome: Outcome) -> Table:
    """Return the standard: each rule, its limits, hard or soft; other limits where they differ."""
    rows: list[tuple[Cell, ...]] = []
    for name in LISTED_RULES:
        text = _limit_words(getattr(outcome.rules, name))
        if text:
            rule = getattr(outcome.rules, name)
            rows.append((rule_word(name), text, _("hard") if rule.hard else _("soft"), _("all grids")))
    for override in outcome.rules.by:
        where = "、".join(override.where.values())
        rows += [
            (
                rule_word(name),
                _limit_words(rule) or _("not applied"),
                _("hard") if rule.hard else _("soft"),
                where,
            )
            for name, rule in override.rules.items()
        ]
    columns = (
        Column(_("Rule"), 16),
        Column(_("Limit"), 26),
        Column(_("Hard or soft"), 8),
        Column(_("Where"), 16),
    )
    return Table("rules", _("Standard of the division"), columns, tuple(rows))


def _limit_words(rule: Band | RadiusRule | Switch) -> str:
    """Say what a rule asks for; "" where it is switched off."""
    if isinstance(rule, Switch):
        return _("must hold") if rule.on else ""
    if isinstance(rule, RadiusRule):
        if not isfinite(rule.max):
            return ""
        way = _("along roads") if rule.metric == "road" else _("in a straight line")
        return _("at most {limit} m to the farthest home, {way}").format(limit=f"{rule.max:g}", way=way)
    low, high = isfinite(rule.min), isfinite(rule.max)
    if low and high:
        return f"{rule.min:,g}—{rule.max:,g}"
    if low:
        return _("at least {limit}").format(limit=f"{rule.min:,g}")
    return _("at most {limit}").format(limit=f"{rule.max:,g}") if high else ""


def today_table(outcome: Outcome) -> Table:
    """Return how often each rule is broken today."""
    counts = rule_counts(outcome.district, outcome.before.plan, outcome.rules, outcome.before.findings)
    rows: tuple[tuple[Cell, ...], ...] = tuple((rule_word(n), int(counts.get(n, 0))) for n in RULE_UNITS)
    columns = (Column(_("Rule"), 20), Column(_("Breaches before"), 12, "int"))
    return Table("today", _("Today's grids against the standard"), columns, rows)


def check_table(outcome: Outcome) -> Table:
    """Return how often each rule is broken before and after, and what was waived."""
    district, rules = outcome.district, outcome.rules
    before = rule_counts(district, outcome.before.plan, rules, outcome.before.findings)
    after = rule_counts(district, outcome.after.plan, rules, outcome.after.findings)
    waived = Counter(f.rule for f in outcome.after.findings if f.waiver)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (rule_word(name), int(before.get(name, 0)), int(after.get(name, 0)), waived[name])
        for name in RULE_UNITS
    )
    columns = (
        Column(_("Rule"), 20),
        Column(_("Breaches before"), 12, "int"),
        Column(_("Breaches after"), 12, "int"),
        Column(_("Waived"), 10, "int"),
    )
    return Table("check", _("Check against the standard"), columns, rows)


def overview_short(outcome: Outcome) -> Table:
    """Return table A in the columns that fit an upright page."""
    table = overview_table(outcome)
    keep = (0, 1, 3, 4, 5, 6, 7, 8, 9, 10)
    return Table(
        "overview",
        table.title,
        tuple(table.columns[j] for j in keep),
        tuple(tuple(row[j] for j in keep) for row in table.rows),
    )


def sizes_table(outcome: Outcome) -> Table:
    """Return how many general grids fall into each class of people."""
    before, after = size_classes(outcome.before), size_classes(outcome.after)
    rows: list[tuple[Cell, ...]] = []
    for label, old, new in zip(size_labels(), before, after, strict=True):
        rows.append((label, old, old / max(sum(before), 1), new, new / max(sum(after), 1)))
    columns = (
        Column(_("People per grid"), 14),
        Column(_("General grids before"), 12, "int", total=True),
        Column(_("Share"), 9, "percent"),
        Column(_("General grids after"), 12, "int", total=True),
        Column(_("Share"), 9, "percent"),
    )
    return Table("sizes", _("Size of the general grids"), columns, tuple(rows))


def changes_table(outcome: Outcome) -> Table:
    """Return the changes by community: grids before and after, kinds of change, people moved."""
    units = outcome.district.communities
    before, after = (
        Counter(r.community for r in division.plan.grids if r.kind is GridKind.GENERAL)
        for division in (outcome.before, outcome.after)
    )
    kinds = Counter((r.community, r.change) for r in outcome.after.plan.grids if r.kind is GridKind.GENERAL)
    moved = _moved_by_community(outcome)
    shown = (ChangeKind.KEPT, ChangeKind.MERGED, ChangeKind.SPLIT, ChangeKind.RESHAPED, ChangeKind.NEW)
    rows: list[tuple[Cell, ...]] = []
    for c in np.argsort(units.codes.astype(str), kind="stable").tolist():
        counts = tuple(kinds[c, kind] for kind in shown)
        rows.append((str(units.names[c]), before[c], after[c], *counts, moved[c]))
    columns = (
        Column(_("Community"), 16),
        Column(_("General grids before"), 9, "int", total=True),
        Column(_("General grids after"), 9, "int", total=True),
        *(Column(str(kind), 9, "int", total=True) for kind in shown),
        Column(_("People moved"), 10, "int", total=True),
    )
    return Table("changes", _("Changes by community"), columns, tuple(rows))


def _moved_by_community(outcome: Outcome) -> Counter[int]:
    """Sum the people outside the largest part of their general old grid."""
    pairs, before = outcome.pairs, outcome.before.plan
    parts: dict[int, list[int]] = defaultdict(list)
    for old, people in zip(pairs.old.tolist(), pairs.people.tolist(), strict=True):
        parts[old].append(people)
    moved: Counter[int] = Counter()
    for old, people in parts.items():
        if old >= 0 and before.grids[old].kind is GridKind.GENERAL:
            moved[before.grids[old].community] += sum(people) - max(people)
    return moved


def dedicated_short(outcome: Outcome) -> Table:
    """Return table D in the columns that fit an upright page."""
    table = dedicated_table(outcome)
    keep = (0, 2, 3, 4, 5, 6, 8)
    return Table(
        "dedicated",
        table.title,
        tuple(table.columns[j] for j in keep),
        tuple(tuple(row[j] for j in keep) for row in table.rows),
    )


def staff_table(outcome: Outcome) -> Table:
    """Return the workers by street: list today, posts, staying, moving, surplus, vacant."""
    units, plan = outcome.district.communities, outcome.after.plan
    codes = {str(code): c for c, code in enumerate(units.codes)}
    home = {r.code: r.community for r in outcome.before.plan.grids}
    status: Counter[tuple[str, str]] = Counter()
    for worker in plan.workers:
        c = home.get(worker.grid, codes.get(worker.community_code, -1))
        status[str(units.street_names[c]) if c >= 0 else "", worker.status] += 1
    posts: Counter[str] = Counter()
    vacant: Counter[str] = Counter()
    for record in plan.grids:
        if record.kind is GridKind.GENERAL:
            street = str(units.street_names[record.community])
            posts[street] += 1
            vacant[street] += not record.worker
    streets = _streets(outcome)
    streets += [""] if any(street == "" for street, _s in status) and "" not in streets else []
    words = ("stay", "move", "surplus")
    rows: list[tuple[Cell, ...]] = []
    for street in streets:
        counts = tuple(status[street, word] for word in words)
        rows.append((street or _("not stated"), sum(counts), posts[street], *counts, vacant[street]))
    columns = (
        Column(_("Street"), 16),
        Column(_("Workers today"), 10, "int", total=True),
        Column(_("Workers needed"), 10, "int", total=True),
        Column(_("Stay"), 9, "int", total=True),
        Column(_("Move"), 9, "int", total=True),
        Column(_("Surplus"), 9, "int", total=True),
        Column(_("Vacant"), 9, "int", total=True),
    )
    return Table("staff", _("Grid workers by street"), columns, tuple(rows))


def _streets(outcome: Outcome) -> list[str]:
    """Return the names of the streets in the order of their codes."""
    units = outcome.district.communities
    order = np.argsort(units.street_codes.astype(str), kind="stable")
    return list(dict.fromkeys(units.street_names[order].astype(str).tolist()))


def branches_short(outcome: Outcome) -> Table:
    """Return what becomes of the branches by street."""
    words = ("keep", "rename", "found", "merge", "dissolve")
    count: Counter[tuple[str, str]] = Counter()
    members: Counter[str] = Counter()
    units = outcome.district.communities
    streets = dict(zip(units.codes.astype(str), units.street_names.astype(str), strict=True))
    for branch in outcome.after.plan.branches:
        street = streets.get(branch.community_code, branch.street)
        count[street, branch.status] += 1
        if branch.status not in ("merge", "dissolve"):
            members[street] += branch.full_members
    order = list(dict.fromkeys([*_streets(outcome), *(s for s, _w in count)]))
    rows: list[tuple[Cell, ...]] = []
    for street in order:
        numbers = tuple(count[street, word] for word in words)
        rows.append((street or _("not stated"), *numbers, members[street]))
    columns = (
        Column(_("Street"), 16),
        Column(_("Branches kept"), 9, "int", total=True),
        Column(_("Branches renamed"), 9, "int", total=True),
        Column(_("Branches founded"), 9, "int", total=True),
        Column(_("Branches merged"), 9, "int", total=True),
        Column(_("Branches dissolved"), 9, "int", total=True),
        Column(_("Full members"), 10, "int", total=True),
    )
    return Table("branches", _("Party branches of each street"), columns, tuple(rows))


#: So many findings are printed; the others are in findings.csv.
MOST_FINDINGS = 30


def findings_short(outcome: Outcome) -> Table:
    """Return the findings that remain: errors and warnings, the first thirty."""
    serious = [f for f in outcome.after.findings if f.severity is not Severity.INFO and not _is_reading(f)]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (number, rule_word(f.rule), f.text, f.waiver or f.remedy)
        for number, f in enumerate(serious[:MOST_FINDINGS], 1)
    )
    more = len(serious) - len(rows)
    note = _("{n} more are listed in findings.csv.").format(n=more) if more > 0 else ""
    if not rows:
        rows = ((1, _("All rules"), _("No breach remains."), ""),)
    columns = (
        Column(_("Number"), 5, "int"),
        Column(_("Rule"), 12),
        Column(_("What is wrong"), 36, wrap=True),
        Column(_("What to do, or why it is accepted"), 30, wrap=True),
    )
    return Table("findings", _("Findings after the change"), columns, rows, note)


def _is_reading(finding: Finding) -> bool:
    """Whether a finding is about the input files."""
    return finding.rule.startswith("read.")


def appendix_table(outcome: Outcome) -> Table:
    """Return the changes of each community in words: `003＋011→003（合并，1,595人）`."""
    units, people = outcome.district.communities, outcome.after.measures.people
    words: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for g, record in enumerate(outcome.after.plan.grids):
        if record.change is not ChangeKind.KEPT:
            old = "＋".join(_tail(code) for code in record.former) or "—"
            text = _("{old}→{new} ({kind}, {n} people)").format(
                old=old, new=_tail(record.code), kind=str(record.change or ""), n=f"{int(people[g]):,}"
            )
            words[record.community].append((record.code, text))
    rows: list[tuple[Cell, ...]] = []
    retired = _retired_by_community(outcome)
    for c in np.argsort(units.codes.astype(str), kind="stable").tolist():
        if words[c] or retired[c]:
            changes = "； ".join(text for _code, text in sorted(words[c]))
            gone = " ".join(_tail(record.code) for record in retired[c])
            rows.append((str(units.names[c]), changes, gone))
    columns = (
        Column(_("Community"), 10),
        Column(_("Changes"), 52, wrap=True),
        Column(_("Codes no longer used"), 12, wrap=True),
    )
    return Table("appendix", _("Changes of each community"), columns, tuple(rows))


def _retired_by_community(outcome: Outcome) -> dict[int, list[GridRecord]]:
    """Return the retired old grids of each community."""
    found: dict[int, list[GridRecord]] = defaultdict(list)
    for g in retired_grids(outcome):
        record = outcome.before.plan.grids[g]
        found[record.community].append(record)
    return found


def _tail(code: str) -> str:
    """Return the last three characters of a code, as planners name a grid inside its community."""
    return code[-3:]


#: Tables that a template may name.
PLAN_TABLES: Mapping[str, Callable[[Outcome], Table]] = {
    "rules": rules_table,
    "today": today_table,
    "health": health_short,
    "faults": faults_short,
    "splits": splits_short,
    "check": check_table,
    "overview": overview_short,
    "sizes": sizes_table,
    "changes": changes_table,
    "dedicated": dedicated_short,
    "staff": staff_table,
    "branches": branches_short,
    "findings": findings_short,
    "appendix": appendix_table,
}
