"""The command `gate` as a technician runs it: a process of its own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

GATE = Path(sys.executable).with_name("gate")


class Said(NamedTuple):
    """What a command said, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def code(self) -> str:
        """Return the stable code of the one error; there must be a sentence and a remedy."""
        first, second = (line for line in self.err.splitlines() if line[:1] != "{")  # no log
        assert second.startswith("  -> ")
        return first.partition(":")[0]


def environment(language: str) -> dict[str, str]:
    return {**os.environ, "GATE_LANG": language, "OPENBLAS_NUM_THREADS": "1"}


def gate(*words: str | Path, language: str = "en") -> Said:
    done = subprocess.run(
        [GATE, *words],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=50,
        env=environment(language),
    )
    return Said(done.returncode, done.stdout, done.stderr)
