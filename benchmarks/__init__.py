# SPDX-License-Identifier: LGPL-3.0-or-later
"""Benchmarks: `python3 main.py bench NAME`."""
