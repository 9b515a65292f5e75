# SPDX-License-Identifier: LGPL-3.0-or-later
"""The certificate: each objective's value beside a proven bound."""

from __future__ import annotations

from collections.abc import Sequence

from gridplanner.model.certificate import Bound, Certificate, PartCertificate
from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import Plan
from gridplanner.model.request import PlanRequest
from gridplanner.solve.decompose import Scope
from gridplanner.solve.division import Divided
from gridplanner.solve.ranges import range_of
from gridplanner.texts import _


def certificate_of(
    district: District,
    plan: Plan,
    scope: Scope,
    divided: Sequence[Divided],
    request: PlanRequest,
    mean: float,
) -> Certificate:
    """Return the certificate of a plan."""
    parts = []
    for part, done in zip(scope.parts, divided, strict=True):
        low, _high = range_of(part)
        bound = Bound(done.k, min(low, done.k), done.k == low, _("people of the part over the upper limit"))
        parts.append(PartCertificate(part.code, part.number, part.people, done.k, {"grids": bound}))
    return Certificate(tuple(parts), {})
