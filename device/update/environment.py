"""Makes a release's environment of Python from its wheels, with nothing but what lies on the card.

It sees the packages of the machine's system (camera, pins), as every release does.
"""

import subprocess
import sys
from pathlib import Path

from device.errors import ReleaseFailed
from device.i18n import N_

PIP = ("-m", "pip", "--isolated", "--disable-pip-version-check", "--quiet", "install")
# No index and no dependency: what is not in the release is not installed.
OFFLINE = ("--no-index", "--no-deps", "--no-cache-dir", "--only-binary=:all:")


def make(folder: Path, wheels: list[Path]) -> None:
    """Install `wheels` into `folder`; raise ReleaseFailed if they do not fit this machine."""
    base = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    made = _done([str(base), "-m", "venv", "--system-site-packages", str(folder)])
    python = str(folder / "bin/python")
    if not made or not _done([python, *PIP, *OFFLINE, *map(str, wheels)]):
        msg = N_("it cannot be installed on this gate")
        raise ReleaseFailed(msg)


def _done(command: list[str]) -> bool:
    """Run a command; what it complains of goes to the log."""
    done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL)  # noqa: S603  (ours)
    return done.returncode == 0
