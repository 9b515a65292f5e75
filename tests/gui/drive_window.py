# SPDX-License-Identifier: LGPL-3.0-or-later
"""Drives a real window on a real display from import to export, and times every call on its thread.

Run by `test_real_window.py` in a process of its own:  drive_window.py OUT_FOLDER
Prints one line of JSON: what stands at the end, and the longest calls with the CPU of their thread.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication, QDialogButtonBox

ROOT = Path(__file__).resolve().parent.parent.parent
LAYERS = ("communities", "grids", "buildings", "rivers", "bridges", "roads")
#: Milliseconds; below it nobody feels that the window was away.
FELT_MS = 100.0


class TimedApplication(QApplication):
    """Notes the longest events by what they were sent to."""

    def __init__(self) -> None:
        super().__init__([])
        self.depth = 0
        self.within_s = 0.0
        self.phase = "start"
        self.longest: list[tuple[float, str]] = []

    def notify(self, receiver: QObject, event: Any) -> bool:
        """Time one event; nested ones belong to the outer one."""
        self.depth += 1
        begun = time.thread_time() + self.within_s
        try:
            return super().notify(receiver, event)
        finally:
            self.depth -= 1
            spent = (time.thread_time() + self.within_s - begun) * 1000
            if spent > FELT_MS / 4 and not self.depth:
                # A timer works for its owner: the map draws labels when idle, the session takes answers.
                owner = receiver.parent() if isinstance(receiver, QTimer) else receiver
                name = f"{self.phase}: {type(owner or receiver).__name__} {event.type().name}"
                self.longest.append((round(spent, 1), name))

    def within(self, run: Callable[[], Any]) -> None:
        """Run an event loop inside a call, as a dialog does: its events are calls of their own."""
        depth, begun = self.depth, time.thread_time()
        self.depth = 0
        run()
        self.depth = depth
        self.within_s -= time.thread_time() - begun


class Driver:
    """Pushes the buttons."""

    def __init__(self, application: TimedApplication) -> None:
        from gridplanner.gui.main_window import MainWindow

        self.application = application
        self.window = MainWindow()
        self.session = self.window.session
        self.problems: list[str] = []
        self.session.failed.connect(self.problems.append)
        self.session.said.connect(lambda text, kind: kind == "error" and self.problems.append(text))
        self.window.resize(1600, 1000)
        self.window.show()

    def until(self, done: Callable[[], bool], seconds: float = 300.0) -> None:
        """Let the window work until something is so; what the window itself does runs in its event loop."""
        loop, timer, deadline = QEventLoop(), QTimer(), time.monotonic() + seconds
        timer.timeout.connect(
            lambda: (done() or self.problems or time.monotonic() > deadline) and loop.quit()
        )
        timer.start(20)
        loop.exec()
        timer.stop()
        if self.problems or not done():
            raise SystemExit(f"{self.application.phase}: {self.problems or 'took too long'}")

    def act(self, phase: str, run: Callable[[], Any], done: Callable[[], bool] | None = None) -> None:
        """Do something inside the event loop, as a click would, and wait for its end."""
        self.application.phase = phase
        ran: list[bool] = []
        QTimer.singleShot(0, self.window, lambda: (run(), ran.append(True)))
        self.until(lambda: bool(ran) and (done is None or done()) and not self.session.busy)
        settle = time.monotonic() + 0.4
        self.until(lambda: time.monotonic() > settle)


def main(out: Path) -> int:
    """Drive the whole job."""
    sys.path.insert(0, str(ROOT))
    application = TimedApplication()
    driver = Driver(application)
    try:
        sys.stdout.write(json.dumps(whole_job(driver, out), ensure_ascii=False) + "\n")
        sys.stdout.flush()
    finally:
        # The worker is a process of its own: left alone it would outlive a failure.
        driver.window.leave()
        driver.session.close()
    return 0


def whole_job(driver: Driver, out: Path) -> dict[str, Any]:
    """Import, check, plan, edit, assign, save, export, open again; return what stands."""
    application, window, session = driver.application, driver.window, driver.session
    from gridplanner.gui.dialogs.import_assistant import ImportAssistant
    from gridplanner.gui.groups.file import FileGroup

    groups: dict[str, Any] = window.groups
    files: FileGroup = groups["file"]
    driver.act("first paint", lambda: None, lambda: window.canvas.kernels is not None)

    def press(dialog: ImportAssistant) -> int:
        """Leave the dialog by its button as soon as it can be pressed and the trial has been read."""
        dialog.show()
        ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
        application.within(lambda: driver.until(lambda: ok.isEnabled() and dialog.trial.losses.count(), 30))
        ok.click()
        return dialog.result()

    # Its own loop would leave the clock of the outer call running.
    ImportAssistant.exec = press  # type: ignore[method-assign]
    paths = [str(ROOT / "sample_shapefiles" / f"{name}.shp") for name in LAYERS]
    paths.append(str(ROOT / "sample_shapefiles" / "people.xlsx"))
    driver.act("import", lambda: files.import_layers(paths), lambda: session.today_measures is not None)
    for step in ("data", "check", "rules", "plan"):
        driver.act(f"step {step}", lambda s=step: window.steps.go(s))
    for style in ("deviation", "kind", "change", "grid", "people"):
        driver.act(f"style {style}", lambda s=style: window.layers.set_style(s))
    for panel in ("table", "charts", "history"):
        driver.act(f"panel {panel}", window.actions_by_id[f"panel_{panel}"].trigger)
        driver.act(f"hide {panel}", window.actions_by_id[f"panel_{panel}"].trigger)
    driver.act("zoom", lambda: window.canvas.zoom_by(3.0))
    driver.act("zoom all", window.canvas.zoom_all)
    homes = [g.community for g in session.before.grids]
    driver.act("select", lambda: session.select([homes.index(0), homes.index(1)]))
    page = window.pages["plan"]
    page.selected_only.setChecked(True)
    page.repair.setChecked(True)
    page.limit.setValue(10)
    driver.act("plan", groups["plan"].run, lambda: session.proposal is not None)
    driver.act("swipe", window.actions_by_id["swipe"].trigger)
    driver.act("swipe off", window.actions_by_id["swipe"].trigger)
    driver.act("accept", session.accept)
    driver.act("next finding", window.actions_by_id["next_finding"].trigger)
    plan = session.plan
    home = plan.grids[0].community
    near = [g for g in range(plan.n_grids) if plan.grids[g].community == home][:2]
    driver.act("select two", lambda: session.select(near))
    driver.act("merge", groups["edit"].merge)
    driver.act("undo", session.undo)
    driver.act("redo", session.redo)
    driver.act("undo again", session.undo)
    driver.act("assign", groups["plan"].assign)
    project = out / "区.gpkg"
    driver.act("save", lambda: session.save(str(project)), project.is_file)
    folder = out / "成果"
    driver.act("export", lambda: files.export_to(str(folder)), lambda: bool(files.exported))
    picture = out / "window.png"
    window.grab().save(str(picture))
    driver.act("open", lambda: session.open_paths([str(project)]), lambda: session.today_measures is not None)
    return {
        "grids": session.plan.n_grids,
        "coded": sum(bool(g.code) for g in session.plan.grids),
        "unsaved": session.unsaved,
        "files": sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()),
        "platform": application.platformName(),
        "longest": sorted(application.longest, reverse=True)[:12],
    }


if __name__ == "__main__":
    os.environ.setdefault("GRIDPLANNER_LANG", "zh_CN")
    sys.exit(main(Path(sys.argv[1])))
