"""Tries one thing from inside a service's walls and prints what came of it.

probe.py connect HOST PORT | read PATH | write PATH
"""

import errno
import socket
import sys
from pathlib import Path


def connect(host: str, port: str) -> None:
    """Open a connection and close it."""
    socket.create_connection((host, int(port)), timeout=5).close()


def read(path: str) -> None:
    """Read a byte."""
    with Path(path).open("rb") as file:
        file.read(1)


def write(path: str) -> None:
    """Make a file, and take it away."""
    Path(path).write_bytes(b"probe")
    Path(path).unlink()


try:
    match sys.argv[1:]:
        case ["connect", host, port]:
            connect(host, port)
        case ["read", path]:
            read(path)
        case ["write", path]:
            write(path)
        case _:
            sys.exit(__doc__)
except OSError as error:
    sys.stdout.write(f"probe: {errno.errorcode.get(error.errno or 0, type(error).__name__)}\n")
else:
    sys.stdout.write("probe: done\n")
