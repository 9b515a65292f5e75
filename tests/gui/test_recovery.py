# SPDX-License-Identifier: LGPL-3.0-or-later
"""The window keeps each step on the disk, offers what a crash left, and reads only what others have open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.reliability import subjects
from gridplanner.gui.session import Session
from gridplanner.gui.settings import user_folder
from gridplanner.io.project.project import open_project, save_project
from gridplanner.workspace.commands import EditGrid, MergeGrids
from gridplanner.workspace.safety.lock import ProjectLock, asdict, lock_path, take_lock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "项目.gpkg"
    save_project(path, subjects.project(6))
    return path


@pytest.fixture
def sessions(qtbot: Any) -> Any:
    made: list[Session] = []

    def make() -> Session:
        made.append(Session())
        return made[-1]

    yield make
    for session in made:
        session.close()


def opened(qtbot: Any, session: Session, path: Path) -> Session:
    with qtbot.waitSignal(session.judged, timeout=60_000):
        session.open_paths([str(path)])
    return session


def crash(session: Session, path: Path) -> None:
    """End as a killed process would: the worker gone with its lock standing, the log as it is."""
    session.log._log.close()  # type: ignore[union-attr]
    session.log._log = None
    # A program that is gone starts no other worker, which would take the project up again, lock and all.
    session.desk.in_work = dict
    text = json.loads(lock_path(path).read_text())
    session.desk._process.kill()
    session.desk._process.join()
    lock_path(path).write_text(json.dumps(text))


def test_a_crash_is_offered_and_restored(qtbot: Any, sessions: Any, path: Path) -> None:
    first = opened(qtbot, sessions(), path)
    assert not first.unsaved
    assert first.do(EditGrid(0, name="改名"))
    assert first.do(MergeGrids((1, 2)))
    assert first.unsaved
    wanted = first.plan
    crash(first, path)
    second = sessions()
    offers: list[Any] = []
    second.offered.connect(offers.append)
    opened(qtbot, second, path)
    assert [len(offer.steps) for offer in offers] == [2]
    assert "恢复" in offers[0].offer
    with qtbot.waitSignal(second.opened, timeout=60_000):
        second.restore()
    assert wanted is not None and second.plan is not None
    assert second.plan.grids == wanted.grids
    assert second.today_measures is not None
    assert second.unsaved
    with qtbot.waitSignal(second.changed, timeout=60_000):
        second.save()
    assert not second.unsaved
    assert open_project(path).scenarios[subjects.NAME].plan.grids == wanted.grids
    # Nothing is offered once everything is saved.
    second.close()
    third = sessions()
    offers.clear()
    third.offered.connect(offers.append)
    opened(qtbot, third, path)
    assert offers == []


@pytest.mark.parametrize("named", [True, False], ids=["saved", "never saved"])
def test_a_worker_that_dies_takes_nothing_with_it(
    qtbot: Any, sessions: Any, path: Path, tmp_path: Path, named: bool
) -> None:
    session = sessions()
    said: list[str] = []
    session.said.connect(lambda text, kind: said.append(text) if kind == "error" else None)
    session.failed.connect(said.append)
    if named:
        opened(qtbot, session, path)
    else:
        cache = user_folder() / "cache" / "sample.gpkg"
        cache.parent.mkdir(parents=True)
        save_project(cache, subjects.project(6))
        with qtbot.waitSignal(session.judged, timeout=60_000):
            session.open_sample()
        assert session.path == ""
    assert session.do(EditGrid(0, name="改名"))
    session.desk._process.kill()
    session.desk._process.join()
    assert session.do(MergeGrids((1, 2))) and session.plan is not None
    target = tmp_path / "另存.gpkg"
    with qtbot.waitSignal(session.judged, timeout=60_000):
        session.judge()
    session.save(str(target))
    qtbot.waitUntil(lambda: session.path == str(target), timeout=60_000)
    assert open_project(target).scenarios[subjects.NAME].plan.grids == session.plan.grids
    # Only what the dead one was at may have to be asked again.
    assert not [text for text in said if "重新启动" not in text]


def test_steps_given_up_are_not_offered_again(qtbot: Any, sessions: Any, path: Path) -> None:
    first = opened(qtbot, sessions(), path)
    first.do(EditGrid(0, name="改名"))
    crash(first, path)
    second = opened(qtbot, sessions(), path)
    second.give_up_steps()
    second.close()
    third = sessions()
    offers: list[Any] = []
    third.offered.connect(offers.append)
    opened(qtbot, third, path)
    assert offers == []


def test_what_was_saved_under_another_name_is_not_offered_as_unsaved(
    qtbot: Any, sessions: Any, path: Path
) -> None:
    session = opened(qtbot, sessions(), path)
    assert session.do(EditGrid(0, name="改名"))
    old = Path(session.log.place[0])
    assert old.is_file() and session.unsaved
    session.save(str(path.with_name("另存.gpkg")))
    qtbot.waitUntil(lambda: session.path.endswith("另存.gpkg"), timeout=60_000)
    new = Path(session.log.place[0])
    assert new != old and new.is_file() and not old.is_file()
    assert session.do(EditGrid(1, name="又改"))
    assert session.unsaved and new.stat().st_size > 0


def test_what_another_has_open_is_read_only_and_says_by_whom(qtbot: Any, sessions: Any, path: Path) -> None:
    held = take_lock(path)
    assert isinstance(held, ProjectLock) and asdict(held.holder)
    session = sessions()
    said: list[str] = []
    session.said.connect(lambda text, kind: said.append(text))
    opened(qtbot, session, path)
    assert any("只读" in text and held.holder.host in text for text in said)
    assert not session.do(EditGrid(0, name="改名"))
    with qtbot.waitSignal(session.said, timeout=60_000):
        session.save()
    assert "换一个" in said[-1]
    copy = path.with_name("副本.gpkg")
    with qtbot.waitSignal(session.changed, timeout=60_000):
        session.save(str(copy))
    assert session.do(EditGrid(0, name="改名"))
    held.release()
