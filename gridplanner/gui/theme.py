# SPDX-License-Identifier: LGPL-3.0-or-later
"""The looks of the window: own light and dark palettes on Fusion, icons in the colour of the text."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from gridplanner.texts import RESOURCES

ICONS = RESOURCES / "icons"
ACCENT = "#1F6FB2"
#: Errors, warnings, remarks, done: readable on both grounds, told apart by shape as well.
SIGNAL = {"error": "#C8451B", "warning": "#B7860B", "info": "#3E7CB1", "done": "#2E7D5B"}

LIGHT = {
    "Window": "#F3F5F7",
    "WindowText": "#1C2733",
    "Base": "#FFFFFF",
    "AlternateBase": "#F6F8FA",
    "Text": "#1C2733",
    "Button": "#FFFFFF",
    "ButtonText": "#1C2733",
    "Highlight": ACCENT,
    "HighlightedText": "#FFFFFF",
    "ToolTipBase": "#1C2733",
    "ToolTipText": "#F3F5F7",
    "PlaceholderText": "#6B7885",
    "Link": "#1A5FA0",
    "Mid": "#D5DBE1",
    "Midlight": "#E6EAEE",
    "Light": "#FFFFFF",
    "Dark": "#AEB8C2",
    "Shadow": "#8A95A0",
}
DARK = {
    "Window": "#20262D",
    "WindowText": "#E6EBF0",
    "Base": "#191E24",
    "AlternateBase": "#1E242B",
    "Text": "#E6EBF0",
    "Button": "#2B333C",
    "ButtonText": "#E6EBF0",
    "Highlight": "#2F86CC",
    "HighlightedText": "#FFFFFF",
    "ToolTipBase": "#0F1317",
    "ToolTipText": "#E6EBF0",
    "PlaceholderText": "#8C99A6",
    "Link": "#6DB3EE",
    "Mid": "#3A444F",
    "Midlight": "#313A44",
    "Light": "#44505C",
    "Dark": "#12161A",
    "Shadow": "#0A0C0E",
}


def palette(dark: bool) -> QPalette:
    """Return the palette of the window."""
    colours = QPalette()
    chosen = DARK if dark else LIGHT
    for name, value in chosen.items():
        colours.setColor(getattr(QPalette.ColorRole, name), QColor(value))
    faint = QColor("#9AA5B0" if not dark else "#66727E")
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        colours.setColor(QPalette.ColorGroup.Disabled, role, faint)
    return colours


_SHEET = """
QMainWindow::separator {{ background: {mid}; width: 1px; height: 1px; }}
QToolBar {{ background: {window}; border: none; border-bottom: 1px solid {mid}; padding: 4px 8px;
  spacing: 2px; }}
QToolBar::separator {{ background: {mid}; width: 1px; margin: 5px 5px; }}
QToolBar#way {{ padding: 0px; border: none; }}
QToolButton {{ border: 1px solid transparent; border-radius: 5px; padding: 4px; }}
QToolButton:hover {{ background: {midlight}; }}
QToolButton:checked {{ background: {tint}; border-color: {accent}; }}
QToolButton:pressed {{ background: {mid}; }}
QDockWidget {{ titlebar-close-icon: none; titlebar-normal-icon: none; font-weight: 600; }}
QDockWidget::title {{ background: {window}; padding: 7px 10px; border-bottom: 1px solid {mid}; }}
QPushButton {{ background: {button}; border: 1px solid {mid}; border-radius: 5px; padding: 5px 14px;
  min-height: 18px; }}
QPushButton:hover {{ border-color: {accent}; }}
QPushButton:pressed {{ background: {midlight}; }}
QPushButton:disabled {{ color: {faint}; background: {window}; }}
QPushButton[primary="true"] {{ background: {accent}; border-color: {accent}; color: white;
  font-weight: 600; }}
QPushButton[primary="true"]:hover {{ background: {accent_dark}; }}
QPushButton[primary="true"]:disabled {{ background: {mid}; border-color: {mid}; color: {faint}; }}
QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QPlainTextEdit {{ background: {base};
  border: 1px solid {mid};
  border-radius: 4px; padding: 3px 6px; min-height: 20px; selection-background-color: {accent}; }}
QComboBox::drop-down {{ border: none; width: 22px; }}
QComboBox::down-arrow {{ image: url({arrow}); width: 12px; height: 12px; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: none; background: transparent;
  width: 18px; }}
QAbstractSpinBox::up-arrow {{ image: url({arrow_up}); width: 9px; height: 9px; }}
QAbstractSpinBox::down-arrow {{ image: url({arrow}); width: 9px; height: 9px; }}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus {{ border-color: {accent}; }}
QHeaderView::section {{ background: {window}; border: none; border-right: 1px solid {mid};
  border-bottom: 1px solid {mid}; padding: 5px 8px; font-weight: 600; }}
