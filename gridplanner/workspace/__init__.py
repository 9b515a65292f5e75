# SPDX-License-Identifier: LGPL-3.0-or-later
"""The one door to the core for window, command line and API."""
