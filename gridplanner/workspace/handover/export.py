# SPDX-License-Identifier: LGPL-3.0-or-later
"""Hand a finished plan over: every file of the output folder, as one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gridplanner.io.durable import plain_words
from gridplanner.io.project.project import save_project
from gridplanner.io.transaction import export_folder
from gridplanner.maps.book import make_sheets, write_maps, write_pages
from gridplanner.maps.web import write_web_map
from gridplanner.model.finding import Finding
from gridplanner.model.outcome import Outcome
from gridplanner.model.project import ProjectContents
from gridplanner.progress import Executor, Inline, Progress, Silent
from gridplanner.reports.buildings import write_buildings
from gridplanner.reports.certificate import write_certificate
from gridplanner.reports.communities import write_community_approval
from gridplanner.reports.crosswalk import write_crosswalk
from gridplanner.reports.findings import write_findings
from gridplanner.reports.forms import write_registration_forms
from gridplanner.reports.notice import write_notice
from gridplanner.reports.plan_document import write_plan_document
from gridplanner.reports.summary import build_summary, write_summary
from gridplanner.reports.workbook import write_workbook
from gridplanner.texts import _
from gridplanner.workspace.config import ExportOptions
from gridplanner.workspace.config_text import in_force
from gridplanner.workspace.handover.handing_over import (
    Tell,
    pack,
    planned_losses,
    settle_losses,
    write_layers,
)
from gridplanner.workspace.levels import with_levels

#: Dots per inch of the picture in the ledger.
CHART_DPI = 150


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
    out : Path
        The folder that the user named, for messages.
    options : ExportOptions
    """

    name: str
    outcome: Outcome
    contents: ProjectContents
    folder: Path
    out: Path
    options: ExportOptions


@dataclass(frozen=True)
class PartDone:
    """What a share wrote: CPU seconds and what could not be written as it is."""

    cpu_seconds: float
    findings: tuple[Finding, ...] = ()


def export(  # noqa: PLR0913 - each is a part of the plan or a choice of the caller
    outcome: Outcome,
    contents: ProjectContents,
    out: Path,
    options: ExportOptions,
    facts: Mapping[str, Any],
    executor: Executor | None = None,
    progress: Progress | None = None,
    *,
    tell: Tell | None = None,
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
    executor : Executor, optional
    progress : Progress, optional
    tell : callable, optional
        Given what the formats lose, before anything is written.

    Returns
    -------
    outcome : Outcome
        With the summary filled in.
    findings : tuple of Finding
        Losses that a format forces (a character outside GBK, a text too long).
    """
    executor, progress = executor or Inline(), progress or Silent()
    started = time.perf_counter()
    outcome = with_levels(outcome, progress)
    planned = planned_losses(outcome, options)
    settle_losses(planned, options, tell)
    after = replace(outcome.after, findings=(*outcome.after.findings, *planned))
    shown = replace(outcome, after=after)
    with export_folder(out, progress) as folder:
        parts = [Part(name, shown, contents, folder, out, options) for name in PARTS]
        done = []
        for i, result in enumerate(executor.run(write_part, parts, progress)):
            done.append(result)
            progress.step(i + 1, len(parts), _("Writing the output"))
        findings = tuple(f for part in done for f in part.findings)
        write_findings((*contents.findings, *outcome.after.findings, *findings), folder / "findings.csv")
        (folder / "config.toml").write_text(
            in_force(contents, outcome.after.plan), encoding="utf-8", newline="\n"
        )
        if options.zip:
            pack(folder, options, findings)
        seconds = facts["seconds"] + time.perf_counter() - started
        cpu = sum(part.cpu_seconds for part in done)
        outcome = _summed_up(outcome, folder, facts, seconds, cpu, (*contents.findings, *findings))
    return outcome, findings


def _summed_up(
    outcome: Outcome,
    folder: Path,
    facts: Mapping[str, Any],
    seconds: float,
    cpu_seconds: float,
    findings: tuple[Finding, ...],
) -> Outcome:
    """Write `summary.json`, which names every file beside it, and return the outcome with it."""
    outputs = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    summary = build_summary(
        outcome,
        seconds=seconds,
        cpu_seconds={**facts["cpu_seconds"], "export": cpu_seconds},
        outputs=sorted({*outputs, "summary.json"}),
        seed=facts["seed"],
        numbering=facts["numbering"],
        read_findings=findings,
    )
    write_summary(summary, folder / "summary.json")
    return replace(outcome, summary=summary)


def write_part(part: Part) -> PartDone:
    """Write one share of the output; runs in any process."""
    started = time.process_time()
    # Here, where a writer's own error has not lost its cause on the way out of the process.
    with plain_words(part.out):
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
    return write_layers(part.outcome, part.folder, part.options)


def _ledgers(part: Part) -> tuple[Finding, ...]:
    """Write crosswalk, certificate, workbook, web map, and the papers for street and residents."""
    outcome, folder = part.outcome, part.folder
    write_crosswalk(outcome, folder / "crosswalk.csv")
    write_certificate(outcome.certificate, folder / "certificate.json")
    with TemporaryDirectory() as apart:
        write_workbook(outcome, folder / "ledger.xlsx", _organisation_chart(part, Path(apart)))
    papers = folder / "papers"
    papers.mkdir()
    write_registration_forms(outcome, papers / "registration.docx")
    write_notice(outcome, papers / "notice.docx")
    if outcome.district.reforms:
        form = papers / "communities.docx"
        write_community_approval(outcome.district, form, demonstration=outcome.demonstration)
    write_buildings(outcome, papers / "buildings.csv")
    (folder / "web").mkdir()
    write_web_map(outcome, folder / "web" / "map.html")
    return ()


def _organisation_chart(part: Part, folder: Path) -> Path | None:
    """Draw the chart of the party organisation for the ledger, where the configuration wants one."""
    if not part.outcome.after.plan.branches or "organisation" not in part.options.maps.sheets:
        return None
    sheets = make_sheets("organisation", part.outcome, part.options.maps)
    return write_pages(sheets[:1], part.outcome, folder / "organisation.png", CHART_DPI)[0]


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
