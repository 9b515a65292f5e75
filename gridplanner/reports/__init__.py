# SPDX-License-Identifier: LGPL-3.0-or-later
"""Ledgers and papers: crosswalk, register, workbook, plan document."""
