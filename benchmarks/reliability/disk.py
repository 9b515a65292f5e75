# SPDX-License-Identifier: LGPL-3.0-or-later
"""R4: a full disk, for every format and many sizes: said in one sentence, the old files untouched."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import openpyxl

from benchmarks.reliability import subjects
from benchmarks.reliability.outcome import Run
from gridplanner.errors import UserError
from gridplanner.io.project.project import save_project
from gridplanner.io.transaction import export_folder
from gridplanner.io.whole import broken_files
from gridplanner.io.writing import write_vector
from gridplanner.maps.book import write_sheet
from gridplanner.maps.web import write_web_map
from gridplanner.model.outcome import Outcome
from gridplanner.reports.buildings import write_buildings
from gridplanner.reports.certificate import write_certificate
from gridplanner.reports.comparison import write_comparison
from gridplanner.reports.crosswalk import write_crosswalk
from gridplanner.reports.findings import write_findings
from gridplanner.reports.forms import write_registration_forms
from gridplanner.reports.notice import write_notice
from gridplanner.reports.office_register import fill_register
from gridplanner.reports.plan_document import write_plan_document
from gridplanner.reports.workbook import write_workbook
from gridplanner.workspace.handover.output_layers import output_layers

Writer = Callable[[Path], object]
FRACTIONS = (0.0, 0.01, *(i / 20 for i in range(1, 19)))
_LARGE = "64m"
_PAGE = 4096


def writers(outcome: Outcome) -> Mapping[str, Writer]:
    """Return what writes one file (or set) of each format into a folder."""
    layers = output_layers(outcome)
    crs = outcome.district.crs
    vectors: dict[str, Writer] = {
        form: lambda folder, form=form: write_vector(
            layers["grids"], folder / f"grids.{form}", crs, format=form
        )
        for form in ("shp", "gpkg", "geojson", "kml", "dxf", "csv", "xlsx")
    }
    sheets: dict[str, Writer] = {
        f"map {form}": lambda folder, form=form: write_sheet("district", outcome, folder / f"district.{form}")
        for form in ("pdf", "png", "svg")
    }
    contents = subjects.project(8)
    return {
        **vectors,
        **sheets,
        "ledger": lambda folder: write_workbook(outcome, folder / "ledger.xlsx"),
        "document": lambda folder: write_plan_document(outcome, folder / "plan.docx", []),
        "crosswalk": lambda folder: write_crosswalk(outcome, folder / "crosswalk.csv"),
        "notice": lambda folder: write_notice(outcome, folder / "notice.docx"),
        "forms": lambda folder: write_registration_forms(outcome, folder / "registration.docx"),
        "buildings": lambda folder: write_buildings(outcome, folder / "buildings.csv"),
        "chart": lambda folder: write_sheet("organisation", outcome, folder / "organisation.svg"),
        "comparison": lambda folder: write_comparison({"一": outcome, "二": outcome}, folder / "both.xlsx"),
        "register": lambda folder: _fill(outcome, folder),
        "findings": lambda folder: write_findings(outcome.after.findings, folder / "findings.csv"),
        "certificate": lambda folder: write_certificate(outcome.certificate, folder / "certificate.json"),
        "web map": lambda folder: write_web_map(outcome, folder / "map.html"),
        "project": lambda folder: save_project(folder / "project.gpkg", contents),
    }


def _fill(outcome: Outcome, folder: Path) -> None:
    """Fill the office's register; its template lies elsewhere."""
    with tempfile.TemporaryDirectory() as elsewhere:
        template = Path(elsewhere) / "template.xlsx"
        book = openpyxl.Workbook()
        book.active.append(["网格编码", "网格名称", "人口", "备注"])
        book.save(template)
        fill_register(outcome, template, folder / "register.xlsx")


