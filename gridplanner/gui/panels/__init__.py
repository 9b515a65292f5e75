# SPDX-License-Identifier: LGPL-3.0-or-later
"""One panel per step, and the docks beside the map."""
