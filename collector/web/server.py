"""gunicorn's home: one worker, a few threads, a socket that is already ours."""

import errno
import gc
import logging
import socket
import sys
from collections.abc import Callable, Mapping
from typing import Any
from wsgiref.types import WSGIApplication

import structlog
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from collector.errors import AddressUnusable, PortBusy
from collector.web.fastlane import Lane

THREADS = 8
"""A board asks once a second and is answered in a millisecond; the rest is for logins."""
CONNECTIONS = 500
"""Well below the thousand files that a process may have open."""
LARGEST = 8 * 1024 * 1024
"""Of what is sent: a list of people with room, so that who sends a larger one is told in words."""


def listen(host: str, port: int, table: str = "web") -> socket.socket:
    """Open the socket, so that a port that is taken is known before anything is started.

    Port 0 takes any free one; `table` names the one of the configuration. Raises PortBusy,
    AddressUnusable.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=256)
        # gunicorn sets this too late for whoever comes while it starts: half of each answer would
        # wait until the first half is acknowledged, a twenty-fifth of a second.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            msg = f"{table}.port: {host} {port}"
            raise PortBusy(msg) from error
        msg = f"{table}.host: {host} {port}: {error.strerror or error}"
        raise AddressUnusable(msg) from error
    return listening


class Server(BaseApplication):
    """The pages under gunicorn."""

    def __init__(
        self,
        listening: socket.socket,
        more: Mapping[str, object] | None = None,
        largest: int = LARGEST,
        load: Callable[[], WSGIApplication] | None = None,
        lane: Lane | None = None,
    ) -> None:
        """Take the open socket and further settings of gunicorn's.

        `largest` is how many bytes may be sent to a page; `load` makes another WSGI application
        than Django's. The `lane` stands before the application.
        """
        self._listening, self._more, self._load = listening, more or {}, load or pages
        self.largest, self.lane = largest, lane
        super().__init__()  # type: ignore[no-untyped-call]  # gunicorn's

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults."""
        chosen = {
            "bind": f"fd://{self._listening.detach()}",
            "workers": 1,
            # Loaded before it forks, so that what both know is in memory once.
            "preload_app": True,
            "worker_class": "collector.web.worker.Worker",
            "worker_connections": CONNECTIONS,
            "threads": THREADS,
            "timeout": 30,
            "graceful_timeout": 5,
            "keepalive": 15,
            "limit_request_line": 2048,
            "logger_class": Quiet,
            "control_socket_disable": True,
            **self._more,
        }
        settings: Any = self.cfg
        for name, value in chosen.items():
            if name in settings.settings:
                settings.set(name, value)

    def load(self) -> WSGIApplication:
        """Return the WSGI application, with all of it out of the garbage collector's sight.

        Else each of its full walks goes through every module that is loaded, and whoever asks for
        a page just then waits a tenth of a second for it.
        """
        loaded = self._load() if self.lane is None else self.lane.before(self._load())
        gc.collect()
        gc.freeze()
        return loaded


def pages() -> WSGIApplication:
    """Return Django's WSGI application with every page loaded, before the server forks."""
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415  # needs the settings
    from django.urls import get_resolver  # noqa: PLC0415  # the same

    made = get_wsgi_application()
    _ = get_resolver().url_patterns
    return made


class Quiet(Logger):
    """Warnings only, into the collector's own log; who looked at what page is in no log."""

    def setup(self, cfg: Any) -> None:  # noqa: ANN401  # gunicorn's
        """Let the root logger's handler write."""
        self.loglevel = logging.WARNING
        self.cfg = cfg
        self.error_log.setLevel(logging.WARNING)
        self.error_log.propagate = True
        self.access_log.disabled = True

    def exception(self, *_words: object, **_more: object) -> None:
        """Say of what kind a fault was: its own words may be what somebody has sent.

        A reader who went away, or was too slow, is no fault.
        """
        kind = sys.exc_info()[0]
        if kind is not None and not issubclass(kind, TimeoutError):
            structlog.get_logger().error("pages.fault", kind=kind.__name__)
