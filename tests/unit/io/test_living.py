# SPDX-License-Identifier: LGPL-3.0-or-later
"""A process that lives, one that ended, and numbers that mean no process."""

from __future__ import annotations

import os
import subprocess
import sys

from gridplanner.io.living import process_lives


def test_this_process_lives_and_is_not_disturbed() -> None:
    assert process_lives(os.getpid())


def test_a_child_lives_until_it_is_waited_for() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert process_lives(child.pid)
        child.kill()
    assert not process_lives(child.pid)


def test_numbers_of_groups_are_no_processes() -> None:
    assert not process_lives(0)
    assert not process_lives(-1)
