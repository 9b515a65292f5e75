# SPDX-License-Identifier: LGPL-3.0-or-later
"""About the program and the licences of what it stands on."""

from __future__ import annotations

import platform

import PySide6
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

import gridplanner
from gridplanner.gui.widgets import label
from gridplanner.texts import _

_LIBRARIES = (
    ("Qt, PySide6, Shiboken", "LGPL-3.0-only"),
    ("NumPy, SciPy, pandas, shapely, geopandas", "BSD-3-Clause"),
    ("numba, llvmlite", "BSD-2-Clause"),
    ("pyogrio / GDAL", "MIT"),
    ("pyproj / PROJ", "MIT"),
    ("HiGHS", "MIT"),
    ("folium, Leaflet", "MIT / BSD-2-Clause"),
    ("openpyxl, python-docx", "MIT"),
    ("XlsxWriter", "BSD-2-Clause"),
    ("pikepdf / qpdf", "MPL-2.0 / Apache-2.0"),
    ("platformdirs", "MIT"),
)


class AboutDialog(QDialog):
    """Version and licences."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("About and licences"))
        self.resize(560, 420)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.addWidget(label(f"{_('Grid planner')} {gridplanner.__version__}", "title"))
        layout.addWidget(label(_("Redraw the governance grids of a district"), "quiet"))
        layout.addWidget(label(f"Python {platform.python_version()}, Qt {PySide6.__version__}", "quiet"))
        layout.addWidget(
            label(
                _(
                    "Free software under LGPL-3.0-or-later. It sends nothing anywhere; the network is used "
                    "only for an address that you enter yourself."
                )
            )
        )
        text = QPlainTextEdit("\n".join(f"{name}: {licence}" for name, licence in _LIBRARIES))
        text.setReadOnly(True)
        layout.addWidget(text, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
