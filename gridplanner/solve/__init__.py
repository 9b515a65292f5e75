# SPDX-License-Identifier: LGPL-3.0-or-later
"""Propose a plan and prove how good it is."""
