# SPDX-License-Identifier: LGPL-3.0-or-later
"""Layers to atoms: repair, coverage, adjacency, service distances."""
