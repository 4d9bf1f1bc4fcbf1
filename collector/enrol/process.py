"""`collector enrol`: puts the parts together and runs them until SIGTERM or SIGINT."""

import errno
import secrets
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path

import structlog

from collector import clock
from collector.asking.server import Server, answerer
from collector.believed import Believed
from collector.config import Config, EnrolConfig
from collector.counter import Enrolling
from collector.enrol import documents, keys
from collector.enrol.admitted import Admitted
from collector.enrol.book import Book
from collector.enrol.desk import Desk, Here
from collector.enrol.door import Door
from collector.errors import (
    AddressUnusable,
    CertificateExpired,
    EnrolmentUnset,
    PortBusy,
)
from wire import joining
from wire.enrolcode import CTI_BYTES
from wire.enrolment import Broker

LONGEST = 16 * 1024
"""Of a question; an order is some hundred bytes."""

log = structlog.get_logger()


def run(config: Config) -> int:
    """Serve until a signal; return the exit status. Raises CollectorError."""
    enrol = config.enrol
    if enrol is None or config.counter is None:
        raise EnrolmentUnset
    public = keys.public(config.authority)
    holding = keys.held(enrol.keys, public.root)
    if keys.until(holding) <= datetime.fromtimestamp(clock.wall_ms() / 1000, UTC):
        msg = f"enrol.keys: {enrol.keys}: {keys.until(holding):%Y-%m-%d}"
        raise CertificateExpired(msg)
    book = Book(enrol.state / "book.db", Believed(config.believed).over_ms)
    brokers = tuple(Broker(each.host, each.port) for each in enrol.brokers)
    desk = Desk(
        Here(public.authority, enrol.address, brokers),
        *(holding, book, Admitted(config.roster.path)),
        now_ms=clock.wall_ms,
        number=lambda: secrets.token_bytes(CTI_BYTES),
        in_force=lambda place: documents.in_force(config.outgoing, place),
    )
    with _door(enrol, holding, desk) as door, answering(config.counter, desk):
        for number in (signal.SIGTERM, signal.SIGINT):
            # `shutdown` waits for the loop, so it must not be called from the loop's own thread.
            signal.signal(number, lambda *_: threading.Thread(target=door.shutdown).start())
        log.info("enrol.listening", port=door.server_address[1])
        door.serve_forever(poll_interval=0.2)
    book.close()
    log.info("enrol.stopped")
    return 0


def _door(enrol: EnrolConfig, holding: keys.Holding, desk: Desk) -> Door:
    answers = {
        joining.JOIN: desk.join,
        joining.PROGRESS: desk.progress,
        joining.REPORT: desk.report,
    }
    try:
        return Door((enrol.host, enrol.port), holding.tls, answers)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            msg = f"enrol.port: {enrol.host} {enrol.port}"
            raise PortBusy(msg) from error
        msg = f"enrol.host: {enrol.host} {enrol.port}: {error.strerror or error}"
        raise AddressUnusable(msg) from error


def answering(path: Path, desk: Desk) -> Server:
    """Return what answers the pages and `collector enrol-code`: whoever may open the socket."""
    answer = answerer(Enrolling, lambda name, args: getattr(desk, name)(**args))
    return Server(path, None, answer, LONGEST)
