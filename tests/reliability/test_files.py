# SPDX-License-Identifier: LGPL-3.0-or-later
"""R2, R4, R16, R18, R20, R25, R26: shares of the full runs."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.reliability import disk, hostile, power, soak, workstations
from gridplanner.errors import UserError
from gridplanner.io.durable import disk_full, plain_words
from gridplanner.maps import surface

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs processes and disks of POSIX")


def test_r2_a_power_cut_at_any_write_leaves_a_project() -> None:
    run = power.power_cut()
    if run.skipped:
        pytest.skip(run.skipped)
    assert run.kept, run.failures
    assert run.cases > 100


def test_r4_a_full_disk_is_named_for_every_format() -> None:
    run = disk.full_disk((0.0, 0.5, 0.9))
    if run.skipped:
        pytest.skip(run.skipped)
    assert run.kept, run.failures


def test_r16_mutated_projects_never_end_the_program() -> None:
    run = hostile.mutated_projects(400)
    assert run.kept, run.failures


def test_r18_no_save_is_lost_without_a_warning() -> None:
    run = workstations.two_workstations(20)
    assert run.kept, run.failures


def test_r25_a_year_of_backups_keeps_what_was_promised() -> None:
    run = workstations.year_of_backups()
    assert run.kept, run.failures


def test_r26_editing_leaves_no_files_behind() -> None:
    # Memory needs minutes to judge; the benchmark does that.
    run = soak.soak(3)
    assert not [failure for failure in run.failures if "left behind" in failure]


def test_opening_saving_and_logging_are_fast() -> None:
    # The limits themselves are for the benchmark on a quiet machine.
    run = soak.speed(repeats=3, patience=60)
    assert run.kept, run.failures


def test_a_database_that_does_not_fit_on_the_disk_is_told_in_a_sentence(tmp_path: Path) -> None:
    # `nearly_full` must not be what tells: a large page can fail to fit while small ones still would.
    with (
        closing(sqlite3.connect(tmp_path / "p.gpkg")) as database,
        pytest.raises(UserError, match=r"p\.gpkg") as told,
        plain_words(tmp_path / "p.gpkg"),
    ):
        database.execute("PRAGMA max_page_count = 2")
        database.execute("CREATE TABLE one (a)")
        database.execute("CREATE TABLE two (a)")
    assert str(told.value) == disk_full(tmp_path / "p.gpkg")


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf"])
def test_a_sheet_that_qt_cut_off_on_a_full_disk_is_told_as_such(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Qt says nothing of the reason, and by the time somebody could look the part is removed.
    path = tmp_path / f"map{ending}"
    monkeypatch.setattr(surface.shutil, "disk_usage", lambda _path: SimpleNamespace(free=0))
    surface.partial(path).write_bytes(b"half")
    with pytest.raises(UserError) as told, plain_words(path):
        surface.publish(path)
    assert str(told.value) == disk_full(path) and not list(tmp_path.iterdir())
