"""Keeps this process's memory off the disk, as far as Python can: no core dump, no swap, no trace.

Locked memory needs the right to it; without, that is said and the work goes on (systemd's unit
forbids swap to the process anyway).
"""

import ctypes
import os
import resource
from contextlib import suppress

_MCL_CURRENT, _MCL_FUTURE = 1, 2
_PR_SET_DUMPABLE = 4


def shield() -> bool:
    """Shield the memory of this process; return False if it may be swapped out."""
    with suppress(ValueError, OSError):  # systemd's unit has seen to it, and forbids to ask
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    unlimited = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1] == resource.RLIM_INFINITY
    if not unlimited and os.geteuid() != 0:
        return False  # with a limit, every later allocation beyond it would fail
    if unlimited:
        with suppress(ValueError, OSError):
            resource.setrlimit(
                resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            )
    return bool(libc.mlockall(_MCL_CURRENT | _MCL_FUTURE) == 0)
