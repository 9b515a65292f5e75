# SPDX-License-Identifier: LGPL-3.0-or-later
"""Let `python -m gridplanner` be the command line."""

from __future__ import annotations

import sys

from gridplanner.cli import main

if __name__ == "__main__":
    sys.exit(main())
