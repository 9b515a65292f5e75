# SPDX-License-Identifier: LGPL-3.0-or-later
"""Work that the tests of jobs and executors run in other processes."""

import os
import time
from pathlib import Path

from gridplanner.errors import DataError, UserError
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity


def count_to(n, progress):
    for i in range(n):
        progress.step(i + 1, n, "counting")
        time.sleep(0.01)
    return n


def refuse(progress):
    raise UserError("no")


def refuse_data(progress):
    raise DataError("bad rows", [Finding("read.row", Severity.ERROR, "row 4")])


def crash(progress):
    return 1 // 0


def die(progress):
    os._exit(9)


def hang(progress):
    time.sleep(60)


def square(x):
    return x * x


def die_once(task):
    marker, x = task
    if not Path(marker).exists():
        Path(marker).touch()
        os._exit(9)
    return x


def slow(x):
    time.sleep(5)
    return x


def wait_and_square(x):
    time.sleep(0.2)
    return x * x


def who_sleeps(seconds):
    time.sleep(seconds)
    return os.getpid()
