# SPDX-License-Identifier: LGPL-3.0-or-later
"""The outermost frame of the program: language, console, errors as sentences and exit codes."""

from __future__ import annotations

import atexit
import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NoReturn

from gridplanner.cli.terminal import cancel_on_interrupt
from gridplanner.errors import Cancelled, DataError, UserError
from gridplanner.texts import _, use_language

#: FAULT is no code of the contract: it stands for an error of the program itself (EX_SOFTWARE of sysexits.h).
BAD, FAULT, CANCELLED = 2, 70, 130
#: Faults of the data printed one by one; more would only hide the first.
_SHOWN = 50


def run_outermost(work: Callable[[list[str]], int], arguments: Sequence[str]) -> int:
    """Run `work(arguments)`; errors meant for the user become one sentence and an exit code."""
    speak_utf8()
    language = early_language(arguments)
    if language:
        use_language(language)
    try:
        with cancel_on_interrupt():
            return work(list(arguments))
    except UserError as error:
        print(error, file=sys.stderr)
        if isinstance(error, DataError):
            for finding in error.findings[:_SHOWN]:
                print(f"  - {finding.text}", file=sys.stderr)
        return BAD
    except BrokenPipeError:  # the reader of our output (`| head`) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Cancelled, KeyboardInterrupt):
        print(_("Cancelled."), file=sys.stderr)
        return CANCELLED
    except MemoryError:
        print(
            _(
                "Memory ran out; nothing was written under the final name. Close other programs, plan street "
                "by street, or use a computer with more memory."
            ),
            file=sys.stderr,
        )
        return BAD
    except Exception as error:  # the last frame: an error of the program is told as such, never as a finding
        print(_told(error), file=sys.stderr)
        return FAULT


def leave(code: int) -> NoReturn:
    """End the process; a cancelled one at once.

    To take numba, HiGHS and Qt apart in good order takes a second, which whoever pressed Ctrl+C would wait.
    What must be done at the end of a process (locks, temporary files) is done all the same.
    """
    if code != CANCELLED:
        sys.exit(code)
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(code)


def _told(error: Exception) -> str:
    """Return the sentence for an error that nobody expected, and write its report."""
    from gridplanner.workspace.safety.fault_report import (
        report_fault,  # an error is rare; the start stays quick
    )

    report = report_fault(error)
    kind = type(error).__name__
    if report is None:
        return _("An error of the program itself ({kind}). Nothing was written under the final name.").format(
            kind=kind
        )
    return _(
        "An error of the program itself ({kind}). Nothing was written under the final name. "
        "Please send {report} to whoever looks after the program; it holds no data."
    ).format(kind=kind, report=report)


def early_language(arguments: Sequence[str]) -> str:
    """Return the language asked for, before any text is made; "" for none."""
    for i, argument in enumerate(arguments):
        if argument == "--lang" and i + 1 < len(arguments):
            return arguments[i + 1]
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
    return ""


def speak_utf8() -> None:
    """Write UTF-8 into pipes and files; a character that a console lacks becomes `?`.

    In a pipe Windows would have its code page, which need not know Chinese, and JSON is UTF-8 by
    definition (RFC 8259).
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
