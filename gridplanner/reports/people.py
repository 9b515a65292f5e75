# SPDX-License-Identifier: LGPL-3.0-or-later
"""Names and phones on paper: shown only where the planner allowed it."""

from __future__ import annotations

from gridplanner.model.staff import Branch, Worker


def worker_text(worker: Worker | None, *, names: bool) -> str:
    """Return how a worker is printed: by name where allowed, else by number.

    A list without numbers uses the name as the number; then only the first character is shown.
    """
    if worker is None:
        return ""
    if names:
        return worker.name or worker.id
    number = worker.id.partition("#")[0]
    return masked(number) if number == worker.name else number


def secretary_text(branch: Branch | None, *, names: bool) -> str:
    """Return the secretary's name where allowed, else its first character."""
    if branch is None:
        return ""
    return branch.secretary if names else masked(branch.secretary)


def masked(name: str) -> str:
    """Return a name with all but its first character hidden.

    Examples
    --------
    >>> masked("赵示盛"), masked("")
    ('赵**', '')
    """
    return name[:1] + "*" * (len(name) - 1)
