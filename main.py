# SPDX-License-Identifier: LGPL-3.0-or-later
"""Start gridplanner; the first start sets everything up."""

import sys

# Before any other import: older Pythons cannot even parse the rest.
if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(
        "gridplanner 需要 Python 3.11、3.12 或 3.13，当前是 {0}.{1}，请换用其中一个版本运行。\n"
        "gridplanner needs Python 3.11, 3.12 or 3.13, this is {0}.{1}; run main.py with one of those.".format(
            *sys.version_info[:2]
        )
    )

from gridplanner.bootstrap import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
