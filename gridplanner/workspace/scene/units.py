# SPDX-License-Identifier: LGPL-3.0-or-later
"""Questions of the window about mends of today's grids and reforms of communities, answered in the worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gridplanner.model.amendment import Amendment
from gridplanner.workspace.scene.tasks import Reporter, State
from gridplanner.workspace.workspace import Correction

if TYPE_CHECKING:
    from gridplanner.workspace.amend.mending import MendAnswer, MendChoice, MendProposal


def mend_proposals(
    state: State,
    progress: Reporter,
    amendments: Sequence[Amendment] = (),
    overlap: str = "most_people",
    role: str = "grids",
) -> tuple[MendProposal, ...]:
    """Return a proposal for every fault of today's grids or of the communities.

    Parameters
    ----------
    state : State
    progress : Reporter
    amendments : sequence of Amendment
        Corrections made so far (`ProjectContents.amendments`).
    overlap : str
        `most_people`, `official`, `longest_border` or `split`.
    role : str
        `grids` or `communities`.
    """
    from gridplanner.geometry.mend import Policy  # shapes
    from gridplanner.workspace.amend import mending

    return mending.mend_proposals(state.whole(None, amendments).district, Policy(overlap=overlap), role)


def mend_correction(
    state: State,
    progress: Reporter,
    amendments: Sequence[Amendment],
    choices: Sequence[MendChoice],
    overlap: str = "most_people",
    role: str = "grids",
) -> MendAnswer:
    """Return the step that carries accepted proposals out; `correction` goes to `Workspace.amend`."""
    from gridplanner.geometry.mend import Policy  # shapes
    from gridplanner.workspace.amend import mending

    contents = state.whole(None, amendments)
    answer = mending.mend_correction(contents.district, choices, Policy(overlap=overlap), role)
    if answer.correction is None:
        return answer
    findings = mending.findings_after(contents.findings, answer.correction)
    return replace(answer, correction=replace(answer.correction, findings=findings))


def simplify_correction(
    state: State, progress: Reporter, amendments: Sequence[Amendment], tolerance_m: float
) -> Correction:
    """Return the step that draws today's grids with fewer vertices, borders still shared."""
    from gridplanner.workspace.amend import mending  # shapes

    return mending.simplify_correction(state.whole(None, amendments).district, tolerance_m)


def community_correction(
    state: State,
    progress: Reporter,
    amendments: Sequence[Amendment],
    operation: str,
    arguments: dict[str, Any],
) -> Correction:
    """Return the step of an operation on communities.

    Parameters
    ----------
    state : State
    progress : Reporter
    amendments : sequence of Amendment
    operation : str
        `create split merge adjust convert`.
    arguments : dict
        Those of the function of that name in `workspace.communities`, without the district. The
        functions need no shapes, so the window may as well call them itself.
    """
    from gridplanner.workspace.amend import communities

    steps: dict[str, Callable[..., Correction]] = {
        "create": communities.create_community,
        "split": communities.split_community,
        "merge": communities.merge_communities,
        "adjust": communities.adjust_communities,
        "convert": communities.convert_community,
    }
    return steps[operation](state.whole(None, amendments).district, **arguments)


TASKS: Mapping[str, Callable[..., Any]] = {
    "mend_proposals": mend_proposals,
    "mend_correction": mend_correction,
    "simplify_correction": simplify_correction,
    "community_correction": community_correction,
}
