# SPDX-License-Identifier: LGPL-3.0-or-later
"""A doubt that only the planner can settle."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A question met while reading; the answer is one of the choices, or free text of the same kind.

    Parameters
    ----------
    kind : str
        `crs`, `layer`, `encoding`.
    layer : str
        The role or file it is about.
    text : str
        The question, in the user's language.
    choices : tuple of str
        Likely answers, the likeliest first; may be empty.
    """

    kind: str
    layer: str
    text: str
    choices: tuple[str, ...] = ()
