# SPDX-License-Identifier: LGPL-3.0-or-later
"""What every test stands on: no display, own settings folder, Chinese texts, no dialog that waits."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# Before Qt is imported anywhere: the offscreen platform draws the same with and without a display.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["GRIDPLANNER_LANG"] = "zh_CN"

ROOT = Path(__file__).resolve().parent.parent


#: Folders whose files last longest, the longest first.
_LONGEST = ("workflow", "gui", "reliability")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that last longest, so that no core waits for another at the end."""
    rank = {ROOT / "tests" / name: place for place, name in enumerate(_LONGEST)}

    def place(item: pytest.Item) -> int:
        return min((rank[folder] for folder in item.path.parents if folder in rank), default=len(rank))

    items.sort(key=place)


@pytest.fixture(autouse=True)
def own_user_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Send settings, recovery logs and caches of each test to a folder of its own."""
    folder = tmp_path_factory.mktemp("user")
    monkeypatch.setenv("GRIDPLANNER_USER_DIR", str(folder))
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(folder / variable.lower()))
    monkeypatch.setenv("GRIDPLANNER_LANG", "zh_CN")
    return folder


@pytest.fixture(autouse=True, scope="session")
def open_files_stay() -> None:
    """Refuse to move or remove a file that the program still holds open, as Windows does.

    Only what gridplanner itself asks for is refused: libraries may know better on each system.
    """
    if Path("/proc/self/fd").is_dir():
        for name in ("replace", "rename", "unlink", "remove"):
            setattr(os, name, _as_on_windows(getattr(os, name)))


def _as_on_windows(act: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(*paths: Any, **options: Any) -> Any:
        if _asked_by_the_program():
            for path in paths:
                if held := _held(os.path.realpath(os.fspath(path))):
                    raise PermissionError(13, "Sharing violation", held)
        return act(*paths, **options)

    return guarded


def _asked_by_the_program() -> bool:
    frame = sys._getframe(2)
    while frame.f_back and Path(frame.f_code.co_filename).name in {"pathlib.py", "shutil.py", "_local.py"}:
        frame = frame.f_back
    return Path(frame.f_code.co_filename).is_relative_to(ROOT / "gridplanner")


def _held(path: str) -> str | None:
    """Return the file at or under `path` that this process holds open."""
    for number in os.listdir("/proc/self/fd"):
        try:
            held = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue
        if (held == path and os.path.isfile(held)) or held.startswith(path + os.sep):
            return held
    return None


@pytest.fixture(autouse=True)
def no_waiting_dialogs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer message boxes at once in tests that use Qt; the others never import it."""
    if "qtbot" not in request.fixturenames and "qapp" not in request.fixturenames:
        return
    from PySide6.QtWidgets import QFileDialog, QMessageBox

    for name, answer in {
        "information": QMessageBox.StandardButton.Ok,
        "warning": QMessageBox.StandardButton.Ok,
        "critical": QMessageBox.StandardButton.Ok,
        "question": QMessageBox.StandardButton.Yes,
    }.items():
        monkeypatch.setattr(QMessageBox, name, lambda *args, _answer=answer, **kwargs: _answer)
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *args, **kwargs: ("", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *args, **kwargs: "")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real layers, or skip: they are read in place and not part of the project."""
    folder = Path(os.environ.get("GRIDPLANNER_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no shared layers at {folder}; set GRIDPLANNER_SHARED_DATA")
    return folder
