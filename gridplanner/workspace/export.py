# SPDX-License-Identifier: LGPL-3.0-or-later
"""Hand a finished plan over: every file of the output folder, as one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gridplanner.io.project import save_project
from gridplanner.io.transaction import export_folder
from gridplanner.io.writing import write_vector
from gridplanner.maps.book import write_maps
from gridplanner.maps.web import write_web_map
from gridplanner.model.finding import Finding
from gridplanner.model.outcome import Outcome
from gridplanner.model.project import ProjectContents
from gridplanner.progress import Executor, Inline, Progress, Silent
from gridplanner.reports.buildings import write_buildings
from gridplanner.reports.certificate import write_certificate
from gridplanner.reports.crosswalk import write_crosswalk
from gridplanner.reports.findings import write_findings
from gridplanner.reports.forms import write_registration_forms
from gridplanner.reports.notice import write_notice
from gridplanner.reports.plan_document import write_plan_document
from gridplanner.reports.summary import build_summary, write_summary
from gridplanner.reports.workbook import write_workbook
from gridplanner.texts import _
from gridplanner.workspace.config import ExportOptions
from gridplanner.workspace.output_layers import field_meanings, output_layers

#: Layers that go into every folder of shapefiles; the others only where they exist.
SHAPE_LAYERS = ("communities", "grids_before", "grids", "atoms", "buildings", "barriers", "bridges")


@dataclass(frozen=True, eq=False)
class Part:
    """One independent share of the export, done in one process.

    Parameters
    ----------
    name : str
        `papers`, `vectors`, `ledgers` or `project`.
    outcome : Outcome
    contents : ProjectContents
    folder : Path
        The temporary folder of the transaction.
    options : ExportOptions
    """

    name: str
    outcome: Outcome
    contents: ProjectContents
    folder: Path
    options: ExportOptions


@dataclass(frozen=True)
class PartDone:
    """What a share wrote: CPU seconds and what could not be written as it is."""

    cpu_seconds: float
    findings: tuple[Finding, ...] = ()


def export(
    outcome: Outcome,
    contents: ProjectContents,
    out: Path,
    options: ExportOptions,
    facts: Mapping[str, Any],
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> tuple[Outcome, tuple[Finding, ...]]:
    """Write every output of a plan to a folder; all of them or none.

    Parameters
    ----------
    outcome : Outcome
    contents : ProjectContents
        Saved as `project.gpkg`.
    out : Path
    options : ExportOptions
    facts : mapping
        `seconds`, `cpu_seconds`, `seed`, `numbering` for `summary.json`.

    Returns
    -------
    outcome : Outcome
        With the summary filled in.
    findings : tuple of Finding
        Losses that a format forces (a character outside GBK, a text too long).
    """
    executor, progress = executor or Inline(), progress or Silent()
    started = time.perf_counter()
    with export_folder(out) as folder:
        parts = [Part(name, outcome, contents, folder, options) for name in PARTS]
        done = []
        for i, result in enumerate(executor.run(write_part, parts, progress)):
            done.append(result)
            progress.step(i + 1, len(parts), _("Writing the output"))
        findings = tuple(f for part in done for f in part.findings)
        write_findings((*contents.findings, *outcome.after.findings, *findings), folder / "findings.csv")
        (folder / "config.toml").write_text(contents.config, encoding="utf-8", newline="\n")
        cpu = {**facts["cpu_seconds"], "export": sum(part.cpu_seconds for part in done)}
        seconds = facts["seconds"] + time.perf_counter() - started
        outputs = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
        outputs = sorted({*outputs, "summary.json"})
        summary = build_summary(
            outcome,
            seconds=seconds,
            cpu_seconds=cpu,
            outputs=outputs,
            seed=facts["seed"],
            numbering=facts["numbering"],
            read_findings=(*contents.findings, *findings),
        )
        outcome = replace(outcome, summary=summary)
        write_summary(summary, folder / "summary.json")
    return outcome, findings


def write_part(part: Part) -> PartDone:
    """Write one share of the output; runs in any process."""
    started = time.process_time()
    findings = PARTS[part.name](part)
    return PartDone(time.process_time() - started, findings)


def _papers(part: Part) -> tuple[Finding, ...]:
    """Write the maps and the plan document that shows them."""
    write_maps(part.outcome, part.folder / "maps", part.options.maps)
    images = sorted((part.folder / "maps").glob("*.png"))
    write_plan_document(part.outcome, part.folder / "plan.docx", images)
    return ()


def _vectors(part: Part) -> tuple[Finding, ...]:
    """Write the layers in every format asked for."""
    layers = output_layers(part.outcome)
    aliases = {key: name for key, (name, _remark) in field_meanings().items()}
    crs = part.outcome.district.crs
    (part.folder / "shp").mkdir()
    findings: list[Finding] = []
    for name in SHAPE_LAYERS:
        if name in layers:
            path = part.folder / "shp" / f"{name}.shp"
            findings += write_vector(
                layers[name], path, crs, format="shp", profile=part.options.encoding, aliases=aliases
            )
    for form in part.options.formats:
        if form != "shp":
            path = part.folder / f"grids.{form}"
            findings += write_vector(layers["grids"], path, crs, format=form, aliases=aliases)
    return tuple(findings)


def _ledgers(part: Part) -> tuple[Finding, ...]:
    """Write crosswalk, certificate, workbook, web map, and the papers for street and residents."""
    outcome, folder = part.outcome, part.folder
    write_crosswalk(outcome, folder / "crosswalk.csv")
    write_certificate(outcome.certificate, folder / "certificate.json")
    write_workbook(outcome, folder / "ledger.xlsx")
    papers = folder / "papers"
    papers.mkdir()
    write_registration_forms(outcome, papers / "registration.docx")
    write_notice(outcome, papers / "notice.docx")
    write_buildings(outcome, papers / "buildings.csv")
    (folder / "web").mkdir()
    write_web_map(outcome, folder / "web" / "map.html")
    return ()


def _project(part: Part) -> tuple[Finding, ...]:
    """Save the project beside its papers."""
    save_project(part.folder / "project.gpkg", part.contents)
    return ()


#: The longest first, so that two workers finish together.
PARTS: Mapping[str, Callable[[Part], tuple[Finding, ...]]] = {
    "papers": _papers,
    "vectors": _vectors,
    "ledgers": _ledgers,
    "project": _project,
}
