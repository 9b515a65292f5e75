# SPDX-License-Identifier: LGPL-3.0-or-later
"""A window on a toy town, without a worker process: its questions are answered inline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gridplanner.gui.main_window import MainWindow
from gridplanner.gui.session import Session
from gridplanner.gui.settings import Settings
from gridplanner.maps import raster
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RuleSet
from gridplanner.workspace.scene import registry as scene_registry
from gridplanner.workspace.scene.desk import Answer, Desk
from gridplanner.workspace.scene.scene import make_scene
from gridplanner.workspace.scene.slimming import slim
from gridplanner.workspace.workspace import Workspace
from tests.builders import town

DRAWING = """
AABBCC
AABBCC
DDEEFF
DDEEFF
""".strip()


class _Reporter:
    """Progress without a pipe."""

    def __init__(self, answers: list[Answer], ticket: int) -> None:
        self._answers, self._ticket = answers, ticket

    def step(self, done: int, total: int, text: str) -> None:
        self._answers.append(Answer(self._ticket, "step", (done, total, text)))

    def cancelled(self) -> bool:
        return False

    def settle(self) -> None:
        return

    def part(self, value: object) -> None:
        self._answers.append(Answer(self._ticket, "part", value))


class InlineDesk(Desk):
    """Answers every question at once, in this process; remembers what was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.state = scene_registry.State()
        self.asked: list[tuple[str, dict]] = []
        self.cancelled: list[int] = []
        self._answers: list[Answer] = []
        self._count = 0

    def start(self) -> None:
        return

    def ask(self, name: str, **arguments: object) -> int:
        self._count += 1
        self.asked.append((name, dict(arguments)))
        try:
            value = scene_registry.TASKS[name](self.state, _Reporter(self._answers, self._count), **arguments)
            self._answers.append(Answer(self._count, "result", value))
        except Exception as error:
            self._answers.append(Answer(self._count, "error", error))
        return self._count

    def cancel(self, ticket: int) -> None:
        self.cancelled.append(ticket)

    def poll(self) -> list[Answer]:
        answers, self._answers = self._answers, []
        return answers

    def close(self) -> None:
        return


def toy_contents(drawing: str = DRAWING, communities: str = "", **more: object) -> ProjectContents:
    """Return a project on a toy town with a band of 300 to 600 people."""
    district = town(drawing, communities, **more)
    rules = RuleSet(people=Band(300, 600))
    return ProjectContents(district=district, rules=rules, request=PlanRequest())


@pytest.fixture
def bare_window(qtbot, tmp_path: Path) -> Iterator[MainWindow]:
    """A window before any project is open."""
    session = Session(InlineDesk())
    window = MainWindow(Settings(tmp_path / "settings.json"), session)
    qtbot.addWidget(window)
    window.resize(1200, 800)
    window.show()
    yield window
    window.session.workspace = None
    window.canvas.stop()
    session.log.end()
    session.desk.state.file.close()


@pytest.fixture
def window(bare_window: MainWindow) -> MainWindow:
    """A window on the toy town."""
    show(bare_window, toy_contents())
    return bare_window


def show(window: MainWindow, contents: ProjectContents) -> None:
    """Put a project on screen as the worker would."""
    window.session.desk.state.contents = contents
    window.canvas.set_kernels(raster)
    window.session.take(Workspace(slim(contents)), make_scene(contents.district))
    window.session.judge()
    window.session._poll()
    window.map.relabel()
    window.canvas.repaint()
