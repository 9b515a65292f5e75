# SPDX-License-Identifier: LGPL-3.0-or-later
"""The planning engine and its peers on the same atoms, judged by one judge."""
