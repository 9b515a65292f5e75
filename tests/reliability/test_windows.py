# SPDX-License-Identifier: LGPL-3.0-or-later
"""R19: a project held open by another program. To be run on Windows before a release."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.reliability import subjects
from gridplanner.errors import UserError
from gridplanner.io import durable
from gridplanner.io.project.project import open_project, save_project


@pytest.mark.windows
@pytest.mark.skipif(os.name != "nt", reason="only Windows refuses to replace an open file")
def test_r19_a_held_project_is_named_and_the_new_save_kept(tmp_path: Path) -> None:
    path, contents = tmp_path / "p.gpkg", subjects.project(6)
    save_project(path, subjects.marked(contents, 1))
    with path.open("rb"), pytest.raises(UserError, match="其他程序"):
        save_project(path, subjects.marked(contents, 2))
    assert subjects.mark_of(open_project(path), contents) == 1
    [kept] = tmp_path.glob(".p.gpkg.*.tmp")
    assert subjects.mark_of(open_project(kept), contents) == 2
    save_project(path, subjects.marked(contents, 3))
    assert subjects.mark_of(open_project(path), contents) == 3


@pytest.mark.skipif(os.name == "nt", reason="Windows itself is tried above")
def test_r19_in_effigy_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, contents, tries = tmp_path / "p.gpkg", subjects.project(6), []
    save_project(path, subjects.marked(contents, 1))

    def held(_self: Path, target: Path) -> Path:
        tries.append(target)
        raise PermissionError(13, "held")

    with monkeypatch.context() as patch:
        patch.setattr(durable, "os", SimpleNamespace(name="nt", getpid=os.getpid, strerror=os.strerror))
        patch.setattr(durable, "flush_file", lambda _path: None)
        patch.setattr(durable, "_REPLACE_WAIT_S", 0.01)
        patch.setattr(Path, "replace", held)
        with pytest.raises(UserError, match="其他程序"):
            save_project(path, subjects.marked(contents, 2))
    assert len(tries) == durable._REPLACE_TRIES
    assert subjects.mark_of(open_project(path), contents) == 1
    [kept] = tmp_path.glob(".p.gpkg.*.tmp")
    assert subjects.mark_of(open_project(kept), contents) == 2
