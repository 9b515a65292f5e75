# SPDX-License-Identifier: LGPL-3.0-or-later
"""Certificates: how good a plan is, and what is proven about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Objectives a certificate speaks of, in the order they are printed.
OBJECTIVES = ("grids", "pieces", "deviation")


@dataclass(frozen=True, slots=True)
class Bound:
    """The plan's value of one objective beside a proven lower bound.

    Parameters
    ----------
    value, bound : float
        `bound` never exceeds the value of any plan that obeys the rules.
    proven : bool
        Gap 0 by a method without unstated assumptions.
    method, assumptions : str
        In the user's language.
    """

    value: float
    bound: float
    proven: bool = False
    method: str = ""
    assumptions: str = ""

    @property
    def gap(self) -> float:
        """Value minus bound."""
        return self.value - self.bound


@dataclass(frozen=True)
class PartCertificate:
    """One connected part of a community.

    Parameters
    ----------
    community : str
        Community code.
    part : int
        Number of the part inside the community, from 1.
    people : int
    grids : int
        General grids of the plan in this part.
    objective : mapping of name to Bound
    reason : str
        Why no legal plan exists for this part; "" where one exists.
    """

    community: str
    part: int
    people: int
    grids: int
    objective: Mapping[str, Bound] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One division that the search drew: a row of the convergence table.

    Parameters
    ----------
    community : str
        Community code.
    iteration : int
        Number of the division in its community, from 1.
    seconds : float
        Wall seconds since the search began.
    value : float
        What the division costs, in pieces of old grids; a broken rule weighs more than any piece.
    grids : int
        Grids of the part that was divided.
    bound : float
        Proven least pieces of the part in so many grids; NaN where the mode pays for something else, or
        where so many grids are proven impossible.
    """

    community: str
    iteration: int
    seconds: float
    value: float
    grids: int
    bound: float


@dataclass(frozen=True)
class Certificate:
    """All parts, the sums, and how the search came there. Deviation of the total is weighted by grids."""

    parts: tuple[PartCertificate, ...] = ()
    total: Mapping[str, Bound] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()

    @property
    def objectives(self) -> tuple[str, ...]:
        """Names of the objectives that the total speaks of, in printing order."""
        return tuple(name for name in OBJECTIVES if name in self.total)
