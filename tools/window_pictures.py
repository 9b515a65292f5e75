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
WAIT_MS = 480_000


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
        self.window.replaced.connect(self._follow)
        self.window.resize(*SIZE)
        self.window.show()
        self.pause(900)

    def _follow(self, new: Any) -> None:
        """Go on with the window that stands in place of the last one."""
        self.window = new
        new.replaced.connect(self._follow)

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

    def take_box(self, name: str, run: Callable[[], Any]) -> None:
        """Save a picture of the message box that something brings up, and cancel it."""
        from PySide6.QtWidgets import QApplication, QMessageBox

        shot: list[bool] = []

        def look() -> None:
            box = QApplication.activeModalWidget()
            if not isinstance(box, QMessageBox):
                self._timer_type.singleShot(100, look)
                return
            if not self.only or name in self.only:
                box.grab().save(str(self.out / f"{name}.png"))
                sys.stdout.write(f"{name}.png\n")
            shot.append(True)
            box.reject()

        self._timer_type.singleShot(100, look)
        run()
        self.until(lambda: bool(shot))

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
    page.limit.setValue(15)
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


def everyday_border(session: Any) -> tuple[int, int]:
    """Return two areas on either side of a border of some eighty metres where people live."""
    import numpy as np

    plan, district = session.plan, session.workspace.district
    links = district.adjacency
    left, right = plan.assignment[links.a], plan.assignment[links.b]
    homes, general, people = district.atoms.community, plan.general(), district.atoms.people
    good = links.open & (left != right) & (homes[links.a] == homes[links.b]) & general[left] & general[right]
    good &= (people[links.a] > 20) & (people[links.b] > 20)
    k = int(np.flatnonzero(good)[np.argmin(np.abs(links.length_m[good] - 80.0))])
    return int(links.a[k]), int(links.b[k])


def border(camera: Photographer) -> None:
    """Drag a shared border, with both totals at the pointer."""
    if not camera.wants("border"):
        return
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    window = camera.window
    window.steps.go("edit")
    session = window.session
    first, second = everyday_border(session)
    atoms, grids = session.workspace.district.atoms, session.plan.assignment
    session.select((int(grids[first]), int(grids[second])))
    window.map.zoom_to_grids(session.selection)
    window.actions_by_id["tool_border"].trigger()
    camera.pause(900)

    def spot(share: float) -> QPoint:
        x = atoms.x[first] * (1 - share) + atoms.x[second] * share
        y = atoms.y[first] * (1 - share) + atoms.y[second] * share
        px, py = window.canvas.view.to_screen(x, y)
        return QPoint(round(px), round(py))

    QTest.mousePress(window.canvas, Qt.MouseButton.LeftButton, pos=spot(0.5))
    for share in (0.7, 0.9, 1.0):
        QTest.mouseMove(window.canvas, spot(share))
        camera.pause(150)
    camera.take("border")
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(window.canvas, Qt.MouseButton.LeftButton, pos=spot(1.1))
    window.actions_by_id["tool_select"].trigger()
    session.select(())
    window.canvas.zoom_all()


def hand_over(camera: Photographer) -> None:
    """Assign branches and staff, and export."""
    if not camera.wants("staff", "settings", "export", "dark"):
        return
    window = camera.window
    window.groups["plan"].assign()
    camera.until(lambda: not window.session.busy and window.session.staffed)
    camera.take("staff")
    window.steps.go("export")
    if camera.wants("settings"):
        from gridplanner.gui.dialogs.settings import ExportDialog

        window.groups["settle"].export()
        dialog = window.findChildren(ExportDialog)[-1]
        dialog.fields["export.profiles"].set(["gbk", "gbk+chinese"])
        dialog.look()
        camera.until(lambda: dialog.preview.blockCount() > 1)
        camera.take("settings", dialog)
        dialog.reject()
    if camera.wants("export"):
        window.groups["file"].export_to("示例区成果")
        camera.until(lambda: bool(window.groups["file"].exported))
        camera.take("export")
    if camera.wants("dark"):
        window.steps.go("edit")
        window.actions_by_id["dark"].trigger()
        camera.pause(900)
        camera.take("dark")
        camera.window.actions_by_id["dark"].trigger()
        camera.pause(900)


def safety(camera: Photographer) -> None:
    """Backups, another's save, a full disk, a second workstation: each produced for real."""
    if not camera.wants("backups", "overtaken", "disk_full", "read_only"):
        return
    from gridplanner.gui.dialogs.backups import BackupsDialog
    from gridplanner.io.project.project import open_project, save_project
    from gridplanner.workspace.commands import EditGrid

    window, session = camera.window, camera.window.session
    window.steps.go("edit")
    project = Path("示例区.gpkg")
    for name in ("初稿", "街道意见稿", "送审稿"):
        session.do(EditGrid(0, note=name))
        session.save(str(project))
        camera.until(lambda: not session.busy and not session.unsaved)
    dialog = BackupsDialog(window, session)
    dialog.show()
    camera.until(dialog.back.isEnabled)
    camera.take("backups", dialog)
    dialog.close()
    # A colleague's save: the same file, written by another program.
    save_project(project, open_project(project))
    session.do(EditGrid(0, note="又改一处"))
    camera.take_box("overtaken", window.groups["file"].save)
    _full_disk(camera)
    _second_workstation(camera, project)


def _full_disk(camera: Photographer) -> None:
    """Save to a disk that is full; making one needs the right to mount."""
    from benchmarks.reliability.disk import small_disk

    window = camera.window
    try:
        with small_disk() as folder:
            (folder / "占满.bin").write_bytes(b"0" * int(_free_bytes(folder) - 200_000))
            Path("移动硬盘").symlink_to(folder)
            window.session.save("移动硬盘/示例区.gpkg")
            camera.until(lambda: window.messages.isVisible() and not window.session.busy)
            camera.take("disk_full")
    except (OSError, RuntimeError) as error:
        sys.stdout.write(f"disk_full.png is left out: {error}\n")


def _free_bytes(folder: Path) -> int:
    """Return the room on a disk."""
    import shutil

    return shutil.disk_usage(folder).free


def _second_workstation(camera: Photographer, project: Path) -> None:
    """Open a project that another workstation has open."""
    import json
    from datetime import datetime

    from gridplanner.workspace.safety.lock import lock_path

    window = camera.window
    other = Path("街道报送.gpkg")
    other.write_bytes(project.read_bytes())
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    holder = {"host": "MZJ-PC07", "user": "民政科", "time": now, "pid": 1, "token": "0"}
    lock_path(other).write_text(json.dumps(holder, ensure_ascii=False), encoding="utf-8")
    window.session.log.give_up()
    window.session.open_paths([str(other)])
    camera.until(lambda: window.messages.isVisible() and not window.session.busy)
    camera.take("read_only")
    lock_path(other).unlink()


PARTS: tuple[Callable[[Photographer], None], ...] = (
    bring_in,
    open_sample,
    plan,
    scenarios,
    border,
    hand_over,
    safety,
)


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
        os.environ["LOGNAME"] = "规划员"
        out = options.out.resolve()
        out.mkdir(parents=True, exist_ok=True)
        # What the pictures show of paths is relative: they are of no particular machine.
        (Path(folder) / "work").mkdir()
        os.chdir(Path(folder) / "work")
        camera = Photographer(out, options.only)
        for part in PARTS:
            part(camera)
        camera.window.leave()
        camera.window.session.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
