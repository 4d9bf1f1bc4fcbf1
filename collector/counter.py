"""What is said at the counter of the enrolment process, by the pages and by `collector enrol-code`.

Who may speak there is who may open the socket. The pages hold no key: they ask for a code, and get
its text to show.
"""

from pathlib import Path
from typing import Annotated, Protocol, cast

import msgspec

from collector.asking import line
from collector.errors import EnrolmentAway
from wire.enrolcode import Network
from wire.joining import Step, Trouble
from wire.record import Direction

PATIENCE_S = 10.0
WIRINGS = ("two-lamps", "rgb-cathode", "rgb-anode", "relay-door", "counter")
"""As they are drawn in docs/wiring."""


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a code is to be made for, as somebody said it."""

    gate: str
    place: str
    area: str
    sector: str
    ways: Annotated[tuple[Direction, ...], msgspec.Meta(min_length=1, max_length=2)]
    wiring: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{0,32}$")]
    network: Network
    maker: str
    """Who asked for it."""
    replace: bool = False
    """Another machine takes the place of a gate of that name."""


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one code, and the gate that it makes, stand."""

    number: str
    gate: str
    place: str
    maker: str
    made_ms: int
    expires_ms: int
    used: bool = False
    step: Step | None = None
    stepped_ms: int = 0
    trouble: Trouble | None = None
    """Why somebody who showed this code was refused last."""
    passed: bool | None = None
    """What the gate's self-test came to; None without a report."""
    text: str = ""
    """The code itself, while it can be used, for who asked for it by its number."""
    report: bytes = b""
    """The report, signed; for who asked by number too."""

    def __repr__(self) -> str:
        """Say nothing of the text: it may hold a passphrase."""
        return f"<Line {self.number}>"


class Enrolling(Protocol):
    """The enrolment process, as it can be asked.

    Raises EnrolmentAway (try again), LedgerFull and StateUnwritable.
    """

    def make(self, order: Order) -> Line:
        """Make a code. Raises OrderRefused for one that cannot be."""
        ...

    def shown(self, number: str) -> Line | None:
        """Return how a code stands, with text and report; None if there is none of that number."""
        ...

    def listed(self, maker: str) -> tuple[Line, ...]:
        """Return the codes of a maker, "" for everybody's, the newest first; no texts."""
        ...


def enrolling(path: Path) -> Enrolling:
    """Return the enrolment process that listens there."""
    asked = line.Line(path, Enrolling, EnrolmentAway, EnrolmentAway, wait_s=PATIENCE_S)
    return cast("Enrolling", asked)
