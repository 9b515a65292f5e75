# SPDX-License-Identifier: LGPL-3.0-or-later
"""Draw one mend of a project's grids of today before and after, as shown in the manual.

python tools/draw_mend.py PROJECT.gpkg OUT.png [NUMBER]
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QImage, QPainter, QPen, QPolygonF

from gridplanner.io.project.project import open_project
from gridplanner.model.jurisdiction import District
from gridplanner.texts import RESOURCES, _
from gridplanner.workspace.amend.amending import amended
from gridplanner.workspace.amend.mending import MendChoice, MendProposal, mend_correction, mend_proposals

PANEL, HEAD, FOOT, GAP = 620, 54, 96, 20
FILLS = ("#9ecae1", "#fdd0a2", "#c7e9c0", "#dadaeb", "#fbb4c4", "#e6e6aa")
PLAIN = "#f2f2f2"
DISPUTED = "#d7301f"


def main(arguments: list[str]) -> int:
    """Draw the picture; return 0."""
    project, out = Path(arguments[0]), Path(arguments[1])
    number = int(arguments[2]) - 1 if len(arguments) > 2 else 0
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication([])
    QFontDatabase.addApplicationFont(str(RESOURCES / "fonts" / "NotoSansSC-Regular.otf"))
    before = open_project(project).district
    proposal = mend_proposals(before)[number]
    answer = mend_correction(before, [MendChoice(number)])
    if answer.correction is None:
        print(_("Left out, since they would make a new fault: {n}").format(n=1), file=sys.stderr)
        return 1
    after = amended(before, answer.correction.by)
    image = QImage(2 * PANEL + GAP, HEAD + PANEL + FOOT, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(QFont("Noto Sans SC", 15))
    painter.drawText(QRectF(0, 0, image.width(), HEAD), Qt.AlignmentFlag.AlignCenter, proposal.text)
    window = _window(before, proposal)
    for k, (district, title) in enumerate(((before, _("Before")), (after, _("After")))):
        painter.save()
        painter.translate(k * (PANEL + GAP), HEAD)
        _panel(painter, district, proposal, window, disputed=k == 0)
        _caption(painter, proposal, title, before=k == 0)
        painter.restore()
    painter.end()
    image.save(str(out))
    del application
    return 0


def _window(district: District, proposal: MendProposal) -> tuple[float, float, float]:
    """Return west, north and metres per pixel of the map: the grids concerned with a margin."""
    rows = [g for g, record in enumerate(district.grids_before) if record.code in proposal.units]
    x0, y0, x1, y1 = shapely.total_bounds(district.grids_before_geometry[rows])
    side = 1.12 * max(x1 - x0, y1 - y0)
    return (x0 + x1 - side) / 2, (y0 + y1 + side) / 2, side / PANEL


def _panel(
    painter: QPainter,
    district: District,
    proposal: MendProposal,
    window: tuple[float, float, float],
    *,
    disputed: bool,
) -> None:
    """Draw today's grids; the land in question hatched."""
    west, north, scale = window
    painter.setClipRect(QRectF(0, 0, PANEL, PANEL))
    frame = shapely.box(west, north - PANEL * scale, west + PANEL * scale, north)

    def on_paper(coordinates: npt.NDArray[np.float64]) -> QPolygonF:
        return QPolygonF([QPointF((x - west) / scale, (north - y) / scale) for x, y in coordinates])

    painter.setPen(QPen(QColor("#404040"), 1.6))
    for record, shape in zip(district.grids_before, district.grids_before_geometry, strict=True):
        if shapely.intersects(shape, frame):
            painter.setBrush(_fill(proposal, record.code))
            for part in shapely.get_parts(shape):
                painter.drawPolygon(on_paper(shapely.get_coordinates(part.exterior)))
    painter.setPen(QPen(QColor("#606060"), 4.4, c=Qt.PenCapStyle.RoundCap))
    painter.drawPoints(on_paper(np.column_stack([district.buildings.x, district.buildings.y])))
    if disputed:
        painter.setPen(QPen(QColor(DISPUTED), 2.4))
        painter.setBrush(Qt.BrushStyle.BDiagPattern)
        for ring in proposal.rings:
            painter.drawPolygon(on_paper(ring))
    painter.setClipping(False)
    painter.setPen(QPen(QColor("#808080"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(0.5, 0.5, PANEL - 1, PANEL - 1))


def _fill(proposal: MendProposal, code: str) -> QColor:
    """Return the colour of a grid; those concerned let what lies below them shine through."""
    if code not in proposal.units:
        return QColor(PLAIN)
    colour = QColor(FILLS[proposal.units.index(code) % len(FILLS)])
    colour.setAlpha(170)
    return colour


def _caption(painter: QPainter, proposal: MendProposal, title: str, *, before: bool) -> None:
    """Write area and people of the grids concerned below the map."""
    area = proposal.area_before if before else proposal.area_after
    people = proposal.people_before if before else proposal.people_after
    rows = zip(proposal.names, area, people, strict=True)
    lines = [title, *(f"{name}　{land:,.0f} m²　{living:,} {_('persons')}" for name, land, living in rows)]
    painter.setPen(QColor("black"))
    painter.drawText(
        QRectF(4, PANEL + 4, PANEL - 8, FOOT - 8),
        Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop,
        "\n".join(lines),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
