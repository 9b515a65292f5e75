# SPDX-License-Identifier: LGPL-3.0-or-later
"""The same A3 sheet by a QGIS layout; run with the system's Python: `qgis_layout.py FOLDER SCALE REPEATS`.

FOLDER holds grids, communities, roads, water and buildings as GeoPackages. Prints the seconds of each
export as JSON; loading the layers and building the layout are not counted.
"""

from __future__ import annotations

import json
import os
import sys
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (
    QgsApplication,
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsLayout,
    QgsLayoutExporter,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLineSymbol,
    QgsPalLayerSettings,
    QgsProject,
    QgsRendererCategory,
    QgsSingleSymbolRenderer,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsUnitTypes,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtGui import QFontDatabase

#: The layers, the topmost first.
NAMES = ("communities", "roads", "buildings", "water", "grids")


def labelled(layer: QgsVectorLayer, field: str, size: float) -> None:
    """Label a layer inside its polygons, with a halo."""
    text = QgsTextFormat()
    text.setSize(size)
    text.setSizeUnit(QgsUnitTypes.RenderMillimeters)
    rim = QgsTextBufferSettings()
    rim.setEnabled(True)
    text.setBuffer(rim)
    settings = QgsPalLayerSettings()
    settings.fieldName = field
    settings.setFormat(text)
    layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    layer.setLabelsEnabled(True)


def layers(folder: str) -> list[QgsVectorLayer]:
    """Load and style the layers, the topmost first."""
    loaded = {n: QgsVectorLayer(f"{folder}/{n}.gpkg", n, "ogr") for n in NAMES}
    fill = [
        QgsRendererCategory(c, QgsFillSymbol.createSimple({"color": c, "outline_width": "0.25"}), c)
        for c in sorted({feature["fill"] for feature in loaded["grids"].getFeatures()})
    ]
    loaded["grids"].setRenderer(QgsCategorizedSymbolRenderer("fill", fill))
    outline = QgsFillSymbol.createSimple({"style": "no", "outline_color": "#5b1a1a", "outline_width": "0.5"})
    loaded["communities"].setRenderer(QgsSingleSymbolRenderer(outline))
    road = QgsLineSymbol.createSimple({"color": "#ffffff", "width": "0.6"})
    road.appendSymbolLayer(road.symbolLayer(0).clone())
    loaded["roads"].setRenderer(QgsSingleSymbolRenderer(road))
    water = QgsFillSymbol.createSimple({"color": "#bcd8e8", "outline_color": "#7fa9c2"})
    loaded["water"].setRenderer(QgsSingleSymbolRenderer(water))
    labelled(loaded["grids"], "label", 2.3)
    labelled(loaded["communities"], "name", 3.4)
    plain = QgsFillSymbol.createSimple({"color": "#b9b1a7", "outline_style": "no"})
    loaded["buildings"].setRenderer(QgsSingleSymbolRenderer(plain))
    return [loaded[name] for name in NAMES]


def layout(project: QgsProject, shown: list[QgsVectorLayer], scale: float) -> QgsLayout:
    """Build the sheet: map, title, scale bar, legend."""
    sheet = QgsLayout(project)
    sheet.initializeDefaults()
    sheet.pageCollection().pages()[0].setPageSize(QgsLayoutSize(420, 297, QgsUnitTypes.LayoutMillimeters))
    window = QgsLayoutItemMap(sheet)
    window.setLayers(shown)
    sheet.addLayoutItem(window)
    window.attemptMove(QgsLayoutPoint(8, 25, QgsUnitTypes.LayoutMillimeters))
    window.attemptResize(QgsLayoutSize(327, 259, QgsUnitTypes.LayoutMillimeters))
    window.setExtent(shown[0].extent())
    window.setScale(scale)
    title = QgsLayoutItemLabel(sheet)
    title.setText("网格分布图")
    sheet.addLayoutItem(title)
    title.attemptMove(QgsLayoutPoint(150, 8, QgsUnitTypes.LayoutMillimeters))
    title.adjustSizeToText()
    bar = QgsLayoutItemScaleBar(sheet)
    bar.setLinkedMap(window)
    bar.applyDefaultSize()
    sheet.addLayoutItem(bar)
    bar.attemptMove(QgsLayoutPoint(340, 25, QgsUnitTypes.LayoutMillimeters))
    legend = QgsLayoutItemLegend(sheet)
    legend.setLinkedMap(window)
    sheet.addLayoutItem(legend)
    legend.attemptMove(QgsLayoutPoint(340, 45, QgsUnitTypes.LayoutMillimeters))
    return sheet


def main() -> None:
    """Export the sheet several times."""
    folder, scale, repeats, font = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    application = QgsApplication([], True)
    application.initQgis()
    family = QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(font))[0]
    standard = application.font()
    standard.setFamily(family)
    application.setFont(standard)
    shown = layers(folder)
    project = QgsProject.instance()
    project.setCrs(shown[0].crs())
    project.addMapLayers(shown)
    sheet = layout(project, shown, scale)
    seconds = []
    for _turn in range(repeats):
        settings = QgsLayoutExporter.PdfExportSettings()
        settings.forceVectorOutput = True
        begin = time.perf_counter(), time.process_time()
        result = QgsLayoutExporter(sheet).exportToPdf(f"{folder}/qgis.pdf", settings)
        if result != QgsLayoutExporter.Success:
            raise SystemExit(f"export failed: {result}")
        seconds.append((time.perf_counter() - begin[0], time.process_time() - begin[1]))
    print(json.dumps(seconds))
    sys.stdout.flush()
    # QGIS often crashes while it shuts down offscreen; the figures are out by now.
    os._exit(0)


if __name__ == "__main__":
    main()
