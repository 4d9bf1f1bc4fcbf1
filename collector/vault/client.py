"""Asks the vault: an object with every method of requests.py, each one question over the socket."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from collector.vault import protocol
from collector.vault.errors import VaultAway, VaultRefused
from collector.vault.frames import framed, received
from collector.vault.requests import Requests

WAIT_S = 60.0


class Line:
    """Sends one request and waits for its answer, on a connection of its own."""

    def __init__(self, path: Path) -> None:
        """Take where the vault listens."""
        self._path = path

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return the request of that name."""
        if name.startswith("_") or name not in protocol.forms():
            raise AttributeError(name)

        def ask(*args: object, **named: object) -> Any:  # noqa: ANN401  # as in requests.py
            return protocol.told(name, self._exchange(protocol.asked(name, args, named)))

        return ask

    def _exchange(self, data: bytes) -> bytes:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(WAIT_S)
                connection.connect(str(self._path))
                connection.sendall(framed(data))
                answer = received(connection, protocol.MAX_ANSWER)
        except PermissionError as error:
            raise VaultRefused(str(self._path)) from error
        except OSError as error:
            raise VaultAway(str(self._path)) from error
        if answer is None:
            raise VaultRefused(str(self._path))
        return answer


def connected(path: Path) -> Requests:
    """Return the vault that listens at `path`; each question connects anew."""
    return cast("Requests", Line(path))
