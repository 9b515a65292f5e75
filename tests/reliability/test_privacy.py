# SPDX-License-Identifier: LGPL-3.0-or-later
"""R21, R22: no resident in any output, no connection to anywhere."""

from __future__ import annotations

import os

import pytest

from benchmarks.reliability import privacy

pytestmark = pytest.mark.skipif(os.name == "nt", reason="runs the command line under tools of Linux")


def test_r21_no_personal_data_is_left_behind() -> None:
    run = privacy.residents_in_outputs()
    assert run.kept, run.failures
    assert run.cases > 30


def test_r22_the_main_job_connects_to_nothing() -> None:
    run = privacy.no_network()
    if run.skipped:
        pytest.skip(run.skipped)
    assert run.kept, run.failures
