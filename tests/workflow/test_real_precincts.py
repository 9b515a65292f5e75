# SPDX-License-Identifier: LGPL-3.0-or-later
"""The example on real precincts; a file of its own, so that it runs beside the other one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflow.test_real_layers import check_plan


@pytest.mark.shared_data
@pytest.mark.slow
def test_the_plan_of_rhode_island_is_legal_and_true(shared_data: Path, tmp_path: Path) -> None:
    check_plan("rhode_island", 100, shared_data, tmp_path)
