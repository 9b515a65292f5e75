# SPDX-License-Identifier: LGPL-3.0-or-later
"""Corrections of what was delivered: mends of today's grids, the five operations on communities, counts."""
