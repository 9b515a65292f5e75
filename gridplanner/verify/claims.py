# SPDX-License-Identifier: LGPL-3.0-or-later
"""A claim of an output folder beside what the verifier makes of the same files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from gridplanner.texts import _

#: At most so many wrong units are named in one claim.
_MOST_NAMED = 8


@dataclass(frozen=True)
class Claim:
    """One claim, checked.

    Parameters
    ----------
    name : str
        Where the claim stands, such as `summary.people` or `grids.contiguity`.
    ok : bool
    stated, recomputed : object
        What the folder says, and what its files give.
    text : str
        The claim in words, in the user's language.
    """

    name: str
    ok: bool
    stated: Any
    recomputed: Any
    text: str


def equal(name: str, stated: Any, recomputed: Any, text: str, tolerance: float = 0.0) -> Claim:
    """Return the claim that two values are the same; numbers within a tolerance."""
    if isinstance(stated, int | float) and isinstance(recomputed, int | float):
        ok = isfinite(stated) and isfinite(recomputed) and abs(stated - recomputed) <= tolerance
    else:
        ok = stated == recomputed
    return Claim(name, bool(ok), stated, recomputed, text)


def none_of(name: str, wrong: Sequence[str], text: str) -> Claim:
    """Return the claim that no unit is wrong; the wrong ones are named."""
    named = sorted(wrong)[:_MOST_NAMED]
    if len(wrong) > len(named):
        named.append(_("and {n} more").format(n=len(wrong) - len(named)))
    return Claim(name, not wrong, 0, len(wrong), f"{text} {'; '.join(named)}".strip())


def holds(name: str, ok: bool, stated: Any, recomputed: Any, text: str) -> Claim:
    """Return a claim decided by its caller."""
    return Claim(name, bool(ok), stated, recomputed, text)
