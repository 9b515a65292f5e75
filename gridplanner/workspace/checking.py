# SPDX-License-Identifier: LGPL-3.0-or-later
"""The health check on the command line: of a project, a configuration, or loose layers."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from gridplanner.io.probe import probe
from gridplanner.io.project import open_project
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import LayerSpec
from gridplanner.model.project import ProjectContents
from gridplanner.progress import Progress
from gridplanner.reports.findings import findings_json, write_findings_workbook
from gridplanner.texts import _
from gridplanner.workspace.config import config_from_table, load_config
from gridplanner.workspace.usecases import judge, read_project, today


def check_paths(paths: Sequence[Path], progress: Progress) -> tuple[Finding, ...]:
    """Return the findings of a project's plan in work, or of today's division in loose layers."""
    contents = _contents(paths, progress)
    scenario = contents.scenarios.get(contents.current)
    plan = scenario.plan if scenario else today(contents)
    division = judge(contents.district, plan, contents.rules, contents.waivers)
    return (*division.findings, *contents.findings)


def write_checked(findings: Sequence[Finding], as_json: Path | None, as_xlsx: Path | None) -> None:
    """Write the findings as JSON and as a workbook, where asked."""
    if as_json:
        text = json.dumps(findings_json(findings), ensure_ascii=False, indent=1)
        as_json.write_text(text, encoding="utf-8", newline="\n")
    if as_xlsx:
        write_findings_workbook(findings, as_xlsx)


def finding_lines(findings: Sequence[Finding]) -> list[str]:
    """Return a line of counts, then one per finding."""
    counts = Counter(f.severity for f in findings)
    marks = {Severity.ERROR: _("error"), Severity.WARNING: _("warning"), Severity.INFO: _("remark")}
    total = _("{errors} errors, {warnings} warnings, {infos} remarks").format(
        errors=counts[Severity.ERROR], warnings=counts[Severity.WARNING], infos=counts[Severity.INFO]
    )
    return [total, *(f"[{marks[f.severity]}] {f.text} {f.remedy}".rstrip() for f in findings)]


def _contents(paths: Sequence[Path], progress: Progress) -> ProjectContents:
    """Open a project, read a configuration, or guess what loose layers are."""
    if len(paths) == 1 and paths[0].suffix.lower() == ".toml":
        return read_project(load_config(paths[0]), progress)
    if len(paths) == 1 and is_project(paths[0]):
        return open_project(paths[0])
    layers: dict[str, LayerSpec] = {}
    for path in paths:
        for guess in probe(path):
            if guess.role and guess.role not in layers:
                layers[guess.role] = LayerSpec(str(path.resolve()), guess.layer)
    if "grids" in layers and not {"atoms", "buildings"} & set(layers):
        # Nothing finer is known: each grid is its own smallest area, with the people it states.
        layers["atoms"] = layers["grids"]
    table = {"layers": {role: {"path": s.path, "layer": s.layer} for role, s in layers.items()}}
    config = config_from_table(
        {
            **table,
            "rules": {"preset": "bazhou"},
            "repair": {"overlap": "most_people", "gap": "longest_border"},
        },
        Path.cwd(),
        paths[0].stem,
    )
    return read_project(config, progress)


def is_project(path: Path) -> bool:
    """Tell whether a file is a project of gridplanner (a GeoPackage with our table)."""
    if path.suffix.lower() != ".gpkg" or not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            row = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'gridplanner_meta'").fetchone()
    except sqlite3.DatabaseError:
        return False
    return row is not None
