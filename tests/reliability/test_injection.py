# SPDX-License-Identifier: LGPL-3.0-or-later
"""R13, R14, R15: names that are scripts, formulas or SQL stay names."""

from __future__ import annotations

from benchmarks.reliability import injection


def test_r13_no_script_runs_in_the_web_map() -> None:
    run = injection.web_scripts()
    assert run.kept, run.failures


def test_r14_no_formula_or_link_comes_from_data() -> None:
    run = injection.formulas()
    assert run.kept, run.failures
    assert run.note.startswith(f"{run.cases} of {run.cases}")


def test_r15_names_are_quoted_everywhere() -> None:
    run = injection.evil_names()
    assert run.kept, run.failures
