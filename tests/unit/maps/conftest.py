# SPDX-License-Identifier: LGPL-3.0-or-later
"""A small made-up city for all tests of maps, and the application they paint with."""

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from benchmarks.maps.town import town
from gridplanner.maps.options import MapOptions
from gridplanner.maps.scene import Scene
from gridplanner.maps.surface import ensure_application


@pytest.fixture(scope="session", autouse=True)
def application(qapp):
    # One application per process: the windows of other tests need the larger kind.
    assert ensure_application() is qapp
    return qapp


@pytest.fixture(scope="session")
def outcome():
    return town(seed=3, communities=8, olds=60, news=42, atoms=700)


@pytest.fixture(scope="session")
def scene(outcome):
    return Scene.of(outcome, MapOptions())
