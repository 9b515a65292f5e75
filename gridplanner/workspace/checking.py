# SPDX-License-Identifier: LGPL-3.0-or-later
"""The health check on the command line: of a project, a configuration, or loose layers."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.io.writing import write_vector
from gridplanner.model.finding import Finding
from gridplanner.model.health import Health
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer
from gridplanner.model.outcome import Division
from gridplanner.model.project import ProjectContents
from gridplanner.progress import Progress
from gridplanner.reports.findings import FIELDS, write_findings_json, write_findings_workbook
from gridplanner.reports.health import check_tables, health_json, level_word
from gridplanner.reports.nets import net_tables, nets_json
from gridplanner.reports.words import rule_word
from gridplanner.rules.delivered import between, tier_defects, tiers_of
from gridplanner.rules.health import health_of, is_today, own_faults
from gridplanner.texts import _
from gridplanner.workspace.handover.one_file import write_one
from gridplanner.workspace.intake.loose import contents_of
from gridplanner.workspace.usecases import judge, today

#: Findings of one rule that are said in words; a layer with more of a kind is read in a table.
MOST_LINES = 1000


@dataclass(frozen=True, eq=False)
class Checked:
    """A health check with everything its outputs are made from.

    Parameters
    ----------
    contents : ProjectContents
    division : Division
        The plan in work, or today's division; with its health.
    findings : tuple of Finding
        Of the division, then of reading and repairing.
    """

    contents: ProjectContents
    division: Division
    findings: tuple[Finding, ...]


def check_paths(paths: Sequence[Path], progress: Progress, crs: str = "") -> Checked:
    """Check a project's plan in work, or today's division in loose layers.

    Parameters
    ----------
    paths : sequence of Path
    progress : Progress
    crs : str
        CRS of the loose layers that declare none.
    """
    with _without_collector():
        return _check(contents_of(paths, progress, crs))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Look for no circles of garbage meanwhile: a layer of 100,000 areas has none, and a million objects."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _check(contents: ProjectContents) -> Checked:
    """Check the plan in work of a project, or today's division."""
    scenario = contents.scenarios.get(contents.current)
    plan = scenario.plan if scenario else today(contents)
    district = contents.district
    own = own_faults(district) if is_today(district, plan) else None
    division = judge(district, plan, contents.rules, contents.waivers, own)
    division = replace(division, health=health_of(district, plan, division.measures, own=own))
    return Checked(contents, division, (*division.findings, *contents.findings))


def write_checked(
    checked: Checked, as_json: Path | None = None, as_xlsx: Path | None = None, as_gpkg: Path | None = None
) -> None:
    """Write the findings as JSON, as a workbook and as a map layer, where asked.

    The GeoPackage holds the layer `findings` (a point each) and the layer `faults` (the land, line or
    point of each fault of today's layers, tier by tier).
    """
    health, findings, district = checked.division.health, checked.findings, checked.contents.district
    if as_json:
        more = health_json(health, findings) if health else {}
        if district.nets:
            more["nets"] = nets_json(district, checked.division.plan)
        write_one(as_json, lambda part: write_findings_json(findings, part, more))
    if as_xlsx:
        tables = () if health is None else check_tables(checked.division, health)
        tables = (*tables, *net_tables(district, checked.division.plan))
        write_one(as_xlsx, lambda part: write_findings_workbook(findings, part, tables))
    if as_gpkg:
        write_one(as_gpkg, lambda part: _write_layers(checked, part))


def _write_layers(checked: Checked, path: Path) -> None:
    """Write the layers `findings` and `faults`."""
    district = checked.contents.district
    write_vector(findings_layer(checked.findings), path, district.crs, format="gpkg")
    faults = faults_layer(district)
    if len(faults):
        write_vector(faults, path, district.crs, format="gpkg", append=True)


def findings_layer(findings: Sequence[Finding]) -> Layer:
    """Return the findings that have a place as a layer of points, fields as in `findings.csv`."""
    placed = [f for f in findings if isfinite(f.x) and isfinite(f.y)]
    columns: dict[str, Any] = {name: [getattr(f, name) for f in placed] for name in FIELDS}
    columns["severity"] = [f.severity.value for f in placed]
    columns["subjects"] = [";".join(f.subjects) for f in placed]
    fields = {name: column(cells) for name, cells in columns.items()}
    points = shapely.points([f.x for f in placed], [f.y for f in placed])
    return Layer("findings", "", np.asarray(points, dtype=object), fields)


