# SPDX-License-Identifier: LGPL-3.0-or-later
"""Small counts of people that must not leave the office: who lives alone in a house is personal data."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def is_masked(count: float, below: int) -> bool:
    """Tell whether a count is hidden: above 0 and below the limit; nothing is with a limit of 0.

    Examples
    --------
    >>> [is_masked(n, 5) for n in (0, 1, 4, 5)], is_masked(1, 0)
    ([False, True, True, False], False)
    """
    return 0 < count < below


def shown_count(count: int, below: int) -> str:
    """Return a count as papers show it.

    Examples
    --------
    >>> shown_count(1234, 5), shown_count(3, 5), shown_count(3, 0)
    ('1,234', '<5', '3')
    """
    return f"<{below}" if is_masked(count, below) else f"{count:,}"


def masked_counts(counts: npt.NDArray[Any], below: int) -> npt.NDArray[Any]:
    """Return counts for a layer: hidden ones are missing (NaN), the array itself where none is."""
    hidden = (counts > 0) & (counts < below)
    return np.where(hidden, np.nan, counts.astype(np.float64)) if hidden.any() else counts
