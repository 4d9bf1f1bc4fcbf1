"""Asks over a socket: an object with every method of a port, each one question."""

import socket
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from collector.asking import protocol
from collector.asking.frames import framed, received
from collector.errors import CollectorError

WAIT_S = 60.0
KEPT = 16
"""Connections that wait for the next question; whoever listens has 64."""


class Line:
    """Sends one request and waits for its answer, on a connection of its own."""

    def __init__(
        self,
        path: Path,
        port: type,
        away: type[CollectorError],
        refused: type[CollectorError],
        *,
        kept: bool = False,
        wait_s: float = WAIT_S,
    ) -> None:
        """Take where somebody listens, for which port, and the errors if nobody answers us.

        Whoever has not answered within `wait_s` does not answer.

        With `kept`, a connection is used again, and a question that meets one which has ended is
        asked once more: only for ports whose questions may be asked twice.
        """
        self._path, self._port = path, port
        self._away, self._refused, self._wait_s = away, refused, wait_s
        self._kept: deque[socket.socket] | None = deque() if kept else None

    def __del__(self) -> None:
        """Let go of the connections that were kept."""
        for each in self.__dict__.get("_kept") or ():
            each.close()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return the request of that name."""
        if name.startswith("_") or name not in protocol.forms(self._port):
            raise AttributeError(name)

        def ask(*args: object, **named: object) -> Any:  # noqa: ANN401  # as in the port
            answer = self._exchange(framed(protocol.asked(self._port, name, args, named)))
            return protocol.told(self._port, name, answer)

        return ask

    def _exchange(self, data: bytes) -> bytes:
        while (held := self._held()) is not None:
            try:
                answer = self._asked(held, data)
            except OSError:
                answer = None
            if answer is not None:
                return answer
        try:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(self._wait_s)
            with _closed_on_error(connection):
                connection.connect(str(self._path))
                answer = self._asked(connection, data)
        except PermissionError as error:
            raise self._refused(str(self._path)) from error
        except OSError as error:
            raise self._away(str(self._path)) from error
        if answer is None:
            raise self._refused(str(self._path))
        return answer

    def _held(self) -> socket.socket | None:
        try:
            return self._kept.pop() if self._kept else None
        except IndexError:  # another thread was quicker
            return None

    def _asked(self, connection: socket.socket, data: bytes) -> bytes | None:
        """Ask on a connection; keep it for the next question, or close it."""
        answer = None
        try:
            connection.sendall(data)
            answer = received(connection, protocol.MAX_ANSWER)
        finally:
            if answer is None or self._kept is None or len(self._kept) >= KEPT:
                connection.close()
            else:
                self._kept.append(connection)
        return answer


@contextmanager
def _closed_on_error(connection: socket.socket) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise
