# SPDX-License-Identifier: LGPL-3.0-or-later
"""Propose a plan and prove how good it is."""


def warm_up() -> float:
    """Compile the kernels and leave them in numba's cache; return the CPU seconds it took."""
    from gridplanner.solve.kernels import compile_kernels  # numba is slow to import

    return compile_kernels()
