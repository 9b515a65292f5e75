# SPDX-License-Identifier: LGPL-3.0-or-later
"""Backups, recovery log, lock and session: nothing lost, nobody overwritten."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplanner.cli.parser import run_command
from gridplanner.errors import UserError
from gridplanner.io.project.project import open_project, save_project
from gridplanner.model.plan import Plan
from gridplanner.model.project import ProjectContents, Scenario
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RuleSet
from gridplanner.model.staff import Branch, BranchTie, Worker
from gridplanner.workspace.commands import EditGrid, MergeGrids, MoveAtoms
from gridplanner.workspace.safety import backups, lock, recovery, recovery_offer
from gridplanner.workspace.safety.backups import (
    find_backup,
    list_backups,
    make_backup,
    restore_backup,
    survivors,
)
from gridplanner.workspace.safety.lock import Holder, ProjectLock, lock_path, take_lock
from gridplanner.workspace.safety.restoring import editing, save_new
from gridplanner.workspace.session import (
    begin_session,
    offers_without_file,
    open_as_saved,
    open_restored,
    open_session,
)
from tests.builders import plan_of, town
from tests.comparison import differences


def small_project() -> ProjectContents:
    district = town("AABB\nAABB\nCCDD")
    plan = replace(
        plan_of(district, "AABB\nAABB\nCCDD"),
        name="一",
        branches=(Branch("B1", "支部", secretary="李四", phone="13900000000"),),
        workers=(Worker("W1", "张三", "13800000000"),),
        ties=(BranchTie(0, "B1"),),
    )
    return ProjectContents(district, RuleSet(), PlanRequest(), {"一": Scenario(plan)}, "一")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "项目.gpkg"
    save_project(path, small_project())
    return path


# --- backups -------------------------------------------------------------------------------------------


def test_unchanged_projects_are_not_copied_again(saved: Path) -> None:
    assert make_backup(saved) is not None
    assert make_backup(saved) is None
    save_project(saved, small_project())
    assert make_backup(saved) is not None
    assert len(list_backups(saved)) == 2


def test_equal_names_in_two_folders_stay_apart(saved: Path, tmp_path: Path) -> None:
    other = tmp_path / "b" / saved.name
    other.parent.mkdir()
    save_project(other, small_project())
    make_backup(saved)
    make_backup(other)
    assert len(list_backups(saved)) == len(list_backups(other)) == 1


def test_a_restore_brings_the_backup_and_keeps_what_stood_there(saved: Path) -> None:
    make_backup(saved, datetime(2026, 1, 2, 3, 4, 5))
    save_project(saved, replace(small_project(), config="later"))
    restore_backup(find_backup(saved, "2026-01-02"), saved)
    assert open_project(saved).config == ""
    assert any(open_project(backup.path).config == "later" for backup in list_backups(saved))


def test_a_damaged_project_is_set_aside_by_a_restore(saved: Path) -> None:
    make_backup(saved)
    saved.write_bytes(b"broken")
    restore_backup(list_backups(saved)[0], saved)
    assert open_project(saved).config == ""
    assert [p.read_bytes() for p in saved.parent.glob("*.damaged-*")] == [b"broken"]


def test_a_damaged_backup_is_never_restored(saved: Path) -> None:
    backup = make_backup(saved)
    assert backup is not None
    backup.path.write_bytes(backup.path.read_bytes()[:5000])
    before = saved.read_bytes()
    with pytest.raises(UserError):
        restore_backup(backup, saved)
    assert saved.read_bytes() == before


def test_no_backup_is_said(saved: Path) -> None:
    with pytest.raises(UserError, match="没有"):
        find_backup(saved, "1999")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-400 * 24 * 60, 400 * 24 * 60), min_size=1, max_size=60))
def test_thinning_keeps_the_promised_ones_whatever_the_clock_does(minutes: list[int]) -> None:
    kept: set[datetime] = set()
    for minute in minutes:
        made = datetime(2026, 6, 1) + timedelta(minutes=minute)
        everything = {*kept, made}
        kept = survivors(kept, newest=made)
        assert made in kept <= everything
        for period, count in backups.KEPT:
            periods = sorted({t.strftime(period) for t in everything}, reverse=True)
            latest = [max(t for t in everything if t.strftime(period) == p) for p in periods]
            ordered = sorted(latest, reverse=True)[:count]
            assert set(ordered) <= kept


def test_a_year_of_work_leaves_a_bounded_number() -> None:
    kept: set[datetime] = set()
    start = datetime(2026, 1, 1, 8)
    for day in range(365):
        for hour in range(9):
            kept = survivors(kept, newest=start + timedelta(days=day, hours=hour))
    assert len(kept) <= 10 + 14 + 8 + 12
    days = {time.date() for time in kept}
    assert {(start + timedelta(days=d)).date() for d in range(365 - 14, 365)} <= days
    assert len({(t.year, t.month) for t in kept}) == 12


# --- recovery ------------------------------------------------------------------------------------------


def crash(session: object) -> None:
    """Forget a session as a killed process would: the lock of a dead process, the log as it is."""
    held = session._lock  # type: ignore[attr-defined]
    if held is not None:
        held._stop.set()
        held._thread.join()
        text = json.loads(held.path.read_text())
        held.path.write_text(json.dumps({**text, "pid": dead_pid()}))
    session._log.close()  # type: ignore[attr-defined]


def dead_pid() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_steps_come_back_after_a_crash(saved: Path) -> None:
    session, offer = open_session(saved)
    assert session is not None and offer is None and not session.unsaved
    workspace = session.workspace
    workspace.do(MergeGrids((0, 1)))
    workspace.do(MoveAtoms((8,), 1))
    workspace.do(EditGrid(0, name="新名称"))
    workspace.undo()
    workspace.set_rules(RuleSet(people=Band(1, 2)))
    workspace.waive("people|1", "核实")
    workspace.add_scenario("二", workspace.plan)
    wanted = workspace.contents
    assert session.unsaved
    crash(session)
    again, offer = open_session(saved)
    assert again is None and offer is not None
    assert offer.steps == 7
    assert "恢复" in offer.sentence() and offer.labels[0] == "合并 2 个网格"
    restored = open_restored(saved, offer)
    assert differences(wanted, restored.workspace.contents) == []
    assert restored.unsaved
    # A second crash right after the restore loses nothing either.
    crash(restored)
    _none, offer = open_session(saved)
    assert offer is not None and differences(wanted, offer.contents) == []
    restored = open_restored(saved, offer)
    restored.save()
    restored.close()
    assert differences(wanted, open_project(saved)) == []
    session, offer = open_session(saved)
    assert offer is None and session is not None
    session.close()


def test_private_fields_of_staff_stay_out_of_the_log_and_come_back(saved: Path) -> None:
    session, _offer = open_session(saved)
    assert session is not None
    session.workspace.add_scenario("二", session.workspace.plan)
    log = recovery.log_path(saved)
    for private in ("13900000000", "13800000000", "李四", "张三"):
        assert private.encode() not in log.read_bytes()
    crash(session)
    _none, offer = open_session(saved)
    assert offer is not None
    assert offer.contents.scenarios["二"].plan.branches[0].secretary == "李四"
    assert offer.contents.scenarios["二"].plan.workers[0].phone == "13800000000"
    open_as_saved(saved).close()


def test_giving_up_the_steps_opens_the_saved_state(saved: Path) -> None:
    session, _offer = open_session(saved)
    assert session is not None
    session.workspace.do(MergeGrids((0, 1)))
    crash(session)
    session = open_as_saved(saved)
    assert session.workspace.plan.n_grids == 4
    session.close()
    session, offer = open_session(saved)
    assert session is not None and offer is None
    session.close()


@pytest.mark.parametrize("cut", [1, 7, 40])
def test_a_torn_last_line_costs_only_the_last_step(saved: Path, cut: int) -> None:
    session, _offer = open_session(saved)
    assert session is not None
    for name in ("a", "b", "c"):
        session.workspace.do(EditGrid(0, name=name))
    crash(session)
    log = recovery.log_path(saved)
    log.write_bytes(log.read_bytes()[:-cut])
    _none, offer = open_session(saved)
    assert offer is not None
    # Only the end of the line is lost with one byte, so the step itself is whole.
    assert offer.steps == (3 if cut == 1 else 2)
    open_as_saved(saved).close()


@settings(max_examples=30, deadline=None)
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_flipped_bit_never_gives_a_wrong_state(
    tmp_path_factory: pytest.TempPathFactory, place: int, bit: int
) -> None:
    contents = small_project()
    project = tmp_path_factory.mktemp("flip") / "p.gpkg"
    log = recovery.RecoveryLog(recovery.log_path(project), contents, "base")
    states: list[Plan] = []
    for name in ("a", "b", "c"):
        plan = EditGrid(0, name=name).apply(contents.scenarios["一"].plan, contents.district)
        contents = replace(contents, scenarios={"一": Scenario(plan)})
        log.record(contents, name)
        states.append(plan)
    log.close()
    data = bytearray(log.path.read_bytes())
    data[place % len(data)] ^= 1 << bit
    log.path.write_bytes(bytes(data))
    offer = recovery_offer.find_offer(project, small_project(), "base")
    if offer is not None:
        assert differences(states[offer.steps - 1], offer.contents.scenarios["一"].plan) == []


def test_a_log_of_another_save_is_kept_but_not_applied(saved: Path) -> None:
    session, _offer = open_session(saved)
    assert session is not None
    session.workspace.do(MergeGrids((0, 1)))
    crash(session)
    save_project(saved, small_project())
    session, offer = open_session(saved)
    assert session is not None and offer is None
    session.close()
    assert list(recovery.log_path(saved).parent.glob("*.other"))


def test_a_project_without_a_file_is_recovered_too() -> None:
    session = begin_session(small_project())
    session.workspace.do(MergeGrids((0, 1)))
    session._log.close()  # type: ignore[union-attr]
    assert offers_without_file() == ()
    found = recovery_offer.unsaved_projects(lambda pid: False)
    assert [offer.steps for _path, offer in found] == [1]
    assert found[0][1].contents.scenarios["一"].plan.n_grids == 3


def test_a_project_without_a_file_and_without_a_step_leaves_nothing_behind() -> None:
    session = begin_session(small_project())
    session._log.close()  # type: ignore[union-attr]
    folder = recovery.log_path(None).parent
    assert list(folder.glob("*.base.gpkg"))
    recovery_offer.unsaved_projects(lambda pid: True)
    assert list(folder.glob("*.base.gpkg")), "its program still lives"
    recovery_offer.unsaved_projects(lambda pid: False)
    assert not list(folder.glob("unsaved-*"))


def test_a_damaged_log_of_a_project_without_a_file_is_not_removed() -> None:
    session = begin_session(small_project())
    session.workspace.do(MergeGrids((0, 1)))
    session._log.close()  # type: ignore[union-attr]
    [log] = recovery.log_path(None).parent.glob("unsaved-*.log")
    log.write_bytes(log.read_bytes().replace(b'"step"', b'"stop"'))
    assert recovery_offer.unsaved_projects(lambda pid: False) == ()
    assert log.exists() and recovery.base_path(log).exists()


def test_a_full_disk_for_the_log_is_a_message_not_a_crash(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _offer = open_session(saved)
    assert session is not None

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recovery.os, "fsync", full)
    session.workspace.do(MergeGrids((0, 1)))
    assert "立即保存" in session.problem
    assert session.workspace.plan.n_grids == 3
    monkeypatch.undo()
    session.close(discard=True)


# --- lock ----------------------------------------------------------------------------------------------


def test_the_second_opener_reads_only_and_is_told_by_whom(saved: Path) -> None:
    first, _offer = open_session(saved)
    second, _offer = open_session(saved)
    assert first is not None and second is not None
    assert second.workspace.read_only
    assert second.holder is not None and lock.user_name() in second.holder.sentence()
    with pytest.raises(UserError, match="只读"):
        second.workspace.do(MergeGrids((0, 1)))
    with pytest.raises(UserError, match="另存"):
        second.save()
    copy = saved.with_name("副本.gpkg")
    second.save(copy)
    second.workspace.do(MergeGrids((0, 1)))
    second.save()
    assert open_project(copy).scenarios["一"].plan.n_grids == 3
    second.close()
    first.save()
    first.close()
    assert not lock_path(saved).exists() and not lock_path(copy).exists()


def test_saving_over_a_project_somebody_has_open_is_refused(saved: Path, tmp_path: Path) -> None:
    first, _offer = open_session(saved)
    other = begin_session(small_project())
    with pytest.raises(UserError, match="换一个"):
        other.save(saved)
    other.close(discard=True)
    assert first is not None
    first.close()


def test_the_lock_of_a_dead_process_is_taken_over(saved: Path) -> None:
    dead = Holder(lock.socket.gethostname(), "u", "2026-01-01T00:00:00", dead_pid(), "t")
    lock_path(saved).write_text(json.dumps(lock.asdict(dead)))
    taken = take_lock(saved)
    assert isinstance(taken, ProjectLock)
    taken.release()


@pytest.mark.parametrize(("age_s", "taken"), [(10.0, False), (lock.DEAD_AFTER_S + 60, True)])
def test_the_lock_of_another_host_is_dead_when_not_renewed(saved: Path, age_s: float, taken: bool) -> None:
    path = lock_path(saved)
    path.write_text(json.dumps(lock.asdict(Holder("other-host", "u", "2026-01-01T00:00:00", 1, "t"))))
    then = time.time() - age_s
    os.utime(path, (then, then))
    found = take_lock(saved)
    assert isinstance(found, ProjectLock) is taken
    if isinstance(found, ProjectLock):
        found.release()


def test_a_renewed_lock_stays_young(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "RENEW_S", 0.02)
    held = take_lock(saved)
    assert isinstance(held, ProjectLock)
    os.utime(held.path, (1, 1))
    deadline = time.monotonic() + 5
    while held.path.stat().st_mtime == 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert held.path.stat().st_mtime > 1
    held.release()


def test_a_lock_taken_over_meanwhile_is_neither_used_nor_removed(saved: Path) -> None:
    session, _offer = open_session(saved)
    assert session is not None
    lock_path(saved).write_text(json.dumps(lock.asdict(Holder("h", "u", "2026-01-01T00:00:00", 1, "t"))))
    with pytest.raises(UserError, match="另存"):
        session.save()
    session.close()
    assert lock_path(saved).exists()


def test_an_unreadable_lock_is_replaced_after_a_moment(saved: Path) -> None:
    lock_path(saved).write_text("")
    then = time.time() - 60
    os.utime(lock_path(saved), (then, then))
    taken = take_lock(saved)
    assert isinstance(taken, ProjectLock)
    taken.release()


def test_what_another_saved_meanwhile_is_not_overwritten_unasked(saved: Path) -> None:
    session, _offer = open_session(saved)
    assert session is not None
    session.workspace.do(MergeGrids((0, 1)))
    save_project(saved, replace(small_project(), config="theirs"))
    with pytest.raises(UserError, match="其他人"):
        session.save()
    assert open_project(saved).config == "theirs"
    session.save(overwrite=True)
    assert any(open_project(b.path).config == "theirs" for b in list_backups(saved))
    session.close()


# --- the command line ----------------------------------------------------------------------------------


def test_the_command_line_lists_and_brings_back(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_backup(saved, datetime(2026, 1, 2, 3, 4, 5))
    with editing(saved) as (contents, save):
        save(replace(contents, config="later"))
    assert run_command(["restore", str(saved)]) == 0
    assert "2026-01-02 03:04:05" in capsys.readouterr().out
    assert run_command(["restore", str(saved), "--time", "2026-01-02"]) == 0
    assert open_project(saved).config == ""


def test_the_command_line_does_not_put_lost_steps_aside(saved: Path) -> None:
    session, _offer = open_session(saved)
    assert session is not None
    session.workspace.do(MergeGrids((0, 1)))
    with pytest.raises(UserError, match="只读"), editing(saved):
        pass
    crash(session)
    with pytest.raises(UserError, match="restore --steps"), editing(saved):
        pass
    assert run_command(["restore", str(saved), "--steps", "--quiet"]) == 0
    assert open_project(saved).scenarios["一"].plan.n_grids == 3
    assert not lock_path(saved).exists()


def test_a_new_project_never_replaces_another_file(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    path.write_text("mine")
    with pytest.raises(UserError, match="不是项目文件"):
        save_new(path, small_project())
    assert path.read_text() == "mine"
