"""A district that enrols gates: a real authority's folder, the real desk, the real HTTPS door."""

import contextlib
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path

from collector import clock
from collector.counter import Order
from collector.enrol import keys
from collector.enrol.admitted import Admitted
from collector.enrol.book import Book
from collector.enrol.desk import Desk, Here
from collector.enrol.door import Door
from provisioning import authority
from provisioning import clock as provisioning_clock
from wire import joining
from wire.enrolcode import Network
from wire.enrolment import Broker
from wire.record import Direction

GATE, PLACE = "cong-mau-1", "Chợ Mẫu Hai"
CABLE = Network("ethernet")
WIFI = Network("wifi", "Chợ Mẫu; Hai", "matkhau mau\\2026", "VN")


class District:
    """One authority and its enrolment process, all but the process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now_ms = clock.wall_ms()
        self.over_ms = 2**62
        """Up to which moment time is believed."""
        self.home = authority.create(folder / "authority", "Xã Mẫu", now=provisioning_clock.now())
        self.root = self.home.public.root
        self.holding = keys.held(self.home.folder / "enrolment", self.root)
        self.book = Book(folder / "enrol/book.db", lambda now_ms: min(now_ms, self.over_ms))
        self.admitted = Admitted(self.home.folder / "roster.json")
        self.address = "127.0.0.1:1"
        self.desk = self._desk()

    def _desk(self) -> Desk:
        return Desk(
            Here("Xã Mẫu", self.address, (Broker("localhost", 8883),)),
            *(self.holding, self.book, self.admitted),
            now_ms=lambda: self.now_ms,
            number=lambda: secrets.token_bytes(8),
        )

    def _join(self, body: bytes) -> bytes:
        return self.desk.join(body)

    def _progress(self, body: bytes) -> None:
        self.desk.progress(body)

    def _report(self, body: bytes) -> None:
        self.desk.report(body)

    def code(self, network: Network = CABLE, gate: str = GATE, *, replace: bool = False) -> str:
        """Make a code; return its text."""
        return self.desk.make(order(network, gate, replace=replace)).text

    @contextlib.contextmanager
    def open(self) -> Iterator[Door]:
        """Open the door at a free port while the block lasts; codes name it from then on."""
        answers = {
            joining.JOIN: self._join,
            joining.PROGRESS: self._progress,
            joining.REPORT: self._report,
        }
        with Door(("127.0.0.1", 0), self.holding.tls, answers) as door:
            self.address = f"127.0.0.1:{door.server_address[1]}"
            self.desk = self._desk()
            serving = threading.Thread(target=door.serve_forever, args=(0.02,))
            serving.start()
            try:
                yield door
            finally:
                door.shutdown()
                serving.join()


def order(network: Network = CABLE, gate: str = GATE, *, replace: bool = False) -> Order:
    """Return what a technician asks for."""
    return Order(
        *(gate, PLACE, "Xã Mẫu", "economy", (Direction.IN, Direction.OUT), "relay-door", network),
        maker="ky-thuat",
        replace=replace,
    )