@contextmanager
def small_disk() -> Iterator[Path]:
    """Give a disk in memory whose size can be set; raises PermissionError where we may not mount."""
    folder = Path(tempfile.mkdtemp())
    try:
        if os.name == "nt" or shutil.which("mount") is None:
            raise PermissionError
        command = ["mount", "-t", "tmpfs", "-o", f"size={_LARGE}", "none", str(folder)]
        if subprocess.run(command, check=False, capture_output=True).returncode != 0:
            raise PermissionError
        try:
            yield folder
        finally:
            subprocess.run(["umount", "-l", str(folder)], check=False)
    finally:
        folder.rmdir()


def _resize(folder: Path, size: int | str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True, capture_output=True)


def full_disk(fractions: Sequence[float] = FRACTIONS, names: Sequence[str] = ()) -> Run:
    """R4: write each format where only a fraction of what it needs is free.

    Parameters
    ----------
    fractions : sequence of float
        Shares of the needed space that are free, all below 1.
    names : sequence of str
        Formats to try; all if empty.
    """
    failures: list[str] = []
    cases = 0
    try:
        for name, write in writers(subjects.outcome()).items():
            if names and name not in names:
                continue
            with small_disk() as disk:
                cases += len(fractions)
                failures += _in_child(lambda disk=disk, write=write: _try_sizes(disk, write, fractions), name)
    except PermissionError:
        return Run("R4", skipped="needs the right to mount a small disk (root)")
    note = f"{cases // max(len(fractions), 1)} formats x {len(fractions)} sizes"
    return Run("R4", cases, tuple(failures), note)


def _try_sizes(disk: Path, write: Writer, fractions: Sequence[float]) -> list[str]:
    out, failures = disk / "成果", []
    used = _write_once(out, write)
    before, size = _digest(out), _size(out)
    for fraction in fractions:
        _resize(disk, used + int(fraction * used) // _PAGE * _PAGE)
        wrong = _refusal(out, write, before, size)
        _resize(disk, _LARGE)
        if wrong:
            failures.append(f"at {fraction:.0%}: {wrong}")
    return failures


def _in_child(work: Callable[[], list[str]], name: str) -> list[str]:
    """Run in a forked process: a library that ends the process on a full disk is a failure like others."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        # Libraries complain a lot about a full disk; what counts is what we say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        try:
            os.write(writing, "\n".join(work()).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    said = b""
    while chunk := os.read(reading, 65536):
        said += chunk
    os.close(reading)
    _pid, status = os.waitpid(pid, 0)
    found = [f"{name} {line}" for line in said.decode().splitlines()]
    return [*found, f"{name}: the process ended with status {status}"] if status else found


def _write_once(out: Path, write: Writer) -> int:
    with export_folder(out) as folder:
        write(folder)
    return shutil.disk_usage(out).used


def _refusal(out: Path, write: Writer, before: str, before_size: int) -> str:
    """Return what was wrong with the way a full disk was met; empty if nothing."""
    try:
        with export_folder(out) as folder:
            write(folder)
    except UserError as error:
        if not any(word in str(error) for word in ("磁盘空间不足", "不完整")):
            return f"said '{error}'"
    except Exception as error:  # noqa: BLE001 - whatever else comes is the failure we look for
        return f"{type(error).__name__} instead of a sentence"
    else:
        # What fits is no failure, if it is whole: space is counted in pages.
        return "" if _is_complete(out, before_size) else "not noticed"
    if _digest(out) != before:
        return "the old files changed"
    left = [path.name for path in out.parent.iterdir() if path != out]
    return f"left behind {left}" if left else ""


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _is_complete(out: Path, before_size: int) -> bool:
    """Tell whether an export that went through is whole and as large as the one with room to spare."""
    return not broken_files(out) and abs(_size(out) / before_size - 1) < 0.01


def _digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        total.update(path.relative_to(folder).as_posix().encode())
        total.update(path.read_bytes() if path.is_file() else b"")
    return total.hexdigest()
