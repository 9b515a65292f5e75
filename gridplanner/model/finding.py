# SPDX-License-Identifier: LGPL-3.0-or-later
"""Findings: what is wrong, with whom, by how much, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan

from gridplanner.model.by_value import ByValue
from gridplanner.model.kinds import Severity


@dataclass(frozen=True, slots=True, eq=False)
class Finding(ByValue):
    """One fault or remark about the data or about a plan.

    Parameters
    ----------
    rule : str
        Registry name: `people households service_radius contiguity nesting overlap gap
        code branch worker`, the further checks of `rules/`, or `read.*` for losses at reading.
    severity : Severity
        A breach of a hard rule is an error; of a soft one a warning.
    text : str
        What is wrong with whom, in the user's language.
    remedy : str
        What the planner can do about it, in the user's language.
    hard : bool
        Whether the rule is hard.
    subject_kind : str
        `grid community street atom building branch worker layer row net`.
    subjects : tuple of str
        Codes of the units concerned.
    value, limit : float
        The measured value and the limit it breaks, in `unit`; NaN where there is none.
    people : int
        People concerned.
    count : int
        Number of cases folded into this finding (slivers, rows).
    x, y : float
        A point on the map, project CRS, metres; NaN where there is no place.
    waiver : str
        Reason why the planner accepts it; a waived breach does not count.
    """

    rule: str
    severity: Severity
    text: str
    remedy: str = ""
    hard: bool = False
    subject_kind: str = ""
    subjects: tuple[str, ...] = field(default=())
    value: float = nan
    limit: float = nan
    unit: str = ""
    people: int = 0
    count: int = 1
    x: float = nan
    y: float = nan
    waiver: str = ""

    @property
    def counts(self) -> bool:
        """Whether it counts as a breach: an error that nobody waived."""
        return self.severity is Severity.ERROR and not self.waiver
