# SPDX-License-Identifier: LGPL-3.0-or-later
"""The health check on paper: headline indicators before and after, faults by kind, splits, lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np

from gridplanner.model.finding import Finding
from gridplanner.model.health import Health, Split
from gridplanner.model.kinds import Severity
from gridplanner.model.outcome import Division, Outcome
from gridplanner.reports.cells import Cell
from gridplanner.reports.table import Column, Table
from gridplanner.texts import _

#: Splits that the plan document prints; the workbook has them all.
_MOST_SPLITS = 12


def indicator_words() -> dict[str, tuple[str, str, str]]:
    """Return name, unit and formula of each headline indicator."""
    return {
        "unevenness_people": (
            _("Unevenness of people"),
            "",
            _("standard deviation of people per general grid / mean"),
        ),
        "unevenness_area": (
            _("Unevenness of area"),
            "",
            _("standard deviation of area per general grid / mean"),
        ),
        "over": (_("Largest grid above the mean"), "", _("people / mean - 1")),
        "under": (_("Smallest grid below the mean"), "", _("1 - people / mean")),
        "top_to_bottom": (_("From top to bottom"), "", _("(largest - smallest) / mean")),
        "balance": (
            _("Balance index"),
            _("0-100"),
            _("100 x (1 - mean of |people / mean - 1| over general grids)"),
        ),
        "crossing_m2": (
            _("Crossing: land"),
            _("square metres"),
            _("land under more than one grid, or counted by a department to another unit than its grid"),
        ),
        "crossing_people": (_("Crossing: people"), _("persons"), _("people living on that land")),
        "redundancy": (
            _("Redundancy of staff"),
            _("persons"),
            _("workers in post beyond one for each general grid of the plan"),
        ),
        "line_followed": (
            _("Lines along roads, water, walls and limits"),
            "",
            _("share of each grid's line within 5 m of such a feature, mean over grids"),
        ),
    }


def indicators_table(before: Health, after: Health | None = None) -> Table:
    """Return the headline indicators, with what a plan makes of them where there is one."""
    old, new = before.table(), after.table() if after else {}
    rows: list[tuple[Cell, ...]] = []
    for name, (title, unit, formula) in indicator_words().items():
        row: tuple[Cell, ...] = (title, unit, old[name])
        rows.append((*row, new[name], formula) if after else (*row, formula))
    columns = (
        Column(_("Indicator"), 20, wrap=True),
        Column(_("Unit"), 7),
        Column(_("Before"), 12, "figure"),
        *((Column(_("After"), 12, "figure"),) if after else ()),
        Column(_("How it is counted"), 36, wrap=True),
    )
    return Table("indicators", _("Headline indicators"), columns, tuple(rows))


def tier_word(tier: str) -> str:
    """Return the name of a layer, or of two tiers held against each other."""
    words = {"streets": _("Streets"), "communities": _("Communities"), "grids": _("Grids")}
    lower, bar, upper = tier.partition("/")
    if not bar:
        return words.get(lower, lower)
    return _("{lower} against {upper}").format(lower=words.get(lower, lower), upper=words.get(upper, upper))


def fault_word(kind: str) -> str:
    """Return the name of a kind of fault."""
    words = {
        "overlap": _("overlap"),
        "duplicate": _("duplicate"),
        "contained": _("one inside another"),
        "gap": _("gap"),
        "hole": _("hole"),
        "shifted_edge": _("shifted edge"),
        "sliver": _("sliver"),
        "unmatched_vertex": _("missing vertex"),
        "detached_part": _("detached part"),
        "spike": _("spike"),
        "invalid": _("invalid shape"),
        "outside": _("outside its higher unit"),
        "unclaimed": _("not filled by lower units"),
    }
    return words.get(kind, kind)


def faults_table(health: Health) -> Table:
    """Return the faults of each layer and between tiers, by kind; the small ones are counted apart."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (tier_word(f.tier), fault_word(f.kind), f.count - f.folded, f.folded, f.area_m2, f.people)
        for f in health.faults
    )
    columns = (
        Column(_("Layer"), 18),
        Column(_("Kind of fault"), 18),
        Column(_("Cases"), 9, "int"),
        Column(_("Below the tolerance"), 11, "int"),
        Column(_("Area m2"), 12, "number"),
        Column(_("People"), 9, "int"),
    )
    return Table("faults", _("Faults of the layers as delivered"), columns, rows)


def level_word(level: str) -> str:
    """Return the name of a level of units."""
    words = {
        "street": _("Street"),
        "community": _("Community"),
        "estate": _("Estate"),
        "old_grid": _("Old grid"),
    }
    return words.get(level, level)


