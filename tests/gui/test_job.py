# SPDX-License-Identifier: LGPL-3.0-or-later
"""A whole job driven through the window: save, open, check, rules, plan, accept, edit, assign, export."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridplanner.progress import Inline
from gridplanner.workspace import executors
from gridplanner.workspace.scene.commands import RecordOpinion, SetStatus, opinions
from tests.gui.conftest import show, toy_contents


class _OneProcess(Inline):
    """Worker processes that are none."""

    def __init__(self, workers: int = 0) -> None:
        self.workers = 1

    def close(self, *, kill: bool = False) -> None:
        return


@pytest.fixture
def job(bare_window, monkeypatch):
    monkeypatch.setattr(executors, "Processes", _OneProcess)
    show(bare_window, toy_contents("AABBCCDD\nAABBCCDD\nEEFFGGHH\nEEFFGGHH", people=100))
    faults: list[str] = []
    bare_window.session.failed.connect(faults.append)
    yield bare_window
    assert not faults, faults[0]


def answer(window) -> None:
    window.session._poll()


def test_save_and_open_again(job, tmp_path: Path) -> None:
    path = tmp_path / "区.gpkg"
    job.session.select((0, 1))
    job.groups["edit"].merge()
    job.session.save(str(path))
    answer(job)
    assert path.is_file()
    assert not job.isWindowModified()
    job.session.open_paths([str(path)])
    answer(job)
    assert job.session.plan.n_grids == 7
    assert job.session.path == str(path)


def test_the_whole_job(job, tmp_path: Path) -> None:
    session = job.session
    job.steps.go("rules")
    job.pages["rules"].form.fields["rules.people.max"].set(900)
    job.pages["rules"].apply()
    answer(job)
    assert session.workspace.rules.people.max == 900
    job.steps.go("plan")
    job.pages["plan"].fewest.setChecked(True)
    job.pages["plan"].limit.setValue(2)
    job.groups["plan"].run()
    answer(job)
    assert session.proposal is not None
    assert session.plan.n_grids == 8, "a proposal changes nothing by itself"
    assert job.pages["plan"].accept_all.isVisible()
    session.accept()
    assert session.proposal is None
    assert session.plan.n_grids < 8
    job.groups["plan"].assign()
    answer(job)
    assert all(g.code for g in session.plan.grids)
    out = tmp_path / "out"
    job.groups["file"].export_to(str(out))
    answer(job)  # what the formats would lose: nothing
    answer(job)
    assert (out / "ledger.xlsx").is_file()
    assert (out / "maps" / "district.pdf").is_file()
    assert job.pages["export"].files.count() > 10


def test_accept_only_some_communities(bare_window, monkeypatch) -> None:
    monkeypatch.setattr(executors, "Processes", _OneProcess)
    show(bare_window, toy_contents("AABB\nAABB\nCCDD\nCCDD", "aaaa\naaaa\nbbbb\nbbbb", people=60))
    session = bare_window.session
    bare_window.pages["plan"].limit.setValue(2)
    bare_window.groups["plan"].run()
    answer(bare_window)
    assert session.proposal is not None
    before = session.plan.assignment.copy()
    session.accept((0,))
    other = session.workspace.district.atoms.community == 1
    assert len(set(session.plan.assignment[other].tolist())) == len(set(before[other].tolist()))


def test_paper_trail_locks_an_approved_plan(job) -> None:
    session = job.session
    session.select((0, 1))
    job.groups["edit"].merge()
    assert not session.do(SetStatus("approved")), "an approval needs a document"
    assert session.do(RecordOpinion("居民", "希望保留", "已采纳", ""))
    assert session.do(SetStatus("approved", "民发〔2026〕1号", "2026-01-01"))
    count = session.plan.n_grids
    session.select((0, 1))
    job.groups["edit"].merge()
    assert session.plan.n_grids == count
    contents = session.workspace.contents
    register = opinions(contents.journal, contents.current)
    assert [(o.who, o.text, o.answer) for o in register] == [("居民", "希望保留", "已采纳")]


def test_a_waiver_is_kept_and_counts_no_more(job, monkeypatch) -> None:
    from gridplanner.gui.dialogs.ask import AskDialog

    job.pages["rules"].form.fields["rules.people.min"].set(500)
    job.pages["rules"].form.fields["rules.people.max"].set(900)
    job.pages["rules"].apply()
    answer(job)
    job.session.judge()
    answer(job)
    finding = next(f for f in job.session.findings if f.rule == "people")
    counted = sum(f.counts for f in job.session.findings)
    monkeypatch.setattr(AskDialog, "ask", classmethod(lambda cls, *a, **k: {"reason": "山区"}))
    job.groups["plan"].waive(finding)
    answer(job)
    assert sum(f.counts for f in job.session.findings) == counted - 1
