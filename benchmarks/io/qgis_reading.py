# SPDX-License-Identifier: LGPL-3.0-or-later
"""Print as JSON what QGIS reads from the files named on the command line; run by QGIS' own Python."""

import json
import sys

from osgeo import gdal, ogr
from qgis.core import QgsApplication, QgsVectorLayer


def plain(value):
    """Return a cell as text, a date as the year, month and day; None for nothing."""
    if value is None or str(value) == "NULL":
        return None
    return value.toString("yyyy-MM-dd") if hasattr(value, "toString") else str(value)


def read(path):
    layer = QgsVectorLayer(path, "layer", "ogr")
    rows = []
    for feature in layer.getFeatures():
        shape = feature.geometry() if feature.hasGeometry() else None
        sizes = [round(shape.area(), 3), round(shape.length(), 3)] if shape else [None, None]
        wkb = bytes(shape.asWkb()).hex() if shape else None
        rows.append([[plain(value) for value in feature.attributes()], *sizes, wkb])
    return {
        "valid": layer.isValid(),
        "error": layer.error().message(),
        "crs": layer.crs().authid(),
        "names": [field.name() for field in layer.fields()],
        "rows": rows,
    }


def main():
    app = QgsApplication([], False)
    app.initQgis()
    answer = {path: read(path) for path in sys.argv[1:]}
    drivers = [ogr.GetDriver(i).GetName() for i in range(ogr.GetDriverCount())]
    print("JSON:" + json.dumps({"gdal": gdal.__version__, "drivers": drivers, "files": answer}))
    app.exitQgis()


main()
