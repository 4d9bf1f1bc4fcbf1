"""Small files: what a killed process had begun to write does not stay about."""

import os
import subprocess
import sys
from pathlib import Path

from collector.plainfile import put

KILLED = """
import os, signal, sys
from pathlib import Path
os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
from collector.plainfile import put
put(Path(sys.argv[1]), b"a secret", 0o600)
"""


def test_what_a_killed_process_had_begun_goes_with_the_next_one_to_write(tmp_path: Path) -> None:
    path = tmp_path / "to*kens"
    assert subprocess.run([sys.executable, "-c", KILLED, path], check=False).returncode == -9
    (left,) = tmp_path.iterdir()
    assert left.read_bytes() == b"a secret"
    names = (f".{path.name}.{os.getppid()}", ".to kens.999999999", "kens.9")
    others = [tmp_path / name for name in names]
    for other in others:  # of a process that lives, and of other files
        other.write_bytes(b"")
    put(path, b"whole", 0o600)
    assert sorted(tmp_path.iterdir()) == sorted([path, *others])
    assert path.read_bytes() == b"whole"
