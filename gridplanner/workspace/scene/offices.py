# SPDX-License-Identifier: LGPL-3.0-or-later
"""Questions of the window that trade with other offices: street plans, next year's layers, a database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridplanner.model.certificate import Certificate
from gridplanner.model.finding import Finding
from gridplanner.model.plan import Plan
from gridplanner.model.project import ProjectContents
from gridplanner.workspace.scene.tasks import Reporter, State

if TYPE_CHECKING:
    from gridplanner.workspace.handover.preview import Preview


def merge_plans(
    state: State, progress: Reporter, contents: ProjectContents, paths: Sequence[str]
) -> tuple[Plan, str, tuple[str, ...]]:
    """Return the merged plans of street offices, a free name for them, and the lines that tell conflicts."""
    from gridplanner.workspace.intake import merging  # shapes

    merged = merging.merge_plans(state.whole(contents), [Path(path) for path in paths], progress)
    return merged.contents.scenarios[merged.name].plan, merged.name, tuple(merging.merge_lines(merged))


def take_release(
    state: State, progress: Reporter, contents: ProjectContents, config: str, new: str
) -> tuple[str, ...]:
    """Take next year's layers into a new project file; return the lines that tell changes and conflicts."""
    from gridplanner.workspace.config import load_config
    from gridplanner.workspace.intake.releasing import release_lines
    from gridplanner.workspace.intake.releasing import take_release as take
    from gridplanner.workspace.safety.restoring import save_new

    release = take(state.whole(contents), load_config(Path(config)), progress)
    progress.settle()
    save_new(Path(new), release.contents)
    return tuple(release_lines(release))


def publish(
    state: State,
    progress: Reporter,
    contents: ProjectContents,
    plan: Plan,
    certificate: Certificate,
    settings: Mapping[str, str],
) -> int:
    """Publish a plan to a database; return the number of the version.

    `settings` are fields of `PostgisOptions`; what is empty comes from the configuration.
    """
    from dataclasses import replace

    from gridplanner.workspace.config import PostgisOptions
    from gridplanner.workspace.handover.database import publish_outcome
    from gridplanner.workspace.usecases import compare

    outcome = compare(state.whole(contents), plan, certificate, config=state.config, progress=progress)
    known = state.config.postgis if state.config else PostgisOptions()
    given: dict[str, Any] = {key: value for key, value in settings.items() if value}
    return publish_outcome(outcome, replace(known, **given), progress)


def losses(
    state: State,
    progress: Reporter,
    contents: ProjectContents,
    plan: Plan,
    certificate: Certificate,
    chosen: Mapping[str, Any] | None = None,
) -> tuple[Finding, ...]:
    """Return what the formats chosen would lose of a plan, before anything is written."""
    return export_preview(state, progress, contents, plan, certificate, chosen).losses


def export_preview(
    state: State,
    progress: Reporter,
    contents: ProjectContents,
    plan: Plan,
    certificate: Certificate,
    chosen: Mapping[str, Any] | None = None,
) -> Preview:
    """Return which layer files an export would write, how large they get, and what they would lose.

    `chosen` are fields of `ExportOptions`; what it does not name comes from the configuration.
    """
    from gridplanner.workspace.config import chosen_export
    from gridplanner.workspace.handover.preview import preview_of
    from gridplanner.workspace.usecases import compare

    progress.step(0, 1, "")
    outcome = compare(state.whole(contents), plan, certificate, config=state.config)
    return preview_of(outcome, chosen_export(state.export_options(), chosen or {}))


TASKS: Mapping[str, Callable[..., Any]] = {
    "merge_plans": merge_plans,
    "take_release": take_release,
    "publish": publish,
    "losses": losses,
    "export_preview": export_preview,
}
