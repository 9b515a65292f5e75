# SPDX-License-Identifier: LGPL-3.0-or-later
"""Kernels that are kept compiled are those of the sources that are there."""

import subprocess
import sys

LEAF = "from gridplanner.solve.compiled import leaf\n\n\n@leaf\ndef more(number):\n    return number + {}\n"
KERNEL = """
from gridplanner.solve.compiled import kernel
from leaves import more


@kernel
def twice(number):
    return 2 * more(number)
"""
ASK = """
import sys
from pathlib import Path
from gridplanner.solve.compiled import forget_outdated
print(forget_outdated(Path(sys.argv[1])))
sys.path.insert(0, sys.argv[1])
from kernels import twice
print(twice(1), sum(twice.stats.cache_hits.values()))
"""


def asked(folder):
    done = subprocess.run([sys.executable, "-c", ASK, str(folder)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_leaf_that_changed_is_compiled_into_kernels_that_did_not(tmp_path):
    (tmp_path / "leaves.py").write_text(LEAF.format(1), encoding="utf-8")
    (tmp_path / "kernels.py").write_text(KERNEL, encoding="utf-8")
    assert asked(tmp_path)[1] == "4"
    assert asked(tmp_path) == ["False", "4", "1"], "a kernel is compiled once"
    (tmp_path / "leaves.py").write_text(LEAF.format(10), encoding="utf-8")
    assert asked(tmp_path)[:2] == ["True", "22"]