QTableView, QTreeView, QListView {{ background: {base}; alternate-background-color: {alternate};
  border: none; gridline-color: {midlight}; selection-background-color: {tint}; selection-color: {text};
  outline: 0; }}
QListView::indicator, QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {quiet};
  border-radius: 3px; background: {base}; }}
QListView::indicator:checked, QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent};
  image: url({tick}); }}
QCheckBox::indicator:disabled {{ border-color: {mid}; background: {window}; }}
QCheckBox::indicator:checked:disabled {{ border-color: {quiet}; background: {quiet}; }}
QRadioButton::indicator {{ width: 13px; height: 13px; border: 1px solid {quiet}; border-radius: 7px;
  background: {base}; }}
QRadioButton::indicator:checked {{ border-color: {accent}; background: qradialgradient(cx: 0.5, cy: 0.5,
  radius: 0.5, fx: 0.5, fy: 0.5, stop: 0 {accent}, stop: 0.5 {accent}, stop: 0.6 {base}, stop: 1 {base}); }}
QTabBar::tab {{ padding: 6px 14px; border: none; border-bottom: 2px solid transparent;
  background: {window}; }}
QTabBar::tab:selected {{ border-bottom-color: {accent}; font-weight: 600; }}
QTabBar::tab:hover {{ background: {midlight}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {mid}; }}
QStatusBar {{ background: {window}; border-top: 1px solid {mid}; }}
QStatusBar::item {{ border: none; }}
QScrollArea {{ border: none; background: transparent; }}
QProgressBar {{ border: none; border-radius: 3px; background: {midlight}; max-height: 6px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 3px; }}
QMenu {{ background: {base}; border: 1px solid {mid}; padding: 4px; }}
QMenu::item {{ padding: 5px 26px 5px 26px; border-radius: 4px; }}
QMenu::item:selected {{ background: {tint}; color: {text}; }}
QMenu::separator {{ height: 1px; background: {mid}; margin: 4px 8px; }}
QToolTip {{ background: {tip}; color: {tip_text}; border: none; padding: 4px 6px; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QLabel[role="title"] {{ font-size: 15pt; font-weight: 600; }}
QLabel[role="heading"] {{ font-size: 11pt; font-weight: 600; }}
QLabel[role="quiet"] {{ color: {quiet}; }}
QLabel[role="warning"] {{ color: {warning}; }}
QFrame[role="card"] {{ background: {base}; border: 1px solid {mid}; border-radius: 6px; }}
QFrame[role="line"] {{ background: {mid}; max-height: 1px; border: none; }}
"""


def style_sheet(dark: bool) -> str:
    """Return the style sheet that goes with the palette."""
    colours = DARK if dark else LIGHT
    return _SHEET.format(
        window=colours["Window"],
        base=colours["Base"],
        alternate=colours["AlternateBase"],
        button=colours["Button"],
        text=colours["Text"],
        mid=colours["Mid"],
        midlight=colours["Midlight"],
        accent=colours["Highlight"],
        accent_dark="#18588F",
        tint="#24425C" if dark else "#DCEBF7",
        faint="#66727E" if dark else "#9AA5B0",
        quiet=colours["PlaceholderText"],
        warning="#E0B252" if dark else "#8A5A00",
        arrow=(ICONS / ("down_dark.svg" if dark else "down.svg")).as_posix(),
        arrow_up=(ICONS / ("up_dark.svg" if dark else "up.svg")).as_posix(),
        tick=(ICONS / "tick.svg").as_posix(),
        tip=colours["ToolTipBase"],
        tip_text=colours["ToolTipText"],
    )


def apply(application: QApplication, dark: bool) -> None:
    """Dress the application."""
    if application.style().objectName().lower() != "fusion":
        application.setStyle("Fusion")
    application.setPalette(palette(dark))
    application.setStyleSheet(style_sheet(dark))
    application.setProperty("dark", dark)
    icon.cache_clear()


def is_dark() -> bool:
    """Tell whether the dark palette is on."""
    application = QApplication.instance()
    return bool(application is not None and application.property("dark"))


@lru_cache(maxsize=256)
def icon(name: str, colour: str = "") -> QIcon:
    """Return an icon in the colour of the text (or a given one); empty for an unknown name."""
    path: Path = ICONS / f"{name}.svg"
    if not path.is_file():
        return QIcon()
    source = path.read_text(encoding="utf-8")
    made = QIcon()
    on = colour or ("#D5DDE5" if is_dark() else "#3C4650")
    off = "#5B6670" if is_dark() else "#B4BDC6"
    for mode, ink in ((QIcon.Mode.Normal, on), (QIcon.Mode.Disabled, off)):
        renderer = QSvgRenderer(QByteArray(source.replace("#3c4650", ink).encode()))
        for size in (20, 40):
            picture = QPixmap(size, size)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            renderer.render(painter, QRectF(0, 0, size, size))
            painter.end()
            made.addPixmap(picture, mode)
    return made
