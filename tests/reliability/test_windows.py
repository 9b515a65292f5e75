# SPDX-License-Identifier: LGPL-3.0-or-later
"""R19: a project held open by another program. To be run on Windows before a release."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.reliability import subjects
from gridplanner.errors import UserError
from gridplanner.io.project.project import open_project, save_project


@pytest.mark.windows
@pytest.mark.skipif(os.name != "nt", reason="only Windows refuses to replace an open file")
def test_r19_a_held_project_is_named_and_the_new_save_kept(tmp_path: Path) -> None:
    path, contents = tmp_path / "p.gpkg", subjects.project(6)
    save_project(path, subjects.marked(contents, 1))
    with path.open("rb"), pytest.raises(UserError, match="其他程序"):
        save_project(path, subjects.marked(contents, 2))
    assert subjects.mark_of(open_project(path), contents) == 1
    save_project(path, subjects.marked(contents, 3))
    assert subjects.mark_of(open_project(path), contents) == 3
