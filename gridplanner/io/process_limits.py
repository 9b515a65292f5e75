# SPDX-License-Identifier: LGPL-3.0-or-later
"""Limit what the reading process may take, by the means of the system it runs on.

Linux and macOS: the limit on the address space. Windows: a job object with a limit on the committed
memory of its process (Microsoft: Job Objects, JOBOBJECT_EXTENDED_LIMIT_INFORMATION).
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

#: JOB_OBJECT_LIMIT_PROCESS_MEMORY and JobObjectExtendedLimitInformation of winnt.h.
_LIMIT_PROCESS_MEMORY, _EXTENDED_LIMITS = 0x100, 9


class _BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = (
        ("per_process_user_time", ctypes.c_int64),
        ("per_job_user_time", ctypes.c_int64),
        ("limit_flags", ctypes.c_uint32),
        ("minimum_working_set", ctypes.c_size_t),
        ("maximum_working_set", ctypes.c_size_t),
        ("active_process_limit", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority_class", ctypes.c_uint32),
        ("scheduling_class", ctypes.c_uint32),
    )


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("basic", _BasicLimits),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


def limit_memory(megabytes: int) -> bool:
    """Limit the memory of this process; return whether the system does it."""
    size = megabytes * 1_000_000
    if sys.platform == "win32":
        return limit_by_job(ctypes.WinDLL("kernel32", use_last_error=True), size)
    import resource  # not on Windows

    try:
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ValueError, OSError):
        return False
    return True


def limit_by_job(kernel: Any, size: int) -> bool:
    """Put this process into a job of its own with a limit on memory; return whether that worked.

    Parameters
    ----------
    kernel : ctypes library
        kernel32.
    size : int
        Bytes. What goes beyond fails to allocate, which the reader meets as MemoryError.
    """
    handle = ctypes.c_void_p
    kernel.CreateJobObjectW.restype = handle
    kernel.GetCurrentProcess.restype = handle
    # A handle is as wide as a pointer; without this it would be cut to 32 bits.
    kernel.SetInformationJobObject.argtypes = (handle, ctypes.c_int, handle, ctypes.c_uint32)
    kernel.AssignProcessToJobObject.argtypes = (handle, handle)
    job = kernel.CreateJobObjectW(None, None)
    if not job:
        return False
    limits = ExtendedLimits()
    limits.basic.limit_flags = _LIMIT_PROCESS_MEMORY
    limits.process_memory = size
    done = kernel.SetInformationJobObject(
        job, _EXTENDED_LIMITS, ctypes.addressof(limits), ctypes.sizeof(limits)
    )
    # The handle stays open on purpose: the job, and with it the limit, ends with the process.
    return bool(done and kernel.AssignProcessToJobObject(job, kernel.GetCurrentProcess()))
