# SPDX-License-Identifier: LGPL-3.0-or-later
"""What things are: atoms, grids, plans, rules, findings, certificates.

Frozen types and NumPy arrays only: no files, no Qt, no geometry work.
"""
