"""A small bad line: a proxy that delays, dribbles, or drops connections in the middle.

What the network's own rules can do (lost packets, no answer, a reset) nftables does; see links.py.
"""

import contextlib
import selectors
import socket
import threading

from faults import clock

CHUNK = 16 * 1024
LOOK_S = 0.1


class Proxy:
    """One line to one place."""

    def __init__(self, to_port: int) -> None:
        """Listen on a free port and lead every connection to `to_port`."""
        self._to = to_port
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(LOOK_S)
        self.port: int = self._server.getsockname()[1]
        self.delay_s = 0.0
        """How much later each piece comes out."""
        self.piece = CHUNK
        """How much goes at once."""
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._open = True
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def drop(self) -> None:
        """Close every connection in the middle of whatever it carries."""
        for pair in self._pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        self._pairs.clear()

    def close(self) -> None:
        """End it."""
        self._open = False
        self.drop()
        self._thread.join()
        self._server.close()

    def _accept(self) -> None:
        while self._open:
            try:
                near, _ = self._server.accept()
            except TimeoutError:
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self._to), 2)
            except OSError:
                near.close()
                continue
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._pairs.append((near, far))
            threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        other = {near: far, far: near}
        with selectors.DefaultSelector() as waiting, near, far, contextlib.suppress(OSError):
            for end in other:
                waiting.register(end, selectors.EVENT_READ, end)
            while self._open:
                for key, _ in waiting.select(LOOK_S):
                    data = key.data.recv(self.piece)
                    if not data:
                        return
                    clock.nap(self.delay_s)
                    other[key.data].sendall(data)
