"""Calls of the system that kill, fail or take their time, in a process that is about to begin.

The process waits at a pipe until strace has taken hold of it, so a fork is enough for each point.
"""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults import clock

STORAGE = (
    "pwrite64",
    "fdatasync",
    "fsync",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
    "ftruncate",
)
ATTACH_S = 20.0


@contextmanager
def attached(pid: int, log: Path, *expressions: str, only: Path | None = None) -> Iterator[int]:
    """Run strace on a process while the block lasts; its own id is what is given.

    `expressions` are strace's own (`-e`); with `only`, calls that touch no other file count.
    """
    words = ["strace", "-f", "-qq", "-p", str(pid), "-o", str(log)]
    for each in expressions:
        words += ["-e", each]
    if only is not None:
        words += ["-P", str(only)]
    tracer = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        if not clock.until(lambda: _traced(pid), ATTACH_S):
            msg = "strace does not take hold"
            raise RuntimeError(msg)
        clock.nap(0.005)  # between taking hold and seeing calls
        yield tracer.pid
    finally:
        tracer.send_signal(signal.SIGKILL)
        tracer.wait()


def _traced(pid: int) -> bool:
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True  # over before it began
    return "TracerPid:\t0\n" not in text


def counted(log: Path) -> dict[str, int]:
    """Return how often each call is in a log of strace."""
    found: dict[str, int] = {}
    for line in log.read_text(errors="replace").splitlines():
        name = line.partition(" ")[2].lstrip().partition("(")[0]
        if name in STORAGE:
            found[name] = found.get(name, 0) + 1
    return found
