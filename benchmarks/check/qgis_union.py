# SPDX-License-Identifier: LGPL-3.0-or-later
"""QGIS's own algorithm for overlaps in one layer: the union of the layer with itself, `native:union`.

Run by the Python that QGIS is installed for. Land that two polygons cover comes back twice; a point of
each such piece is printed, with CPU seconds and memory, as one JSON line. Arguments: a GeoPackage.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections import Counter

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
#: Pieces of less land are rounding, square metres.
_NOTHING_M2 = 1e-6


def main(path: str) -> None:
    from qgis.analysis import QgsNativeAlgorithms
    from qgis.core import QgsApplication, QgsFeatureRequest, QgsProcessingContext, QgsVectorLayer
    from qgis.core import QgsProcessingFeedback as Feedback

    application = QgsApplication([], False)
    application.initQgis()
    QgsApplication.processingRegistry().addProvider(QgsNativeAlgorithms())
    layer = QgsVectorLayer(path, "cells", "ogr")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    context = QgsProcessingContext()
    # Invalid polygons (spikes are) would stop the algorithm, not only be left out.
    context.setInvalidGeometryCheck(QgsFeatureRequest.GeometryNoCheck)
    union = QgsApplication.processingRegistry().createAlgorithmById("native:union")
    told, done = union.run({"INPUT": layer, "OUTPUT": "memory:"}, context, Feedback())
    if not done:
        sys.exit("native:union gave up")
    pieces = [f.geometry() for f in context.takeResultLayer(told["OUTPUT"]).getFeatures()]
    spots = [g.pointOnSurface().asPoint() for g in pieces if g.area() > _NOTHING_M2]
    times = Counter((round(p.x(), 4), round(p.y(), 4)) for p in spots)
    twice = [xy for xy, count in times.items() if count > 1]
    seconds = time.process_time() - start
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(json.dumps({"seconds": seconds, "memory_mib": memory, "xy": twice}))
    sys.stdout.flush()
    # QGIS may crash while it takes itself down; everything is said already.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
