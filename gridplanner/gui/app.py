# SPDX-License-Identifier: LGPL-3.0-or-later
"""Start of the window: `gridplanner [PROJECT|LAYER...]`."""

from __future__ import annotations

import gc
import math
import os
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QTimer
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from gridplanner.errors import UserError
from gridplanner.gui import theme
from gridplanner.gui.language import speak
from gridplanner.gui.settings import Settings
from gridplanner.texts import language

if TYPE_CHECKING:
    from gridplanner.gui.main_window import MainWindow

_PAINT_FLAG = "--quit-after-first-paint"
_CHINESE = (
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
)


def interface_font() -> QFont:
    """Return a font with Chinese glyphs: the system's own, else the one that is shipped."""
    families = set(QFontDatabase.families())
    family = next((name for name in _CHINESE if name in families), "")
    if not family:
        from gridplanner.maps.fonts import load_font  # reads some megabytes, only where needed

        family = load_font()
    font = QFont(family)
    font.setPointSizeF(10.0)
    return font


def make_application(arguments: Sequence[str], settings: Settings) -> QApplication:
    """Return the application, dressed, in the user's language."""
    application = cast(QApplication, QApplication.instance() or QApplication([sys.argv[0], *arguments]))
    application.setApplicationName("gridplanner")
    application.setDesktopFileName("gridplanner")
    speak(application, str(settings.get("language", language())))
    application.setFont(interface_font())
    application.setWindowIcon(QIcon(str(theme.ICONS / "app.svg")))
    theme.apply(application, bool(settings.get("dark", False)))
    return application


def main(argv: Sequence[str]) -> int:
    """Open the window.

    Parameters
    ----------
    argv : sequence of str
        Files to open; `--quit-after-first-paint` prints `first_paint_s` and leaves.
    """
    started = time.perf_counter()
    # Nothing of what is built until the first paint is garbage; the window enables it then.
    gc.disable()
    measure = _PAINT_FLAG in argv
    paths = [a for a in argv if not a.startswith("--")]
    settings = Settings()
    application = make_application(argv, settings)
    from gridplanner.gui.main_window import MainWindow  # after the application, so that errors show in a box

    window = MainWindow(settings)
    shown = [window]
    window.replaced.connect(lambda new: _follow(shown, new))
    sys.excepthook = lambda kind, error, trace: _on_fault(shown[-1], kind, error, trace)
    window.show()
    if measure:
        window.first_painted.connect(lambda: _tell_and_leave(window, started, bool(paths)))
    if paths:
        QTimer.singleShot(0, lambda: window.open_files(paths))
    code = application.exec()
    shown[-1].session.close()
    return int(code)


def _follow(shown: list[MainWindow], new: MainWindow) -> None:
    """Keep the window that stands in place of the last one."""
    shown[:] = [new]
    new.replaced.connect(lambda other: _follow(shown, other))


def _on_fault(window: object, kind: type[BaseException], error: BaseException, trace: object) -> None:
    """Show a fault that nobody expected; the work in hand goes on."""
    if issubclass(kind, KeyboardInterrupt):
        QGuiApplication.quit()
        return
    if isinstance(error, UserError):
        # A sentence for the planner is never shown as an error of the program.
        window.session.said.emit(str(error), "warning")
        return
    text = "".join(traceback.format_exception(kind, error, trace))
    sys.stderr.write(text)
    window.show_fault(text)


def process_age_s() -> float:
    """Return seconds since this process was started, imports included; NaN where the system does not say."""
    try:
        fields = Path("/proc/self/stat").read_text(encoding="ascii").rsplit(") ", 1)[1].split()
        return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError, ValueError):
        return math.nan


def _tell_and_leave(window: object, started: float, has_project: bool) -> None:
    """Print the seconds until the first paint, and leave once the project is on screen too."""
    _tell("first_paint_s", started)
    if has_project:
        window.map_painted.connect(lambda: _tell_map_and_leave(window, started))
    else:
        QTimer.singleShot(0, window.leave)


def _tell(name: str, started: float) -> None:
    """Print a figure in seconds since the start of the process (of `main` where that is unknown)."""
    age = process_age_s()
    sys.stdout.write(f"{name}={time.perf_counter() - started if math.isnan(age) else age:.3f}\n")
    sys.stdout.flush()


def _tell_map_and_leave(window: object, started: float) -> None:
    """Print the seconds until the map was painted, and leave."""
    _tell("map_paint_s", started)
    QTimer.singleShot(0, window.leave)
