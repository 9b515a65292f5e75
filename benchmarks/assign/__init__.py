# SPDX-License-Identifier: LGPL-3.0-or-later
"""How long branches, workers and organisation trees take."""
