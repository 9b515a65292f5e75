# SPDX-License-Identifier: LGPL-3.0-or-later
"""The decorator of compiled kernels: cached where a cache can be written, compiled anew elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])
#: Options of a function that makes no array: no counting of references, compiled into its callers.
#: Of any type, for numba's stubs do not name the first.
_LEAF: dict[str, Any] = {"_nrt": False, "forceinline": True}


def forget_outdated(package: Path) -> bool:
    """Remove the compiled kernels of a package whose sources changed; return whether there were any.

    numba looks at the file of a kernel only, not at those of the leaves compiled into it: after an
    update in place an old leaf would go on living in a kernel that did not change, and plans would
    differ from those of a fresh installation, without a word.

    Parameters
    ----------
    package : Path
        Folder of the sources; the kernels lie in its `__pycache__`.
    """
    sources = [path.read_bytes() for path in sorted(package.glob("*.py"))]
    own = [source for source in sources if b"solve.compiled import" in source]
    digest = hashlib.sha256(b"\0".join(own)).hexdigest()
    stamp = package / "__pycache__" / "kernels.sha256"
    with suppress(OSError):
        if stamp.is_file() and stamp.read_text(encoding="ascii") == digest:
            return False
        outdated = [*stamp.parent.glob("*.nbi"), *stamp.parent.glob("*.nbc")]
        for path in outdated:
            path.unlink(missing_ok=True)
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(digest, encoding="ascii")
        return bool(outdated)
    # Read only: whoever installed it brought all files at once, or numba caches elsewhere.
    return False


# Before the first kernel is looked for; a missing cache costs a minute once, an outdated one the plan.
forget_outdated(Path(__file__).parent)


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
