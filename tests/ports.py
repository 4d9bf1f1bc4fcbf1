"""A port for a process that has to be told one before it starts."""

import socket


def free() -> int:
    """Return a port of this machine that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])
