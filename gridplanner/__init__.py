# SPDX-License-Identifier: LGPL-3.0-or-later
"""Redraw a city's governance grids. Importing the package has no effect."""

__version__ = "0.1.0"
