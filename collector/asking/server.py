"""A socket to be asked by: a file on this machine, for those of its users who are named.

The kernel says who has connected; whoever is not among them is answered nothing at all. Where none
are named, the folder and the group of the socket decide. Each connection has a thread, and asks one
thing after another.
"""

import os
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

import structlog

from collector.asking import protocol
from collector.asking.frames import framed, received
from collector.errors import SocketTaken, SocketUnusable

MODE = 0o660
"""The folder above says who reaches it; where users are named, the kernel's word decides."""
CONNECTIONS = 64
IDLE_S = 300.0
_CREDENTIALS = struct.Struct("3i")

_log = structlog.get_logger()


class Server:
    """Listens until it is closed."""

    def __init__(
        self,
        path: Path,
        users: frozenset[int] | None,
        answer: Callable[[bytes], bytes],
        longest: int = protocol.MAX_REQUEST,
    ) -> None:
        """Take where to listen, which user ids may ask, who answers, and how long a request is.

        Without user ids, whoever may open the socket may ask.
        """
        self._path, self._users, self._answer = path, users, answer
        self._longest = longest
        self._socket: socket.socket | None = None
        self._accepting: threading.Thread | None = None
        self._places = threading.BoundedSemaphore(CONNECTIONS)

    def __enter__(self) -> Self:
        """Listen, in a thread of its own."""
        self._socket = _listening(self._path)
        self._accepting = threading.Thread(target=self._accept, args=(self._socket,), daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Listen no more."""
        if self._socket is not None and self._accepting is not None:
            # Closed alone, it would go on listening: the thread that waits in it keeps it open.
            self._socket.shutdown(socket.SHUT_RDWR)
            self._accepting.join()
            self._socket.close()
            self._socket = self._accepting = None
            self._path.unlink(missing_ok=True)

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            user = _user(connection)
            is_known = self._users is None or user in self._users
            if not is_known or not self._places.acquire(blocking=False):
                _log.warning("socket.refused", user=user)
                connection.close()
                continue
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, suppress(OSError):
                connection.settimeout(IDLE_S)
                while (data := received(connection, self._longest)) is not None:
                    connection.sendall(framed(self._answer(data)))
        finally:
            self._places.release()


def _user(connection: socket.socket) -> int:
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return int(_CREDENTIALS.unpack(raw)[1])


def _listening(path: Path) -> socket.socket:
    if _answers(path):  # whoever took it would leave the other unreachable, and both at the end
        raise SocketTaken(str(path))
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.unlink(missing_ok=True)
        before = os.umask(0o777 & ~MODE)
        try:
            listening.bind(str(path))
        finally:
            os.umask(before)
        listening.listen(CONNECTIONS)
    except OSError as error:
        listening.close()
        msg = f"{path}: {error.strerror or error}"
        raise SocketUnusable(msg) from error
    return listening


def _answers(path: Path) -> bool:
    """Say whether a process listens there; what one has left that was killed does not answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.setblocking(False)  # noqa: FBT003  # the socket's
        try:
            line.connect(str(path))
        except BlockingIOError:  # so many wait there
            return True
        except OSError:
            return False
    return True


def answerer(
    port: type, ask: Callable[[str, dict[str, object]], object]
) -> Callable[[bytes], bytes]:
    """Return who turns a request into an answer, whatever happens inside."""

    def answer(data: bytes) -> bytes:
        try:
            return protocol.answered(port, data, ask)
        except Exception as error:  # noqa: BLE001  # a fault of one request ends no other
            _log.error("socket.fault", kind=type(error).__name__)
            return protocol.failed()

    return answer
