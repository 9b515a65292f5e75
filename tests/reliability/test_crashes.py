# SPDX-License-Identifier: LGPL-3.0-or-later
"""R1, R3, R5: a share of the kills; `python3 main.py bench reliability` runs all of them."""

from __future__ import annotations

import os

import pytest

from benchmarks.reliability import kills

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills by signals of POSIX")


def test_r1_a_kill_while_saving_loses_nothing() -> None:
    run = kills.saving(40)
    assert run.kept, run.failures


def test_r3_a_kill_while_editing_loses_at_most_the_last_step() -> None:
    run = kills.editing(12)
    assert run.kept, run.failures


def test_r5_a_kill_while_exporting_leaves_a_whole_set() -> None:
    run = kills.exporting(40)
    assert run.kept, run.failures
