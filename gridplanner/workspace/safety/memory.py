# SPDX-License-Identifier: LGPL-3.0-or-later
"""Is there memory for this district? Asked before the work begins, answered in one sentence."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

import shapely

from gridplanner.errors import UserError
from gridplanner.model.layers import LayerSet
from gridplanner.texts import _

#: Program, libraries and compiled kernels in all processes, bytes. Measured on the sample: 0.6 GB.
BASE = 600_000_000
#: A smallest area takes 15 kB (measured while building: 6,232 and 67,413 areas, 171 and 1,041 MiB).
PER_AREA = 16_000
#: A vertex of a layer takes 16 bytes, twice while it is read and cut; an area's own are counted above.
PER_VERTEX = 100
VERTICES_PER_AREA = 30
#: Share of the free memory that may be planned with; the rest belongs to the system.
SHARE = 0.9


def needed_bytes(areas: int, vertices: int) -> int:
    """Return the estimated memory of reading, planning and exporting a district, all processes together.

    Parameters
    ----------
    areas : int
        Smallest areas: ready-made ones, else one per building.
    vertices : int
        Vertices of all layers.

    Examples
    --------
    >>> needed_bytes(100_000, 5_000_000) < 4_000_000_000
    True
    """
    return BASE + areas * PER_AREA + max(0, vertices - areas * VERTICES_PER_AREA) * PER_VERTEX


def free_bytes() -> int | None:
    """Return the memory that may still be used, within the limits set for this process; None if unknown."""
    known = [number for number in (_system_free(), _group_free(), _process_free()) if number is not None]
    return min(known) if known else None


def refuse_too_large(layers: LayerSet) -> None:
    """Raise UserError before the work begins when a district needs more memory than is free."""
    areas, vertices = counts_of(layers)
    need, free = needed_bytes(areas, vertices), free_bytes()
    if free is None or need <= free * SHARE:
        return
    raise UserError(
        _(
            "{areas} buildings and {vertices} vertices need about {need} GB of memory; {free} GB are free. "
            "Close other programs, plan street by street, or use a computer with more memory."
        ).format(
            areas=f"{areas:,}",
            vertices=f"{vertices:,}",
            need=f"{need / 1e9:.1f}",
            free=f"{free / 1e9:.1f}",
        )
    )


def counts_of(layers: LayerSet) -> tuple[int, int]:
    """Return the smallest areas that layers will give, and the vertices of all of them."""
    roles = {**layers.layers, **layers.nets}
    rows = {name: len(layer) for name, layer in roles.items()}
    areas = rows.get("atoms") or max(rows.get("buildings", 0), rows.get("stairs", 0), rows.get("grids", 0))
    shapes = [layer.geometry for layer in roles.values() if layer.geometry is not None]
    return areas, sum(int(shapely.get_num_coordinates(part).sum()) for part in shapes)


def _system_free() -> int | None:
    """Return the free memory of the machine."""
    if sys.platform == "win32":
        return _windows_free()
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        pass
    try:
        # Free pages alone: what a system without MemAvailable could still release is not known.
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES")
    except (ValueError, OSError):
        return None


def _group_free() -> int | None:
    """Return what a container still leaves to its processes; None without a limit."""
    for top, used in (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")):
        for folder in (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/memory")):
            try:
                limit = int((folder / top).read_text(encoding="ascii"))
                return max(0, limit - int((folder / used).read_text(encoding="ascii")))
            except (OSError, ValueError):
                continue
    return None


def _process_free() -> int | None:
    """Return what the limit of this process (`ulimit -v`) still leaves to it; None without a limit."""
    if sys.platform == "win32":
        return None
    import resource  # there is none on Windows

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return None
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError):
        return limit
    return max(0, limit - pages * os.sysconf("SC_PAGE_SIZE"))


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_ulong),
        ("load", ctypes.c_ulong),
        *(
            (name, ctypes.c_ulonglong)
            for name in ("physical", "free", "page", "page_free", "all", "all_free")
        ),
        ("extended", ctypes.c_ulonglong),
    )


def _windows_free() -> int | None:
    """Return the free memory of a Windows machine."""
    status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - known to type checkers on Windows only
    return int(status.free) if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None
