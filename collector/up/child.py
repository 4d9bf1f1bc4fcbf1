"""One program as a child of this process: started, heard, ended.

A thread reads what it says and puts that, and its end, into a queue; nothing else happens there.
"""

import os
import queue
import shutil
import signal
import subprocess
import threading

import msgspec

LONGEST = 64 * 1024
ENVIRONMENT = {
    "PYTHONUNBUFFERED": "1",
    "MALLOC_ARENA_MAX": "2",
    "OPENBLAS_NUM_THREADS": "1",
}
"""The others keep a process from setting memory aside for each thread, and for each core."""


class Heard(msgspec.Struct, frozen=True):
    """Something a child said, or its end."""

    name: str
    line: str = ""
    status: int | None = None
    """None: it has not ended."""


class Child:
    """A running program."""

    def __init__(
        self, name: str, command: tuple[str, ...], heard: "queue.SimpleQueue[Heard]"
    ) -> None:
        """Start it. Its end is heard last, whatever happens; raises OSError if it cannot start."""
        self._name, self._heard = name, heard
        # In a session of its own: Ctrl-C is for us alone, and we end it in order.
        self._process = subprocess.Popen(  # noqa: S603  # our own programs
            [*_tether(), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **ENVIRONMENT},
            start_new_session=True,
        )
        threading.Thread(target=self._listen, name=name, daemon=True).start()

    @property
    def pid(self) -> int:
        """Return its process id."""
        return self._process.pid

    def ask_to_stop(self) -> None:
        """Ask it to end; return at once."""
        self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it, whatever it does."""
        self._process.kill()

    def _listen(self) -> None:
        said = self._process.stdout
        if said is not None:
            with said:
                while line := said.readline(LONGEST):
                    text = line.decode("utf-8", "replace").rstrip("\r\n")
                    self._heard.put(Heard(self._name, text))
        self._heard.put(Heard(self._name, status=self._process.wait()))


def _tether() -> list[str]:
    """Return the words by which the kernel ends a child whose parent is gone."""
    found = shutil.which("setpriv")
    return [found, "--pdeathsig", "TERM", "--"] if found else []
