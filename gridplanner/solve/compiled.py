# SPDX-License-Identifier: LGPL-3.0-or-later
"""The decorator of compiled kernels: cached where a cache can be written, compiled anew elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])
#: Options of a function that makes no array: no counting of references, compiled into its callers.
#: Of any type, for numba's stubs do not name the first.
_LEAF: dict[str, Any] = {"_nrt": False, "forceinline": True}


def kernel(function: F) -> F:
    """Compile a function with numba and cache it.

    An installation that is read only and has no user cache either makes numba raise when it is
    asked to cache; the program then compiles at first use instead of refusing to start.
    """
    try:
        return cast(F, numba.njit(cache=True)(function))
    except RuntimeError:
        return cast(F, numba.njit(function))


def leaf(function: F) -> F:
    """Compile a function that makes no array, into its callers, without counting references.

    The records of arrays that the search hands around hold some forty arrays. Counting references to
    each of them at every call took two thirds of the search; nothing else is changed by leaving it out.
    """
    try:
        return cast(F, numba.njit(cache=True, **_LEAF)(function))
    except RuntimeError:
        return cast(F, numba.njit(**_LEAF)(function))
