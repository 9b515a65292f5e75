# SPDX-License-Identifier: LGPL-3.0-or-later
"""The window's copy of a project: its desk in a process of its own, what it sends and what it does."""
