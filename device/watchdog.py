"""Tells systemd that a program is ready, alive, or stopping: one datagram each (sd_notify(3)).

Alive is said only from a program's own loop, when its work was really done. It knows nothing of
that work, and nothing of the clock: it is told the time. Where no service manager listens it says
nothing.
"""

import contextlib
import os
import socket
from collections.abc import Callable, Mapping
from typing import Self

import structlog

log = structlog.get_logger()

EVERY_NS = 10**9
"""Often enough for any WatchdogSec= of some seconds, and cheap beside a frame."""


class Watchdog:
    """The service manager's ear."""

    def __init__(self, address: str) -> None:
        """Speak to the socket at `address`, a path or an abstract name (@...); "" is nobody."""
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._fed_ns: int | None = None
        self._refused = False

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Return that of whoever started this program."""
        return cls(environment.get("NOTIFY_SOCKET", ""))

    def feed(self, up_ns: int, well: Callable[[], bool] = lambda: True) -> None:
        """Say that a turn of work is done, if a second has passed and `well` agrees.

        The first time it says that the program is ready. While `well` does not agree nothing is
        said, and the service manager ends the program in its own time.
        """
        if self._fed_ns is not None and up_ns - self._fed_ns < EVERY_NS:
            return
        if not well():
            if not self._refused:
                log.error("watchdog.starved")
            self._refused = True
            return
        self._refused = False
        self._say("WATCHDOG=1" if self._fed_ns is not None else "READY=1\nWATCHDOG=1")
        self._fed_ns = up_ns

    def stopping(self) -> None:
        """Say that the end is meant."""
        self._say("STOPPING=1")

    def _say(self, text: str) -> None:
        if not self._address:
            return
        # One that is not there or does not listen now is asked again with the next feed.
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as ear,
        ):
            ear.sendto(text.encode(), socket.MSG_DONTWAIT, self._address)
