# SPDX-License-Identifier: LGPL-3.0-or-later
"""The command line: one sub-command per use-case.

Exit codes: 0 done, 1 errors remain or no admissible plan, 2 bad input or usage, 130 cancelled.
"""
