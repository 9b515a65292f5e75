# SPDX-License-Identifier: LGPL-3.0-or-later
"""`certificate.json`: how good the plan is and what is proven, for each part of each community."""

from __future__ import annotations

import json
from math import isfinite
from pathlib import Path
from typing import Any

from gridplanner.model.certificate import Bound, Certificate


def certificate_json(certificate: Certificate) -> dict[str, Any]:
    """Return the certificate as plain tables: `{objectives, parts, total, steps}`.

    Numbers that do not exist (a part without people has no deviation) are null.
    """
    return {
        "objectives": list(certificate.objectives),
        "parts": [
            {
                "community": part.community,
                "part": part.part,
                "people": part.people,
                "grids": part.grids,
                "objective": {name: _bound(bound) for name, bound in part.objective.items()},
                "reason": part.reason,
            }
            for part in certificate.parts
        ],
        "total": {name: _bound(bound) for name, bound in certificate.total.items()},
        "steps": [
            {
                "community": step.community,
                "iteration": step.iteration,
                "seconds": round(step.seconds, 3),
                "grids": step.grids,
                "value": _number(round(step.value, 4)),
                "bound": _number(step.bound),
            }
            for step in certificate.steps
        ],
    }


def write_certificate(certificate: Certificate, path: Path) -> None:
    """Write `certificate.json`, UTF-8."""
    text = json.dumps(certificate_json(certificate), ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _bound(bound: Bound) -> dict[str, Any]:
    """Return one value with its bound."""
    return {
        "value": _number(bound.value),
        "bound": _number(bound.bound),
        "gap": _number(bound.gap),
        "proven": bound.proven,
        "method": bound.method,
        "assumptions": bound.assumptions,
    }


def _number(value: float) -> float | int | None:
    """Return a number as JSON knows it; whole ones without a decimal point."""
    if not isfinite(value):
        return None
    return int(value) if float(value).is_integer() else float(value)
