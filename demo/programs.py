"""The real programs as child processes: started, killed, started again, stopped in good order."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from demo.district import District

BIN = Path(sys.executable).parent
STOP_S = 10.0


class Program:
    """One program of the district, with its log."""

    def __init__(
        self, name: str, command: list[str], folder: Path, heard: Callable[[str], None] | None
    ) -> None:
        """Run `command`; its log goes into `folder`, and each line of it to `heard`."""
        self.name = name
        self._command = command
        self._log = folder / f"{name}.log"
        self._heard = heard
        self._child: subprocess.Popen[str] | None = None
        self._listener: threading.Thread | None = None
        self.kills = 0

    def start(self) -> None:
        """Start it; if this process dies, it is ended too."""
        self._child = subprocess.Popen(  # noqa: S603  (our own programs)
            [*_tether(), *self._command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, "PYTHONUNBUFFERED": "1", "OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._listen, args=(self._child,), daemon=True)
        self._listener.start()

    @property
    def running(self) -> bool:
        """Say whether it runs."""
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int:
        """Return its process id; 0 before it was started."""
        return self._child.pid if self._child is not None else 0

    def kill(self) -> None:
        """End it as a power cut would: it gets no chance to say anything."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self.kills += 1

    def ask_to_stop(self) -> None:
        """Ask it to end; return at once."""
        if self.running and self._child is not None:
            self._child.send_signal(signal.SIGTERM)

    def stop(self) -> int:
        """End it in good order and return its exit status; a program that will not is killed."""
        if self._child is None:
            return 0
        self.ask_to_stop()
        try:
            status = self._child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            status = self._child.wait()
        if self._listener is not None:
            self._listener.join()
        return status

    def last_words(self) -> str:
        """Return the end of its log, for a report of what went wrong."""
        try:
            return "\n".join(self._log.read_text(encoding="utf-8").splitlines()[-5:])
        except OSError:
            return ""

    def _listen(self, child: subprocess.Popen[str]) -> None:
        """Keep every line of the program's output, and pass it on."""
        if child.stdout is None:
            return
        with self._log.open("a", encoding="utf-8") as log, child.stdout as said:
            for line in said:
                log.write(line)
                log.flush()
                if self._heard is not None:
                    self._heard(line)


def python(*command: str) -> list[str]:
    """Return how to run a command of ours from this environment."""
    return [str(BIN / command[0]), *command[1:]]


def broker(made: District) -> list[str]:
    """Return how to run the broker."""
    keys = made.authority.folder / "broker"
    state = ["--port", str(made.broker_port), "--state", str(made.folder / "broker")]
    return [sys.executable, "-m", "broker", str(keys), *state]


def _tether() -> list[str]:
    found = shutil.which("setpriv")
    return [found, "--pdeathsig", "KILL", "--"] if found else []


def up_ns() -> int:
    """Return CLOCK_BOOTTIME, which the gates use too."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def nap(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)
