# SPDX-License-Identifier: LGPL-3.0-or-later
"""Re-check every claim of an output folder from its files alone."""
