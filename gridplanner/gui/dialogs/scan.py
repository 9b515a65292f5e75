# SPDX-License-Identifier: LGPL-3.0-or-later
"""Put a scanned map on the ground: the same points on the picture and on the map, with residuals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gridplanner.errors import UserError
from gridplanner.gui.canvas.basemap import PictureGround, level_for, undecoded
from gridplanner.gui.dialogs.beside import BesideMap
from gridplanner.gui.tools.control import ControlTool, paint_cross
from gridplanner.gui.widgets import button, label
from gridplanner.texts import _
from gridplanner.workspace.intake.scans import (
    Fit,
    Scan,
    corners,
    fit_scan,
    keep_placing,
    points_beside,
    read_scan,
    residual_rows,
)

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell


@dataclass(frozen=True)
class Pair:
    """One point on both: column and row of the picture, metres on the ground."""

    u: float
    v: float
    x: float
    y: float


class PicturePane(QWidget):
    """The scanned map; a click tells a place on it, the wheel zooms, a drag moves it.

    Signals
    -------
    pointed : float, float - column and row of the picture as stored
    """

    pointed = Signal(float, float)

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(280, 260)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMouseTracking(True)
        self._levels: Sequence[QImage] = ()
        self._ratio, self._scale, self._corner = 1.0, 1.0, QPointF(0, 0)
        self._press: QPointF | None = None
        self._dragged = False
        self._marks: list[tuple[float, float, str, bool]] = []

    @property
    def empty(self) -> bool:
        """Whether there is no picture yet."""
        return not self._levels

    def show_picture(self, levels: Sequence[QImage], width: int) -> None:
        """Show a picture that has `width` columns as stored, by its copies, largest first."""
        self._levels = levels
        largest = levels[0]
        self._ratio = largest.width() / max(width, 1)
        self._scale = min(self.width() / max(largest.width(), 1), self.height() / max(largest.height(), 1))
        self._corner = QPointF(0, 0)
        self.update()

    def clear(self) -> None:
        """Show no picture."""
        self._levels = ()
        self.update()

    def show_marks(self, marks: list[tuple[float, float, str, bool]]) -> None:
        """Show points: column, row, number, whether the residual is large."""
        self._marks = marks
        self.update()

    def to_pixel(self, position: QPointF) -> tuple[float, float]:
        """Return column and row of the picture under a place of the pane."""
        at, shrunk = position - self._corner, self._scale * self._ratio
        return at.x() / shrunk, at.y() / shrunk

    def to_pane(self, u: float, v: float) -> QPointF:
        """Return the place of a column and row."""
        return self._corner + QPointF(u, v) * (self._ratio * self._scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#6B747D"))
        if self.empty:
            painter.setPen(QColor("#FFFFFF"))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), _("No picture yet"))
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            size = self._levels[0].size().toSizeF() * self._scale
            # The smallest copy that still shows every pixel: large pictures would hold the window up.
            painter.drawImage(QRectF(self._corner, size), level_for(self._levels, size.width()))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for u, v, text, large in self._marks:
                paint_cross(painter, self.to_pane(u, v), text, large=large)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._press, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            return
        step = event.position() - self._press
        if self._dragged or step.manhattanLength() > 5:
            self._dragged = True
            self._corner += step
            self._press = event.position()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        press, self._press = self._press, None
        if press is not None and not self._dragged and not self.empty:
            self.pointed.emit(*self.to_pixel(event.position()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        factor = 1.25 ** (event.angleDelta().y() / 120)
        at = event.position()
        self._corner = at - (at - self._corner) * factor
        self._scale *= factor
        self.update()


class ScanDialog(BesideMap):
    """A window beside the map: picture, table of points with residuals, and what to do with them."""

    def __init__(self, window: Shell, tool: ControlTool) -> None:
        super().__init__(window)
        self.setWindowTitle(_("Scanned map"))
        self.resize(860, 620)
        self._window, self._tool = window, tool
        self.scan: Scan | None = None
        self.fit: Fit | None = None
        self.pairs: list[Pair] = []
        self._pixel: tuple[float, float] | None = None
        self._ground: PictureGround | None = None
        self.pane = PicturePane()
        self.pane.pointed.connect(self._take_pixel)
        tool.pointed.connect(self._take_ground)
        window.session.opened.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addWidget(
            label(
                _(
                    "Click a point on the picture, then the same point on the map; three points and more, "
                    "far apart. Then trace the grids of the scan with the tool Draw a new grid."
                ),
                "quiet",
            )
        )
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.pane)
        split.addWidget(self._make_side())
        split.setSizes([520, 330])
        layout.addWidget(split, 1)
        self._refresh()

    def _make_side(self) -> QWidget:
        """Build the table of points and the buttons."""
        side = QWidget()
        layout = QVBoxLayout(side)
        layout.setContentsMargins(8, 0, 0, 0)
        layout.addWidget(button(_("Open a scan..."), self._ask_file, primary=True))
        self.kind = QComboBox()
        self.kind.setAccessibleName(_("Kind of fit"))
        for text, key in (
            (_("Fit chosen by the number of points"), ""),
            (_("Shift, turn, scale (4 parameters)"), "similarity"),
            (_("Affine (6 parameters)"), "affine"),
        ):
            self.kind.addItem(text, key)
        self.kind.currentIndexChanged.connect(lambda _i: self._refresh())
        layout.addWidget(self.kind)
        self.table = QTableWidget(0, 4)
        self.table.setHorizontalHeaderLabels([_("Picture"), "X", "Y", _("Residual (m)")])
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.setAccessibleName(_("Control points"))
        layout.addWidget(self.table, 1)
        self.state = label(role="quiet")
        self.state.setMinimumHeight(self.fontMetrics().height() * 3)
        layout.addWidget(self.state)
        row = QHBoxLayout()
        row.addWidget(button(_("Remove the point"), self._remove))
        self.keep = button(_("Keep the placing"), self._keep)
        row.addWidget(self.keep)
        layout.addLayout(row)
        return side

    # --- points --------------------------------------------------------------------------------------

    def open(self, path: str) -> None:  # type: ignore[override]  # a file is opened, not the dialog
        """Read a scan, with the points kept beside it."""
        try:
            self.scan = read_scan(Path(path))
            known = points_beside(self.scan)
        except UserError as error:
            self.state.setText(str(error))
            return
        pixels, ground = known if known is not None else (np.empty((0, 2)), np.empty((0, 2)))
        self.pairs = [Pair(*p, *g) for p, g in zip(pixels.tolist(), ground.tolist(), strict=True)]
        self._pixel = None
        self.pane.clear()
        self._ground = PictureGround(path, np.zeros((2, 2, 2)), self)
        self._ground.changed.connect(self._show_picture)
        self._ground.broken.connect(lambda: self._give_up(path))
        self._refresh()

    def _give_up(self, path: str) -> None:
        """Say that the picture cannot be shown; another one may be opened."""
        self.scan, self.pairs = None, []
        self._refresh()
        self.state.setText(undecoded(path))

    def _show_picture(self) -> None:
        """Show the decoded picture in the pane, once."""
        if self._ground is not None and self._ground.levels and self.scan is not None and self.pane.empty:
            self.pane.show_picture(self._ground.levels, self.scan.width)

    def _take_pixel(self, u: float, v: float) -> None:
        """Take a place on the picture; the next click on the map completes it."""
        self._pixel = (u, v)
        self._refresh()

    def _take_ground(self, x: float, y: float) -> None:
        """Take a place on the map."""
        if self._pixel is None:
            self.state.setText(_("First click the point on the picture."))
            return
        self.pairs.append(Pair(*self._pixel, x, y))
        self._pixel = None
        self._refresh()

    def _remove(self) -> None:
        """Remove the point in hand."""
        row = self.table.currentRow()
        if 0 <= row < len(self.pairs):
            del self.pairs[row]
            self._refresh()

    def _refresh(self) -> None:
        """Fit anew and show what came of it."""
        self.fit, text = self._fitted()
        residuals = residual_rows(self.fit) if self.fit is not None else []
        large = [bool(residuals) and residuals[i][2] for i in range(len(self.pairs))]
        self.table.setRowCount(len(self.pairs))
        for i, pair in enumerate(self.pairs):
            left = f"{residuals[i][1]:.2f}" if residuals else ""
            for j, cell in enumerate((f"{pair.u:.0f}, {pair.v:.0f}", f"{pair.x:.1f}", f"{pair.y:.1f}", left)):
                item = QTableWidgetItem(cell)
                if j == 3 and large[i]:
                    item.setForeground(QColor("#C8451B"))
                self.table.setItem(i, j, item)
        marks = [(p.u, p.v, str(i + 1), large[i]) for i, p in enumerate(self.pairs)]
        if self._pixel is not None:
            marks.append((*self._pixel, str(len(self.pairs) + 1), False))
        self.pane.show_marks(marks)
        self._tool.show_points([(p.x, p.y, str(i + 1), large[i]) for i, p in enumerate(self.pairs)])
        self.keep.setEnabled(self.fit is not None)
        self.state.setText(text)
        self._lay()

    def _fitted(self) -> tuple[Fit | None, str]:
        """Return the fit and what to say of it."""
        if self.scan is None:
            return None, _("Open a picture of the map: PNG, JPG or TIFF.")
        if self._pixel is not None:
            return self.fit, _("Now click the same point on the map.")
        if len(self.pairs) < 3:
            return None, _("{n} of at least 3 points").format(n=len(self.pairs))
        pixels = np.array([(p.u, p.v) for p in self.pairs])
        ground = np.array([(p.x, p.y) for p in self.pairs])
        try:
            found = fit_scan(pixels, ground, str(self.kind.currentData()))
        except UserError as error:
            return None, str(error)
        text = _("Mean residual {rms} m, largest {most} m; one pixel is {scale} m").format(
            rms=f"{found.rms_m:.2f}", most=f"{found.residuals_m.max():.2f}", scale=f"{found.scale:.3f}"
        )
        return found, text

    def _lay(self) -> None:
        """Lay the picture under the map where the fit puts it."""
        if self.fit is None or self.scan is None or self._ground is None:
            return
        a, b, c, d = corners(self.scan, self.fit)
        self._ground.move(np.array([[a, b], [d, c]]))
        if self._window.map.ground is not self._ground:
            self._ground.setParent(self._window.canvas)
            self._window.map.set_ground(self._ground)

    # --- files ---------------------------------------------------------------------------------------

    def _ask_file(self) -> None:
        """Ask for a scan."""
        path, _chosen = QFileDialog.getOpenFileName(
            self, _("Scanned map"), "", f"{_('Pictures')} (*.png *.jpg *.jpeg *.tif *.tiff)"
        )
        if path:
            self.open(path)

    def _keep(self) -> None:
        """Write the placing beside the picture."""
        scene = self._window.session.scene
        if self.fit is None or self.scan is None or scene is None:
            return
        pixels = np.array([(p.u, p.v) for p in self.pairs])
        ground = np.array([(p.x, p.y) for p in self.pairs])
        try:
            written = keep_placing(self.scan, self.fit, scene.crs, pixels, ground)
        except UserError as error:
            self.state.setText(str(error))
            return
        self.state.setText(
            _("Kept beside the picture: {files}").format(files=", ".join(path.name for path in written))
        )

    def let_go(self) -> None:
        self._tool.show_points(())
        self._tool.pointed.disconnect(self._take_ground)
        self._window.session.opened.disconnect(self.close)
        if self._ground is not None and self._window.map.ground is not self._ground:
            self._ground.close()
