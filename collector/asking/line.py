"""Asks over a socket: an object with every method of a port, each one question."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from collector.asking import protocol
from collector.asking.frames import framed, received
from collector.errors import CollectorError

WAIT_S = 60.0


class Line:
    """Sends one request and waits for its answer, on a connection of its own."""

    def __init__(
        self,
        path: Path,
        port: type,
        away: type[CollectorError],
        refused: type[CollectorError],
    ) -> None:
        """Take where somebody listens, for which port, and the errors if nobody answers us."""
        self._path, self._port = path, port
        self._away, self._refused = away, refused

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return the request of that name."""
        if name.startswith("_") or name not in protocol.forms(self._port):
            raise AttributeError(name)

        def ask(*args: object, **named: object) -> Any:  # noqa: ANN401  # as in the port
            answer = self._exchange(protocol.asked(self._port, name, args, named))
            return protocol.told(self._port, name, answer)

        return ask

    def _exchange(self, data: bytes) -> bytes:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(WAIT_S)
                connection.connect(str(self._path))
                connection.sendall(framed(data))
                answer = received(connection, protocol.MAX_ANSWER)
        except PermissionError as error:
            raise self._refused(str(self._path)) from error
        except OSError as error:
            raise self._away(str(self._path)) from error
        if answer is None:
            raise self._refused(str(self._path))
        return answer
