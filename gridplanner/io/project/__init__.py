# SPDX-License-Identifier: LGPL-3.0-or-later
"""The project file: one GeoPackage with layers and tables."""
