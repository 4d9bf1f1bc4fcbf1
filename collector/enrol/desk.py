"""Who gets what: makes codes for people, and gives each gate that used one its answer.

A code makes one gate. The first records key that shows it has it; the same key asking again gets
the same answer, another is told that the code was used. The roster and the book are on stable
storage before an answer leaves.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
import structlog
from cryptography.hazmat.primitives.serialization import Encoding

from collector.counter import Line, Order
from collector.enrol import leaf
from collector.enrol.admitted import Admitted
from collector.enrol.book import Book, Use
from collector.enrol.keys import Holding
from collector.errors import OrderRefused
from collector.i18n import N_
from collector.roster import Gate
from wire import enrolment, joining, selftest
from wire.canonical import parse as parse_document
from wire.canonical import read
from wire.enrolcode import (
    RESERVED,
    Code,
    Parsed,
    is_access_point,
    is_country,
    is_gate,
    is_passphrase,
    is_place,
    is_wifi_name,
    issue,
    parse,
)
from wire.enrolment import Broker, Enrolment, unpack_request
from wire.errors import WireError
from wire.joining import Trouble
from wire.keyring import unpack as unpack_keyring
from wire.keys import KeyEntry, Keyring, Signed

log = structlog.get_logger()

WORDS_CHARS = 200
"""Of the words that only people read: area, sector and who asked."""
HOURS = 24
"""How long a code counts: it is made the day the technician goes out."""


class Here(NamedTuple):
    """What is said of this district."""

    authority: str
    address: str
    """Of this process, as gates reach it."""
    brokers: tuple[Broker, ...]


class Desk:
    """The decisions, over the book and the roster."""

    def __init__(
        self,
        here: Here,
        holding: Holding,
        book: Book,
        enrolled: Admitted,
        now_ms: Callable[[], int],
        number: Callable[[], bytes],
        in_force: Callable[[str], Mapping[str, bytes]] = lambda _place: {},
    ) -> None:
        """Take the parts; `number` makes eight random bytes.

        `in_force` says what a gate of a place is handed with its enrolment.
        """
        self._here, self._holding, self._book, self._enrolled = here, holding, book, enrolled
        self._now_ms, self._number, self._in_force = now_ms, number, in_force
        self._turn = threading.Lock()
        self._keys = unpack_keyring(holding.keyring, Keyring([holding.root]))

    # -- people -------------------------------------------------------------------------------

    def make(self, order: Order) -> Line:
        """Make a code; raise OrderRefused for one that cannot be."""
        now = self._now_ms()
        if max(map(len, (order.area, order.sector, order.maker))) > WORDS_CHARS:
            raise OrderRefused(N_("too long, or of the wrong form"))
        if order.gate in RESERVED:
            raise OrderRefused(N_("this is the name of a service: the gate needs another one"))
        if order.gate in self._enrolled.names() and not order.replace:
            raise OrderRefused(N_("a gate of that name is there already"))
        expires_ms = min(now + HOURS * 3_600_000, self._holding.ends_ms)
        none = order.network.kind == "none"
        code = Code(
            number=self._number(),
            gate=order.gate,
            place=order.place.strip(),
            ways=tuple(sorted(set(order.ways), key=lambda way: way.value)),
            wiring=order.wiring,
            address="" if none else self._here.address,
            pin=b"" if none else self._holding.pin,
            network=order.network,
            issued=now // 1000,
            expires=expires_ms // 1000,
        )
        try:
            text = issue(code, self._holding.vouched, self._holding.enrol)
        except WireError as error:
            raise OrderRefused(_unfit(order)) from error
        line = Line(
            *(code.number.hex(), code.gate, code.place, order.maker, now, code.expires * 1000),
            text=text,
        )
        self._book.tidy(now)
        self._book.made(line, msgspec.json.encode(order))
        log.info("enrol.code.made", gate=order.gate)
        return line

    def shown(self, number: str) -> Line | None:
        """Return how a code stands, with text and report; None if there is none of that number."""
        return self._book.line(number)

    def listed(self, maker: str) -> tuple[Line, ...]:
        """Return the codes of a maker, "" for everybody's, the newest first; no texts."""
        return self._book.lines(maker)

    # -- gates --------------------------------------------------------------------------------

    def join(self, body: bytes) -> bytes:
        """Answer a gate that wants to be one; raise WireError for what is no question."""
        text, request = joining.unpack_ask(body)
        asked = unpack_request(request)
        try:
            shown = parse(text)
            shown.verify(self._holding.root)
        except WireError:
            return joining.pack_trouble(Trouble.FOREIGN)
        number = shown.claims.number.hex()
        with self._turn:  # of two at once with one code, one is first
            use = self._book.use(number)
            found = self._judged(shown, use, asked.records.kid, request)
            if isinstance(found, Trouble):
                self._refused(number, use, asked.records.kid, found)
                return joining.pack_trouble(found)
            if found is None and use is not None:
                found = self._admit(shown.claims, use, asked, request)
        return joining.pack_answer(found or b"", self._in_force(shown.claims.place))

    def _judged(
        self, shown: Parsed, use: Use | None, kid: str, request: bytes
    ) -> bytes | Trouble | None:
        """Return the answer given before, why there is none, or None if it is to be made."""
        if use is None:
            return Trouble.FOREIGN
        if use.kid is not None:
            same = use.kid == kid and use.request == request
            return use.answer if same and use.answer is not None else Trouble.USED
        return Trouble.EXPIRED if self._now_ms() >= shown.claims.expires * 1000 else None

    def _admit(self, code: Code, use: Use, asked: enrolment.Request, request: bytes) -> bytes:
        now_ms, order = self._now_ms(), msgspec.json.decode(use.entry, type=Order)
        holding, public = self._holding, leaf.asked_key(asked.csr)
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        made = leaf.leaf(code.gate, public, holding.gate_ca, holding.gate_ca_key, now)
        chain = made.public_bytes(Encoding.PEM) + holding.gate_ca.public_bytes(Encoding.PEM)
        answer = enrolment.pack_online(
            Enrolment(
                gate=code.gate,
                authority=self._here.authority,
                place=code.place,
                directions=code.ways,
                keys=self._keys.keys,
                seal=self._keys.seal,
                certificate=chain.decode(),
                ca=self._keys.ca,
                issued=now_ms,
                records=asked.records.kid,
                brokers=self._here.brokers,
                area=order.area,
            ),
            *(holding.enrol, holding.vouched, holding.keyring),
        )
        entry = Gate(
            *(code.gate, code.place, order.area, order.sector, code.ways),
            records=asked.records,
        )
        # The roster first: a cut here leaves a gate that nobody is, and the code still to be used.
        self._enrolled.keep(code.gate, request)
        self._enrolled.issued(code.gate, made.serial_number, made.public_bytes(Encoding.PEM))
        self._enrolled.enter(entry)
        self._book.used(code.number.hex(), asked.records.kid, request, answer, now_ms)
        log.info("enrol.admitted", gate=code.gate)
        return answer

    def _refused(self, number: str, use: Use | None, kid: str, trouble: Trouble) -> None:
        log.warning("enrol.refused", code=trouble.value)
        if use is not None and use.kid != kid:
            self._book.stepped(number, None, self._now_ms(), trouble)

    def progress(self, body: bytes) -> None:
        """Note how far a gate has come; raise WireError unless the gate of that code says so."""
        number = joining.claimed_number(body)
        said = joining.unpack_progress(body, Keyring([self._records(number)]))
        self._book.stepped(number, said.step, self._now_ms(), said.trouble)

    def report(self, body: bytes) -> None:
        """Keep the report of a gate's self-test; raise WireError unless it signed it."""
        kid = read(Signed, parse_document(body, selftest.LIMIT)).kid
        number = self._book.of_kid(kid)
        if number is None:
            msg = "a report of a gate that was not enrolled here"
            raise WireError(msg)
        said = selftest.unpack(body, Keyring([self._records(number)]))
        self._book.reported(number, body, self._now_ms(), passed=said.passed)
        log.info("enrol.reported", gate=said.gate, passed=said.passed)

    def _records(self, number: str) -> KeyEntry:
        """Return the key of the gate that used a code."""
        use = self._book.use(number)
        for gate in self._enrolled.gates():
            if use is not None and gate.records.kid == use.kid:
                return gate.records
        msg = "no gate has used that code"
        raise WireError(msg)


def _unfit(order: Order) -> str:
    """Say why no code can be made of an order: which limit, and what to do."""
    network = order.network
    wifi, mobile = network.kind == "wifi", network.kind == "4g"
    limits = (
        (
            is_gate(order.gate),
            N_("the name of a gate has up to 40 small letters without marks, digits and hyphens"),
        ),
        (
            is_place(order.place.strip()),
            N_("the place has up to 100 characters, all in one line"),
        ),
        (
            not wifi or is_wifi_name(network.name),
            N_("a Wi-Fi name has up to 32 bytes; a letter with a mark counts for two or three"),
        ),
        (
            not wifi or is_passphrase(network.passphrase),
            N_("a Wi-Fi passphrase has 8 to 63 letters, digits and signs, none with a mark"),
        ),
        (
            not wifi or is_country(network.country),
            N_("the country of a Wi-Fi is two capital letters, such as VN"),
        ),
        (
            not mobile or is_access_point(network.name),
            N_("an access point has up to 63 letters, digits, dots and hyphens"),
        ),
    )
    longest = N_(
        "too long for a code that a gate reads from a phone: shorten the name of the place"
    )
    return next((said for fits, said in limits if not fits), longest)
