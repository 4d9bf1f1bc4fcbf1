"""What is said at the counter of the enrolment process, by the pages and by `collector enrol-code`.

A socket on this machine, one question and one answer of JSON a connection. Who may speak there is
who may open the socket. The pages hold no key: they ask for a code, and get its text to show.
"""

import socket
from pathlib import Path
from typing import Annotated, Any

import msgspec

from collector.errors import EnrolmentAway, LedgerFull, OrderRefused
from wire.enrolcode import Network
from wire.joining import Step, Trouble
from wire.record import Direction

LIMIT = 1024 * 1024
PATIENCE_S = 10.0
WIRINGS = ("two-lamps", "rgb-cathode", "rgb-anode", "relay-door", "counter")
"""As they are drawn in docs/wiring."""
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a code is to be made for."""

    gate: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,40}$")]
    place: Text
    area: Annotated[str, msgspec.Meta(max_length=200)]
    sector: Annotated[str, msgspec.Meta(max_length=200)]
    ways: Annotated[tuple[Direction, ...], msgspec.Meta(min_length=1, max_length=2)]
    wiring: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{0,32}$")]
    network: Network
    maker: Annotated[str, msgspec.Meta(min_length=1, max_length=150)]
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


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One of these."""

    make: Order | None = None
    show: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")] | None = None
    """A code by its number."""
    maker: str | None = None
    """All codes of a maker; "" for everybody's."""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is answered: lines, or why not."""

    lines: tuple[Line, ...] = ()
    refused: str = ""
    detail: str = ""


def make(path: Path, order: Order) -> Line:
    """Have a code made; raise OrderRefused or EnrolmentAway."""
    return _asked(path, Question(make=order)).lines[0]


def shown(path: Path, number: str) -> Line | None:
    """Return how a code stands, with its text; None if there is none of that number."""
    lines = _asked(path, Question(show=number)).lines
    return lines[0] if lines else None


def listed(path: Path, maker: str) -> tuple[Line, ...]:
    """Return the codes of a maker, the newest first."""
    return _asked(path, Question(maker=maker)).lines


def _asked(path: Path, question: Question) -> Answer:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(PATIENCE_S)
            line.connect(str(path))
            line.sendall(msgspec.json.encode(question) + b"\n")
            answer: Any = msgspec.json.decode(_all(line), type=Answer)
    except (OSError, msgspec.DecodeError) as error:
        msg = f"{path}: {getattr(error, 'strerror', None) or type(error).__name__}"
        raise EnrolmentAway(msg) from error
    if answer.refused == LedgerFull.code:
        raise LedgerFull(answer.detail)
    if answer.refused:
        raise OrderRefused(answer.detail)
    found: Answer = answer
    return found


def _all(line: socket.socket) -> bytes:
    data = b""
    while len(data) <= LIMIT and (more := line.recv(65536)):
        data += more
    return data
