# SPDX-License-Identifier: LGPL-3.0-or-later
"""What comes in besides the first layers: ledger places, scans, base maps, releases, streets' plans."""
