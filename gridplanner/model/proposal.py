# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the engine offers for review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gridplanner.model.certificate import Certificate
from gridplanner.model.finding import Finding
from gridplanner.model.plan import Plan
from gridplanner.model.request import PlanRequest


@dataclass(frozen=True, eq=False)
class Proposal:
    """A plan that the engine offers; never applied by itself.

    Parameters
    ----------
    request : PlanRequest
    plan : Plan
        Grids without codes yet where they are new.
    certificate : Certificate
    findings : tuple of Finding
        What could not be met, smallest reason first, with the least relaxation offered.
    trace : tuple of (float, str, float)
        Convergence: seconds, community code, objective value.
    cpu_seconds : mapping
        `solve`, `certify`, `compile`, over all processes.
    """

    request: PlanRequest
    plan: Plan
    certificate: Certificate = field(default_factory=Certificate)
    findings: tuple[Finding, ...] = ()
    trace: tuple[tuple[float, str, float], ...] = ()
    cpu_seconds: Mapping[str, float] = field(default_factory=dict)
