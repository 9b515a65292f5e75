# SPDX-License-Identifier: LGPL-3.0-or-later
"""Draw a tiling with QGIS (run by the system's Python, which knows QGIS): prints frame_ms."""

from __future__ import annotations

import sys
import time
from itertools import pairwise

import numpy as np
from qgis.core import (
    QgsApplication,
    QgsFeature,
    QgsFillSymbol,
    QgsGeometry,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsPointXY,
    QgsRectangle,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize


def main(path: str) -> None:
    """Load the polygons into a memory layer with an index, and time the best of three frames."""
    application = QgsApplication([], False)
    application.initQgis()
    data = np.load(path)
    xy, rings = data["xy"], data["rings"]
    layer = QgsVectorLayer("Polygon?crs=EPSG:4545&index=yes", "tiling", "memory")
    features = []
    for a, b in pairwise(rings):
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromPolygonXY([[QgsPointXY(x, y) for x, y in xy[a:b].tolist()]]))
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    layer.updateExtents()
    symbol = QgsFillSymbol.createSimple(
        {"color": "#88aacc", "outline_color": "#444444", "outline_width": "0.26"}
    )
    layer.setRenderer(QgsSingleSymbolRenderer(symbol))
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setExtent(QgsRectangle(-1800, 0, 7800, 6000))
    settings.setOutputSize(QSize(1600, 1000))
    settings.setFlag(QgsMapSettings.Antialiasing, False)
    times = []
    for _ in range(3):
        started = time.process_time()
        job = QgsMapRendererSequentialJob(settings)
        job.start()
        job.waitForFinished()
        times.append(time.process_time() - started)
    print(f"frame_ms={min(times) * 1e3:.1f}")


if __name__ == "__main__":
    main(sys.argv[1])
