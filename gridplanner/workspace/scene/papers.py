# SPDX-License-Identifier: LGPL-3.0-or-later
"""Questions of the window about single map sheets: shown in a preview, or written to a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gridplanner.model.certificate import Certificate
from gridplanner.model.outcome import Outcome
from gridplanner.model.plan import Plan
from gridplanner.model.project import ProjectContents
from gridplanner.texts import _
from gridplanner.workspace.scene.tasks import Reporter, State


def _outcome(
    state: State, progress: Reporter, contents: ProjectContents, plan: Plan, certificate: Certificate
) -> Outcome:
    """Return the plan on screen beside today's division."""
    from gridplanner.workspace.usecases import compare

    return compare(state.whole(contents), plan, certificate, config=state.config, progress=progress)


def show_sheets(
    state: State,
    progress: Reporter,
    contents: ProjectContents,
    plan: Plan,
    certificate: Certificate,
    wanted: Mapping[str, Any],
) -> list[Any]:
    """Return the sheets of one kind for the preview; `wanted` holds the fields of `SheetRequest`."""
    from gridplanner.maps.options import MapOptions
    from gridplanner.workspace.handover.papers import SheetRequest, sheets_of

    outcome = _outcome(state, progress, contents, plan, certificate)
    progress.step(1, 2, _("Drawing the sheets"))
    options = state.config.export.maps if state.config else MapOptions()
    return sheets_of(outcome, options, SheetRequest(**wanted))


def write_sheets(
    state: State,
    progress: Reporter,
    contents: ProjectContents,
    plan: Plan,
    certificate: Certificate,
    wanted: Mapping[str, Any],
    out: str,
) -> tuple[str, ...]:
    """Write the sheets of one kind to a PDF, PNG or SVG file; return the files."""
    from gridplanner.io.durable import plain_words
    from gridplanner.maps.book import write_pages
    from gridplanner.maps.options import MapOptions
    from gridplanner.workspace.handover.papers import SheetRequest, sheets_of

    outcome = _outcome(state, progress, contents, plan, certificate)
    progress.step(1, 2, _("Drawing the sheets"))
    options = state.config.export.maps if state.config else MapOptions()
    sheets = sheets_of(outcome, options, SheetRequest(**wanted))
    with plain_words(Path(out)):
        return tuple(str(path) for path in write_pages(sheets, outcome, Path(out), options.dpi, progress))


TASKS: Mapping[str, Callable[..., Any]] = {"sheets": show_sheets, "write_sheets": write_sheets}
