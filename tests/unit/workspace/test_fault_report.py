# SPDX-License-Identifier: LGPL-3.0-or-later
"""Reports of unexpected errors say where, and hold no value of any data."""

from __future__ import annotations

import importlib
import traceback
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from gridplanner.cli.outermost import FAULT, run_outermost
from gridplanner.workspace.safety.fault_report import fault_text

_PERSON = "张三 13800138000"
FOLDER = "\\".join(("C:", "Users", "zhangsan", ""))


def _stumble(text: str) -> int:
    return int(text)


def _trace(error: BaseException) -> str:
    return fault_text("".join(traceback.format_exception(error)))


def test_places_and_kinds_without_the_message() -> None:
    with pytest.raises(KeyError) as caught:
        try:
            _stumble(f"{_PERSON}\nNameError: {_PERSON}")
        except ValueError as cause:
            raise KeyError(_PERSON) from cause
    text = _trace(caught.value)
    assert "ValueError\n" in text
    assert "KeyError\n" in text
    assert "test_fault_report.py" in text
    assert " _stumble\n" in text
    assert "张三" not in text
    assert "13800138000" not in text
    assert "NameError" not in text


def test_missing_module_is_named() -> None:
    with pytest.raises(ImportError) as caught:
        importlib.import_module("gridplanner.nowhere")
    assert "ModuleNotFoundError: No module named 'gridplanner.nowhere'\n" in _trace(caught.value)


def test_error_of_a_worker_process_keeps_its_places() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool, pytest.raises(ValueError) as caught:
        pool.submit(_stumble, _PERSON).result()
    text = _trace(caught.value)
    assert " _stumble\n" in text
    assert "ValueError\n" in text
    assert "张三" not in text


def test_folders_above_the_package_are_not_told() -> None:
    place = f'File "{FOLDER}gridplanner\\io\\gate.py", line 7, in judge'
    trace = f"Traceback (most recent call last):\n  {place}\n    x\nValueError: y\n"
    assert "  gridplanner/io/gate.py:7 judge\nValueError\n" in fault_text(trace)
    assert "zhangsan" not in fault_text(trace)


def test_command_line_says_it_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRIDPLANNER_USER_DIR", str(tmp_path))
    assert run_outermost(lambda _arguments: _stumble(_PERSON), ["run"]) == FAULT
    told = capsys.readouterr().err
    (report,) = (tmp_path / "faults").glob("*.txt")
    assert str(report) in told
    assert "Traceback" not in told
    assert "张三" not in told
    assert " _stumble\n" in report.read_text(encoding="utf-8")
