"""Decodes a photograph in a process of its own, which holds no key, no session and no journal.

    python -m device.desk.lens < photograph        one line of base64 for each code

A picture is a stranger's file: what goes wrong in it ends that process and nothing else. It is read
from memory and never on a disk.
"""

import base64
import resource
import subprocess
import sys

from device.errors import PictureUnreadable

MAX_BYTES = 15_000_000
"""Of a photograph."""
SECONDS = 20
MEMORY = 2**31


def codes(data: bytes) -> list[bytes]:
    """Return the codes in a photograph, the largest first; raise PictureUnreadable if it is none.

    It says nothing of why: a file's name or a library's words may be anything.
    """
    if not data or len(data) > MAX_BYTES:
        raise PictureUnreadable
    command = [sys.executable, "-m", "device.desk.lens"]
    try:
        done = subprocess.run(  # noqa: S603  (ourselves)
            command, input=data, capture_output=True, timeout=SECONDS, check=True
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise PictureUnreadable from error
    return [base64.b64decode(line) for line in done.stdout.splitlines()]


def main() -> int:
    """Decode what is on standard input."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    # Loaded here alone: the desk itself never holds a decoder.
    from device.camera.pictures import decoded  # noqa: PLC0415
    from device.reading.decoder import decode  # noqa: PLC0415

    try:
        luma = decoded(sys.stdin.buffer.read(MAX_BYTES + 1), "-")
    except PictureUnreadable:
        return 1
    for text in decode(luma):
        sys.stdout.buffer.write(base64.b64encode(text) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
