"""Serves an application that only says how much it was sent, by the server of the pages, over TLS.

`/ready` and `/longer` are answered at once, for `/broken` and `/longest` a thread has to do it.

The folder has the certificate. Further words are settings: `hurried` makes deadlines short,
`crowded` lets few connect at once, and `narrow` holds little of what has come in part.
"""

import gc
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from collector import log
from collector.web import certificate, server, worker
from collector.web.fastlane import Lane

CROWDED = 20
LARGE = 128 * 1024
"""Of an answer: more than a reader's own side holds if it reads nothing."""


READY = {b"/ready": 5, b"/longer": worker.AT_ONCE - 200, b"/longest": worker.AT_ONCE}
"""Bytes of each answer that needs no thread, but for the last, which is too long with its head."""


class Ready(Lane):
    """Has some answers ready."""

    def at_once(self, address: str, head: bytes) -> bytes | None:
        """Return an answer; fail where that is asked for."""
        path = head.split()[1]
        if path == b"/broken":
            raise RuntimeError(address, head)
        if path not in READY:
            return None
        said = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % READY[path]
        return said + b"." * READY[path]


def answer(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
    """Say how long the body was; be large where that is asked for, fail where that is."""
    said = f"{environ['PATH_INFO']} {len(environ['wsgi.input'].read())}".encode()
    if environ["PATH_INFO"] == "/fault":
        raise ValueError(environ["QUERY_STRING"])
    if environ["PATH_INFO"] == "/large":
        said = b"." * LARGE
    if environ["PATH_INFO"] == "/frozen":
        said = str(gc.get_freeze_count()).encode()
    start("200 OK", [("Content-Length", str(len(said)))])
    return [said]


def main(folder: Path, *words: str) -> None:
    """Serve until a signal."""
    log.configure()
    more = certificate.served("web", folder / "fullchain.pem", folder / "privkey.pem")
    if "crowded" in words:
        more["worker_connections"] = CROWDED
    if "hurried" in words:
        worker.HEAD_S, worker.SLOWEST_PER_S = 5.0, 10**6
    if "narrow" in words:
        worker.HELD = 1024 * 1024
    listening = server.listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    more["post_worker_init"] = lambda _worker: _told(port)
    serving = server.Server(listening, more, 1024 * 1024, lambda: answer, Ready())
    serving.run()  # type: ignore[no-untyped-call]  # gunicorn's


def _told(port: int) -> None:
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
