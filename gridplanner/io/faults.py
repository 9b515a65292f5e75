# SPDX-License-Identifier: LGPL-3.0-or-later
"""Say what was lost, mended or doubtful in a file: findings with rows and cause."""

from __future__ import annotations

from collections.abc import Sequence

from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity

_SHOWN = 10
_KEPT = 200


def row_list(rows: Sequence[int]) -> str:
    """Return row numbers as text, the first ten of them.

    Examples
    --------
    >>> row_list([4, 9, 17])
    '4, 9, 17'
    """
    shown = ", ".join(str(row) for row in rows[:_SHOWN])
    return f"{shown}, … (+{len(rows) - _SHOWN})" if len(rows) > _SHOWN else shown


def row_finding(
    rule: str,
    severity: Severity,
    text: str,
    rows: Sequence[int],
    remedy: str = "",
    limit: float = float("nan"),
) -> Finding:
    """Return a finding about rows of a layer; `text` may hold `{rows}`, which lists them.

    Parameters
    ----------
    rule : str
        `read.NAME`.
    severity : Severity
    text : str
        Sentence in the user's language, with the layer in it.
    rows : sequence of int
        Row numbers as the user sees them, counted from 1.
    remedy : str
    limit : float
    """
    return Finding(
        rule=rule,
        severity=severity,
        text=text.replace("{rows}", row_list(rows)),
        remedy=remedy,
        subject_kind="row",
        subjects=tuple(str(row) for row in rows[:_KEPT]),
        value=float(len(rows)),
        limit=limit,
        count=max(len(rows), 1),
    )


def layer_finding(rule: str, severity: Severity, text: str, layer: str, remedy: str = "") -> Finding:
    """Return a finding about a whole layer."""
    return Finding(
        rule=rule, severity=severity, text=text, remedy=remedy, subject_kind="layer", subjects=(layer,)
    )
