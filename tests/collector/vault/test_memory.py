"""The memory of the vault stays off the disk."""

import subprocess
import sys

SHIELDED = """
import resource
from pathlib import Path
from collector.vault import memory
locked = memory.shield()
status = Path("/proc/self/status").read_text()
kept = int(next(line for line in status.splitlines() if line.startswith("VmLck")).split()[1])
print(locked, kept > 0, resource.getrlimit(resource.RLIMIT_CORE)[0])
import ctypes
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


def test_a_shielded_process_leaves_no_core_and_says_whether_its_pages_are_locked() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHIELDED], check=True, capture_output=True, text=True
    )
    said, dumpable = done.stdout.splitlines()
    locked, kept, core = said.split()
    assert (core, dumpable) == ("0", "0")
    assert locked == kept
