# SPDX-License-Identifier: LGPL-3.0-or-later
"""Print as JSON what QGIS reads from the files named on the command line; run by QGIS' own Python."""

import json
import sys

from qgis.core import QgsApplication, QgsVectorLayer


def main():
    app = QgsApplication([], False)
    app.initQgis()
    answer = {}
    for path in sys.argv[1:]:
        layer = QgsVectorLayer(path, "layer", "ogr")
        names = [field.name() for field in layer.fields()]
        rows = []
        for feature in layer.getFeatures():
            cells = [
                None if value is None or str(value) == "NULL" else str(value)
                for value in feature.attributes()
            ]
            shape = feature.geometry() if feature.hasGeometry() else None
            sizes = [round(shape.area(), 3), round(shape.length(), 3)] if shape else [None, None]
            rows.append([cells, *sizes])
        answer[path] = {"valid": layer.isValid(), "crs": layer.crs().authid(), "names": names, "rows": rows}
    print("JSON:" + json.dumps(answer))
    app.exitQgis()


main()
