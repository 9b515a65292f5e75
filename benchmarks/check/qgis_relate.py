# SPDX-License-Identifier: LGPL-3.0-or-later
"""QGIS's own way, run by the Python that QGIS is installed for: spatial index and prepared relate.

Arguments: a GeoPackage of polygons. Prints one JSON line: CPU seconds, memory, and a point of each
polygon that overlaps another. No QGIS 3.22 algorithm lists overlaps and gaps of a layer.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def main(path: str) -> None:
    from qgis.core import QgsApplication, QgsGeometry, QgsSpatialIndex, QgsVectorLayer

    application = QgsApplication([], False)
    application.initQgis()
    layer = QgsVectorLayer(path, "cells", "ogr")
    features = list(layer.getFeatures())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    index = QgsSpatialIndex()
    index.addFeatures(features)
    shapes = {f.id(): f.geometry() for f in features}
    flagged = []
    for number, shape in shapes.items():
        engine = QgsGeometry.createGeometryEngine(shape.constGet())
        engine.prepareGeometry()
        near = (other for other in index.intersects(shape.boundingBox()) if other > number)
        hits = [n for n in near if engine.relatePattern(shapes[n].constGet(), "T********")]
        flagged.extend([number] * len(hits))
    seconds = time.process_time() - start
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    spots = [shapes[number].centroid().asPoint() for number in flagged]
    print(json.dumps({"seconds": seconds, "memory_mib": memory, "xy": [(p.x(), p.y()) for p in spots]}))
    sys.stdout.flush()
    # QGIS may crash while it takes itself down; everything is said already.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
