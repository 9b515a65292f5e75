# SPDX-License-Identifier: LGPL-3.0-or-later
"""One finished output folder of the sample district, made once and read by many tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Finished:
    """How a run of the command line ended."""

    code: int
    said: str
    complained: str
    out: Path


def run_program(*arguments: str | Path, more: Mapping[str, str] | None = None) -> Finished:
    """Run `gridplanner ARGUMENTS` in a process of its own, as a user would."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), **(more or {})}
    done = subprocess.run(
        [sys.executable, "-m", "gridplanner", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        timeout=600,
        check=False,
    )
    words = [str(a) for a in arguments]
    out = Path(words[words.index("--out") + 1]) if "--out" in words else Path()
    return Finished(done.returncode, done.stdout, done.stderr, out)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The whole main job on the sample district."""
    done = run_program("demo", "--out", tmp_path_factory.mktemp("demo") / "out", "--lang", "zh_CN")
    assert done.code in (0, 1), done.complained
    return done
