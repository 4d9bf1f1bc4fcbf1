"""Programs of ours as processes that can be killed, each started from one that has all loaded.

A start that costs a fork and not an interpreter is what makes thousands of them affordable. What
runs is the same: `device.cli.main` and `collector.cli.main`, in a process of its own.
"""

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

LOADED = (
    "device.cli",
    "device.wiring.door",
    "device.wiring.distress",
    "device.wiring.road",
    "collector.intake.process",
    "faults.programs",
)
PR_SET_PDEATHSIG = 1
STOP_S = 20.0


class Child:
    """One process."""

    def __init__(self, process: BaseProcess) -> None:
        """Take a process that was started."""
        self._process = process

    @property
    def pid(self) -> int:
        """Return its id."""
        return self._process.pid or 0

    @property
    def running(self) -> bool:
        """Say whether it runs."""
        return self._process.is_alive()

    @property
    def status(self) -> int | None:
        """Return its exit status, the negative of a signal's number, or None while it runs."""
        return self._process.exitcode

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.join()

    def strike(self) -> None:
        """Let it be killed, without waiting: one that strace holds ends when strace does."""
        self._process.kill()

    def stop(self) -> int | None:
        """End it in good order; a process that will not is killed."""
        self._process.terminate()
        self._process.join(STOP_S)
        if self._process.is_alive():
            self.kill()
        return self.status

    def wait(self, patience_s: float) -> int | None:
        """Return its exit status once it has ended, or None if it has not in time."""
        self._process.join(patience_s)
        return self.status


class Nursery:
    """Starts them."""

    def __init__(self) -> None:
        """Load what they need, once."""
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        self._context: ForkServerContext = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(LOADED))

    def start(self, log: Path, work: Callable[..., int], *words: Any) -> Child:  # noqa: ANN401
        """Run `work(*words)` in a process of its own; what it says goes to the end of `log`."""
        process = self._context.Process(target=_begin, args=(log, work, words), daemon=True)
        process.start()
        return Child(process)


def _begin(log: Path, work: Callable[..., int], words: tuple[Any, ...]) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    fd = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    os.dup2(fd, 1)
    os.dup2(fd, 2)
    sys.exit(work(*words))