def splits_table(splits: Sequence[Split]) -> Table:
    """Return the tree of split units: a row per unit, then one per part with its people."""
    rows: list[tuple[Cell, ...]] = []
    for split in splits:
        people = sum(part[1] for part in split.parts)
        households = sum(part[2] for part in split.parts)
        rows.append((level_word(split.level), split.unit, "", len(split.parts), people, households, None))
        rows += [
            ("", "", code or _("no grid"), None, persons, homes, persons / people if people else None)
            for code, persons, homes in split.parts
        ]
    columns = (
        Column(_("Level"), 10),
        Column(_("Name"), 20),
        Column(_("Grid"), 20),
        Column(_("Parts"), 7, "int"),
        Column(_("People"), 9, "int"),
        Column(_("Households"), 9, "int"),
        Column(_("Share"), 9, "percent"),
    )
    return Table("splits", _("Units that lie in several grids"), columns, tuple(rows))


def grids_table(division: Division) -> Table:
    """Return the state of each grid: size against the mean, reach, parts, shape, lines that follow."""
    plan, measures, health = division.plan, division.measures, division.health
    general = plan.general()
    people = measures.people[general]
    mean = float(people.mean()) if len(people) else 0.0
    shape = measures.more.get("compactness", np.full(plan.n_grids, np.nan))
    followed = health.followed if health and len(health.followed) else np.full(plan.n_grids, np.nan)
    rows: list[tuple[Cell, ...]] = []
    for g, record in enumerate(plan.grids):
        living, counted = int(measures.people[g]), bool(general[g] and mean)
        rows.append(
            (
                record.code,
                record.name,
                str(record.kind.value),
                living,
                round(living - mean) if counted else None,
                living / mean - 1 if counted else None,
                int(measures.households[g]),
                _known(measures.radius_m[g]),
                int(measures.parts[g]),
                _known(shape[g]),
                _known(followed[g]),
            )
        )
    columns = (
        Column(_("Code"), 20),
        Column(_("Name"), 24),
        Column(_("Kind"), 8),
        Column(_("People"), 9, "int"),
        Column(_("Against the mean"), 10, "int"),
        Column(_("In per cent"), 10, "percent"),
        Column(_("Households"), 9, "int"),
        Column(_("Service radius m"), 10, "number"),
        Column(_("Parts"), 7, "int"),
        Column(_("Compactness"), 10, "number"),
        Column(_("Lines along roads, water, walls and limits"), 16, "percent"),
    )
    note = _("Mean of the general grids: {mean} people.").format(mean=f"{mean:,.1f}")
    return Table("grids", _("Health of each grid"), columns, tuple(rows), note)


def _known(value: float) -> float | None:
    """Return a number, or nothing for NaN."""
    return float(value) if isfinite(value) else None


def check_tables(division: Division, health: Health) -> tuple[tuple[Table, str], ...]:
    """Return the sheets that go with the findings of one division, with their tabs."""
    return (
        (indicators_table(health), _("Headline indicators")),
        (faults_table(health), _("Faults by kind")),
        (splits_table(health.splits), _("Splits")),
        (grids_table(division), _("Health of each grid")),
    )


def health_tables(outcome: Outcome) -> tuple[tuple[Table, str], ...]:
    """Return the sheets of the workbook with their tabs; none where no health check was made."""
    before, after = outcome.before.health, outcome.after.health
    if before is None or after is None:
        return ()
    return (
        (indicators_table(before, after), _("Headline indicators")),
        (faults_table(before), _("Faults by kind")),
        (splits_table(before.splits), _("Splits before")),
        (splits_table(after.splits), _("Splits after")),
        (grids_table(outcome.after), _("Health of each grid")),
    )


def health_short(outcome: Outcome) -> Table:
    """Return the headline indicators for the plan document."""
    before = outcome.before.health
    if before is None:
        return Table("health", _("Headline indicators"), (), ())
    return indicators_table(before, outcome.after.health)


def faults_short(outcome: Outcome) -> Table:
    """Return the faults by kind for the plan document."""
    before = outcome.before.health
    return faults_table(before) if before else Table("faults", _("Faults by kind"), (), ())


def splits_short(outcome: Outcome) -> Table:
    """Return the units split worst today, and a word on the others, for the plan document."""
    before = outcome.before.health
    splits = before.splits if before else ()
    shown = splits[:_MOST_SPLITS]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            level_word(split.level),
            split.unit,
            len(split.parts),
            _(", ").join(
                _("{grid}: {people}").format(grid=code[-3:] or "—", people=people)
                for code, people, _homes in split.parts
            ),
        )
        for split in shown
    )
    columns = (
        Column(_("Level"), 8),
        Column(_("Name"), 18),
        Column(_("Parts"), 7, "int"),
        Column(_("People in each part, by grid"), 40, wrap=True),
    )
    more = len(splits) - len(shown)
    note = _("{n} more are listed in ledger.xlsx.").format(n=more) if more > 0 else ""
    return Table("splits", _("Units that lie in several grids"), columns, rows, note)


def health_json(health: Health, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the health check beside the findings in `check --json`."""
    counts = Counter(f.severity for f in findings)
    return {
        "counts": {severity.value: counts[severity] for severity in Severity},
        "indicators": health.table(),
        "faults": [dict(vars(fault)) for fault in health.faults],
        "splits": [
            {
                "level": split.level,
                "unit": split.unit,
                "parts": [{"grid": g, "people": p, "households": h} for g, p, h in split.parts],
            }
            for split in health.splits
        ],
    }
