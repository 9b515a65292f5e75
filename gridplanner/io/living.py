# SPDX-License-Identifier: LGPL-3.0-or-later
"""Whether a process of this machine still lives: who holds a lock, whose temporary folder this is."""

from __future__ import annotations

import ctypes
import os
import sys

#: SYNCHRONIZE of winnt.h, ERROR_INVALID_PARAMETER and WAIT_OBJECT_0 of the Win32 API.
_SYNCHRONIZE, _NO_SUCH_PROCESS, _HAS_ENDED = 0x0010_0000, 87, 0


def process_lives(pid: int) -> bool:
    """Tell whether a process of this machine exists; where that cannot be known, it does.

    Parameters
    ----------
    pid : int
        0 and less never lives: to the system they mean groups of processes.
    """
    if pid <= 0:
        return False
    if sys.platform == "win32":
        # Not os.kill: on Windows signal 0 is Ctrl+C, and every other one ends the process.
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = kernel.OpenProcess(_SYNCHRONIZE, False, ctypes.c_uint32(pid))
        if not handle:
            return ctypes.get_last_error() != _NO_SUCH_PROCESS
        try:
            return bool(kernel.WaitForSingleObject(ctypes.c_void_p(handle), 0) != _HAS_ENDED)
        finally:
            kernel.CloseHandle(ctypes.c_void_p(handle))
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
