# SPDX-License-Identifier: LGPL-3.0-or-later
"""What each sub-command does with its arguments: call one use-case, print its result."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gridplanner.cli.exchange import chosen_export, tell_losses
from gridplanner.cli.planning import aligned, is_small, small_answer, trade_off_table
from gridplanner.cli.terminal import TerminalProgress
from gridplanner.errors import UserError
from gridplanner.model.request import PlanRequest
from gridplanner.progress import Executor
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.model.finding import Finding

#: Findings printed one by one; `--json` and `--xlsx` hold all of them.
_SHOWN = 20
ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE_CONFIG = ROOT / "sample_shapefiles" / "config.toml"
#: Processes of the tests at most; each may hold a city of a gigabyte.
_TEST_PROCESSES = 4


def run_demo(options: argparse.Namespace) -> int:
    """Do the whole main job on the sample district."""
    options.config = SAMPLE_CONFIG
    code = run_run(options)
    page = options.out / "web" / "map.html"
    if options.open and page.exists():
        webbrowser.open(page.resolve().as_uri())
    return code


def run_run(options: argparse.Namespace) -> int:
    """Do the whole main job on the layers of a configuration."""
    from gridplanner.workspace.config import load_config  # slow imports, wanted by this command only
    from gridplanner.workspace.main_job import run_main_job
    from gridplanner.workspace.results import result_lines

    config = load_config(options.config)
    config = replace(
        config, request=_request(config.request, options), export=chosen_export(options)(config.export)
    )
    with _progress(options) as progress, _executor(options) as executor:
        result = run_main_job(config, options.out, executor, progress, _teller(options))
    if not options.quiet:
        print("\n".join(result_lines(result.outcome, result.out)))
        if result.version:
            print(_("Published as version {n}.").format(n=result.version))
    return 0 if result.legal else 1


def run_check(options: argparse.Namespace) -> int:
    """Check a project or layers and print the findings."""
    from gridplanner.workspace.checking import check_paths, checked_lines, write_checked  # slow imports

    with _progress(options) as progress:
        checked = check_paths(options.paths, progress, options.crs)
    write_checked(checked, options.json, options.xlsx, options.gpkg)
    _said(options, "\n".join(checked_lines(checked)))
    return 1 if any(f.counts for f in checked.findings) else 0


def run_new(options: argparse.Namespace) -> int:
    """Make a project file from a configuration."""
    from gridplanner.workspace.projects import new_project  # slow imports

    with _progress(options) as progress:
        new_project(options.project, options.config, progress)
    return _said(options, _("Project {path} is ready.").format(path=options.project))


def run_plan(options: argparse.Namespace) -> int:
    """Propose a plan and store it as a scenario, or several to choose from."""
    if is_small(options):
        return _said(options, small_answer(options))
    if options.trade_off is not None:
        with _progress(options) as progress, _executor(options) as executor:
            table = trade_off_table(options, lambda asked: _request(asked, options), executor, progress)
        return _said(options, table)
    from gridplanner.workspace.projects import plan_project  # slow imports

    with _progress(options) as progress, _executor(options) as executor:
        planned = plan_project(
            options.project,
            lambda request: _request(request, options),
            options.accept,
            executor,
            progress,
            options.resume,
        )
    stored = _("The proposal is stored as scenario '{name}'.").format(name=planned.name)
    _said(options, "\n".join([*planned.lines, stored]))
    return 0 if planned.legal else 1


def run_assign(options: argparse.Namespace) -> int:
    """Assign branches, staff, codes and names to the plan in work."""
    from gridplanner.model.kinds import Severity
    from gridplanner.workspace.handover.findings_files import write_findings_as
    from gridplanner.workspace.projects import assign_project  # slow imports

    with _progress(options) as progress:
        findings = assign_project(options.project, progress)
    write_findings_as(findings, options.json, options.xlsx)
    # What an office must mend in its lists; the rest is for information.
    for finding in [f for f in findings if f.severity is not Severity.INFO][:_SHOWN]:
        _said(options, f"  - {finding.text}")
    return _said(options, _("Done; {n} findings on branches and staff.").format(n=len(findings)))


def run_export(options: argparse.Namespace) -> int:
    """Write every output of the plan in work."""
    from gridplanner.workspace.projects import export_project, preview_of_project  # slow imports
    from gridplanner.workspace.results import result_lines

    choose = chosen_export(options)
    if options.dry_run:
        from gridplanner.workspace.handover.preview import preview_lines  # slow imports

        preview = preview_of_project(options.project, choose)
        _said(options, "\n".join(preview_lines(preview)))
        return tell_losses(preview.told)
    with _progress(options) as progress, _executor(options) as executor:
        outcome = export_project(options.project, options.out, executor, progress, choose, _teller(options))
    return _said(options, "\n".join(result_lines(outcome, options.out)))


def run_compare(options: argparse.Namespace) -> int:
    """Compare two scenarios of a project."""
    from gridplanner.workspace.projects import compare_project, compared_rows  # slow imports

    table = compare_project(
        options.project, *("" if name == "-" else name for name in (options.a, options.b))
    )
    if options.json:
        options.json.write_text(json.dumps(table, ensure_ascii=False, indent=1), encoding="utf-8")
    if options.xlsx:
        from gridplanner.workspace.handover.papers import write_side_by_side  # wanted for a workbook only

        names = [options.a, options.b, *options.more]
        write_side_by_side(options.project, ["" if name == "-" else name for name in names], options.xlsx)
    names = [_("Today") if name == "-" else name for name in (options.a, options.b)]
    return _said(options, "\n".join(aligned([["", *names], *compared_rows(table)])))


def run_restore(options: argparse.Namespace) -> int:
    """List the backups of a project, or bring back one, or the steps that a crash left."""
    from gridplanner.workspace.safety.restoring import (  # slow imports
        backups_of,
        bring_back,
        bring_back_steps,
    )

    if options.steps:
        return _said(options, _("{n} steps are back.").format(n=bring_back_steps(options.project)))
    if options.time is not None:
        made = bring_back(options.project, options.time).time
        return _said(options, _("The state of {time} is back.").format(time=f"{made:%Y-%m-%d %H:%M:%S}"))
    lines = [f"{backup.time:%Y-%m-%d %H:%M:%S}" for backup in backups_of(options.project)]
    return _said(options, "\n".join(lines) or _("There are no backups of this project yet."))


def run_verify(options: argparse.Namespace) -> int:
    """Re-check the claims of an output folder."""
    from gridplanner.verify.report import verify_folder  # stands alone, imported by this command only

    report = verify_folder(options.folder)
    if options.json:
        options.json.write_text(report.to_json(), encoding="utf-8")
    _said(options, "\n".join(report.lines()))
    return 0 if report.true else 1


def run_bench(options: argparse.Namespace) -> int:
    """Run `benchmarks/NAME/run.py`."""
    known = sorted(p.parent.name for p in (ROOT / "benchmarks").glob("*/run.py"))
    if options.name not in known:
        raise UserError(
            _("There is no benchmark '{name}'; choose one of {known}.").format(
                name=options.name, known=", ".join(known)
            )
        )
    sys.path.insert(0, str(ROOT))
    return int(importlib.import_module(f"benchmarks.{options.name}.run").main(options.rest) or 0)


def run_test(options: argparse.Namespace) -> int:
    """Run the tests with pytest; further arguments are pytest's."""
    environment = dict(os.environ)
    if not (
        environment.get("DISPLAY")
        or environment.get("WAYLAND_DISPLAY")
        or sys.platform in ("win32", "darwin")
    ):
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    # The whole suite runs on all cores, file by file: a file's tests share what is dear to make.
    asked = [word for word in options.rest if word != "--"]
    processes = str(min(os.cpu_count() or 1, _TEST_PROCESSES))
    rest = asked or ["-n", processes, "--dist", "loadfile", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", *rest]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode  # our own tests


def _teller(options: argparse.Namespace) -> Callable[[Sequence[Finding]], object] | None:
    """Return what prints losses; nothing where only errors are wanted."""
    return None if options.quiet else tell_losses


def _request(request: PlanRequest, options: argparse.Namespace) -> PlanRequest:
    """Return the request with what the command line overrides."""
    changes: dict[str, object] = {}
    total = getattr(options, "total", None)
    if total is not None:
        from gridplanner.workspace.config import request_from_table  # slow imports

        changes["total"] = request_from_table({"total": int(total) if total.isdigit() else total}).total
    given = {"mode": getattr(options, "mode", None), "seed": options.seed, "time_limit_s": options.time_limit}
    given |= {key: getattr(options, key, None) for key in ("carve", "attach", "effort")}
    changes.update({key: value for key, value in given.items() if value is not None})
    if getattr(options, "one_net", False):
        changes["one_net"] = True
    return replace(request, **changes)  # type: ignore[arg-type]


@contextmanager
def _executor(options: argparse.Namespace) -> Iterator[Executor]:
    """Open worker processes or a cluster for the length of a command."""
    from gridplanner.workspace.executors import Cluster, Processes  # wanted by planning commands only

    executor = (
        Cluster(options.cluster)
        if getattr(options, "cluster", None)
        else Processes(getattr(options, "workers", 0))
    )
    try:
        yield executor
    finally:
        executor.close()


@contextmanager
def _progress(options: argparse.Namespace) -> Iterator[TerminalProgress]:
    """Show progress for the length of a command."""
    progress = TerminalProgress(quiet=options.quiet)
    try:
        yield progress
    finally:
        progress.close()


def _said(options: argparse.Namespace, text: str) -> int:
    """Print a result unless quiet; return success."""
    if not options.quiet:
        print(text)
    return 0