def faults_layer(district: District) -> Layer:
    """Return the place of every fault of the layers as delivered, tier by tier."""
    rows: list[tuple[str, str, str, float, float, int, bool]] = []
    shapes: list[shapely.Geometry] = []
    tiers = tiers_of(district)
    for tier in tiers:
        for d in tier_defects(district, tier):
            if d.geometry is not None:
                units = ";".join(str(tier.codes[u]) for u in d.units)
                rows.append((tier.role, d.kind.value, units, d.area_m2, d.width_m, d.people, d.folded))
                shapes.append(d.geometry)
    for upper, lower in pairwise(tiers):
        for f in between(district, lower, upper):
            units = ";".join(
                [*([str(lower.codes[f.lower])] if f.lower >= 0 else []), str(upper.codes[f.upper])]
            )
            name = f"{lower.role}/{upper.role}"
            rows.append((name, f.kind, units, f.area_m2, 0.0, f.people, f.folded))
            shapes.append(f.geometry)
    names = ("layer", "kind", "units", "area_m2", "width_m", "people", "folded")
    fields = {name: column([row[i] for row in rows]) for i, name in enumerate(names)}
    return Layer("faults", "", np.array([*shapes, None], dtype=object)[:-1], fields)


def column(cells: list[Any]) -> npt.NDArray[Any]:
    """Return cells as a column of a layer: texts as objects, truth as 0 and 1, numbers as they are."""
    if cells and isinstance(cells[0], str):
        out = np.empty(len(cells), dtype=object)
        out[:] = [str(cell) for cell in cells]
        return out
    whole = all(isinstance(cell, int) for cell in cells)
    return np.array(cells, np.int64 if whole else np.float64)


def checked_lines(checked: Checked) -> list[str]:
    """Return a line of counts, the headline indicators, then a line per finding."""
    lines = finding_lines(checked.findings)
    health = checked.division.health
    return lines if health is None else [lines[0], *health_lines(health), *lines[1:]]


def health_lines(health: Health) -> list[str]:
    """Return the headline indicators and the splits in a line each."""
    found, mean = health.indicators, health.followed_mean
    lines = [
        _(
            "Uneven sizes: people vary by {people:.0%}, area by {area:.0%}; balance index {balance:.1f}"
        ).format(people=found.unevenness_people, area=found.unevenness_area, balance=found.balance),
        _("Crossing areas: {area:.0f} m2 with {people} people under more than one master").format(
            area=found.crossing_m2, people=found.crossing_people
        ),
        _("Redundant staff: {n} workers beyond one per general grid").format(n=found.redundancy),
    ]
    if isfinite(mean):
        lines.append(_("Lines along roads, water, walls and limits: {share:.0%}").format(share=mean))
    if health.splits:
        counts = Counter(split.level for split in health.splits)
        text = _(", ").join(f"{level_word(level)} {n}" for level, n in counts.items())
        lines.append(_("Units that lie in several grids: {units}").format(units=text))
    return lines


def finding_lines(findings: Sequence[Finding]) -> list[str]:
    """Return a line of counts, then one per finding; of each rule the first `MOST_LINES` only."""
    counts = Counter(f.severity for f in findings)
    marks = {Severity.ERROR: _("error"), Severity.WARNING: _("warning"), Severity.INFO: _("remark")}
    total = _("{errors} errors, {warnings} warnings, {infos} remarks").format(
        errors=counts[Severity.ERROR], warnings=counts[Severity.WARNING], infos=counts[Severity.INFO]
    )
    shown: Counter[str] = Counter()
    lines = [total]
    for f in findings:
        shown[f.rule] += 1
        if shown[f.rule] <= MOST_LINES:
            lines.append(f"[{marks[f.severity]}] {f.text} {f.remedy}".rstrip())
    for rule, n in shown.items():
        if n > MOST_LINES:
            text = _(
                "{n} more of the kind '{rule}' are not shown; --json, --xlsx or --gpkg gives all of them."
            )
            lines.append(text.format(n=n - MOST_LINES, rule=rule_word(rule)))
    return lines
