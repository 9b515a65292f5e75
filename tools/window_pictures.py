# SPDX-License-Identifier: LGPL-3.0-or-later
"""Take the pictures of the manual: the real window, driven through the job on the sample district.

    python tools/window_pictures.py [--out docs/images] [--only NAME ...] [--scale 2]

Needs a display (`xvfb-run -a -s "-screen 0 1600x1000x24"` makes one); without one it draws offscreen.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SIZE = (1600, 1000)
WAIT_MS = 240_000


class Photographer:
    """Drives one window and saves what it looks like."""

    def __init__(self, out: Path, only: list[str]) -> None:
        from PySide6.QtCore import QEventLoop, QTimer  # after the platform was chosen

        from gridplanner.gui.app import make_application
        from gridplanner.gui.main_window import MainWindow
        from gridplanner.gui.settings import Settings

        self._loop_type, self._timer_type = QEventLoop, QTimer
        self.out, self.only = out, only
        settings = Settings()
        self.application = make_application([], settings)
        self.window: Any = MainWindow(settings)
        self.window.resize(*SIZE)
        self.window.show()
        self.pause(900)

    def pause(self, ms: int) -> None:
        """Let the window work for a while."""
        loop = self._loop_type()
        self._timer_type.singleShot(ms, loop.quit)
        loop.exec()

    def until(self, done: Callable[[], bool], ms: int = WAIT_MS) -> None:
        """Wait until something is so; a minute too long is an error."""
        for _round in range(ms // 50):
            if done():
                self.pause(700)
                return
            self.pause(50)
        raise TimeoutError(done)

    def take(self, name: str, widget: Any = None) -> None:
        """Save a picture of the window (or of a dialog over it)."""
        if self.only and name not in self.only:
            return
        self.window.canvas.repaint()
        self.pause(600)
        (widget or self.window).grab().save(str(self.out / f"{name}.png"))
        sys.stdout.write(f"{name}.png\n")

    def wants(self, *names: str) -> bool:
        """Tell whether any of these pictures is asked for."""
        return not self.only or bool(set(self.only) & set(names))


def open_sample(camera: Photographer) -> None:
    """Show the first page, then the health check."""
    window = camera.window
    camera.take("start")
    window.groups["file"].sample()
    camera.until(lambda: window.session.today_measures is not None and not window.session.busy)
    window.steps.go("check")
    camera.take("check")
    window.steps.go("rules")
    camera.take("rules")


def plan(camera: Photographer) -> None:
    """Ask for 288 grids, and show the run and the proposal."""
    window = camera.window
    window.steps.go("plan")
    page = window.pages["plan"]
    page.count.setValue(288)
    page.limit.setValue(20)
    window.groups["plan"].run()
    if camera.wants("planning"):
        camera.until(lambda: page.run_map.progress is None or page.run_map.progress.finished > 12)
        camera.take("planning")
    camera.until(lambda: window.session.proposal is not None)
    camera.take("proposal")
    window.session.accept()
    camera.pause(500)
    if camera.wants("before_after"):
        window.actions_by_id["swipe"].trigger()
        camera.pause(500)
        camera.take("before_after")
        window.actions_by_id["swipe"].trigger()


def scenarios(camera: Photographer) -> None:
    """Compare scenarios, and show the charts."""
    if not camera.wants("compare", "charts"):
        return
    from PySide6.QtCore import Qt

    from gridplanner.gui.dialogs.compare import CompareDialog

    window = camera.window
    dialog = CompareDialog(window, window.session, window.canvas.kernels)
    dialog.tabs.setCurrentIndex(1)
    dialog.show()
    camera.pause(2500)
    camera.take("compare", dialog)
    dialog.close()
    window.actions_by_id["panel_charts"].trigger()
    window.resizeDocks([window.docks["charts"]], [330], Qt.Orientation.Vertical)
    camera.pause(900)
    camera.take("charts")
    window.actions_by_id["panel_charts"].trigger()


def bring_in(camera: Photographer) -> None:
    """Show the import assistant on the sample's own layers."""
    if not camera.wants("import"):
        return
    from gridplanner.gui.dialogs.import_assistant import ImportAssistant

    window, found = camera.window, []
    folder = ROOT / "sample_shapefiles"
    names = ("communities.shp", "grids.shp", "buildings.shp", "roads.shp", "rivers.shp", "people.xlsx")
    window.session.ask("probe", found.append, paths=tuple(str(folder / name) for name in names))
    camera.until(lambda: bool(found))
    dialog = ImportAssistant(window, found[0], {}, window.session)
    dialog.list.setCurrentRow(2)
    dialog.show()
    camera.until(lambda: dialog.trial.losses.count() > 0)
    camera.take("import", dialog)
    dialog.close()


PARTS: tuple[Callable[[Photographer], None], ...] = (bring_in, open_sample, plan, scenarios)


def main(argv: list[str]) -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--scale", default="")
    options = parser.parse_args(argv)
    sys.path.insert(0, str(ROOT))
    if options.scale:
        os.environ["QT_SCALE_FACTOR"] = options.scale
    if not os.environ.get("DISPLAY"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GRIDPLANNER_USER_DIR"] = folder
        options.out.mkdir(parents=True, exist_ok=True)
        camera = Photographer(options.out, options.only)
        for part in PARTS:
            part(camera)
        camera.window.leave()
        camera.window.session.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
