"""Plays a trace of a door: what happens in front of it, in; what it keeps and shows, out.

    door both                    optional: in, out or both; `in` if not said
    at 0.00  frame  PASS-A       one frame, in which these codes are readable; `-`: none
    at 0.00 to 2.00  frame  LINK frames of 15 a second, up to but without the last moment
    at 2.50  tick                time passes, and no frame comes
    at 3.00  card full           also: card room, card broken, clock unsynced, clock synced,
                                 receipt (of all there is), stop
        0.00  scan    in pass accepted accepted checked seen     what comes of it, and when

Real are presence, credential, judge, attendant, patterns and the scanner itself. A code is named
by what it is: PASS-x, DECLARED-x, EXPIRED-x, EARLY-x, FORGED-x, TORN-x, LINK-x, TEXT-x.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from base45 import b45decode, b45encode
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from device.credential import classify
from device.credential.own_pass import KIND as PASS
from device.errors import GateError
from device.gpio.patterns import speaks_ms
from device.reading.presence import OnePerShowing
from device.scanner import Scanner
from device.verdict.policy import default
from device.wiring.door import Attendant
from tests.device.fakes import (
    MemoryJournal,
    S,
    SeenPanel,
    ShownFrames,
    SteppedClock,
    ToldReader,
)
from wire import gatepass
from wire.gatepass import Pass
from wire.keys import Keyring, Use, entry
from wire.receipt import Receipt
from wire.record import ClockState, Direction, Record
from wire.sealing import seal_key

TRACES = sorted((Path(__file__).parents[1] / "traces" / "door").glob("*.trace"))
NOW_S = 1_790_000_000
DAY_S = 86_400
GATE = "cong-mau"
SEEN, DECLARED = (Ed25519PrivateKey.from_private_bytes(bytes([n] * 32)) for n in (1, 2))
VAULT = seal_key(X25519PrivateKey.from_private_bytes(bytes([4] * 32)).public_key())
RING = Keyring(
    [entry(SEEN.public_key(), Use.PASS_SEEN), entry(DECLARED.public_key(), Use.PASS_DECLARED)]
)
DOORS = {"in": (Direction.IN,), "out": (Direction.OUT,), "both": (Direction.IN, Direction.OUT)}


def text_of(name: str) -> bytes:
    """Return what the code of that name holds."""
    kind, _, who = name.partition("-")
    number = who.encode().ljust(8, b".")[:8]
    valid = Pass(number, "resident", NOW_S - DAY_S, NOW_S + DAY_S, NOW_S - DAY_S)
    late = Pass(number, "resident", NOW_S - 9 * DAY_S, NOW_S - DAY_S, NOW_S - 9 * DAY_S)
    early = Pass(number, "resident", NOW_S - DAY_S, NOW_S + 9 * DAY_S, NOW_S + DAY_S)
    texts = {
        "PASS": gatepass.issue(valid, SEEN),
        "DECLARED": gatepass.issue(valid, DECLARED),
        "EXPIRED": gatepass.issue(late, SEEN),
        "EARLY": gatepass.issue(early, SEEN),
        "FORGED": forged(valid),
        "TORN": gatepass.issue(valid, SEEN)[:-9],
        "LINK": f"https://example.org/{who}",
        "TEXT": f"a text of {who}",
    }
    return texts[kind].encode()


def forged(claims: Pass) -> str:
    """Return a pass that says it is of the authority's key, which did not sign it."""
    body = b45decode(gatepass.issue(claims, SEEN)[len(gatepass.PREFIX) :])
    return gatepass.PREFIX + b45encode(body[:-1] + bytes([body[-1] ^ 1])).decode()


class TellingJournal(MemoryJournal):
    """The fake journal, which tells what it stored; breaking is a fault of the trace's."""

    def __init__(self, player: "Player") -> None:
        super().__init__(GATE, VAULT, player.receipt)
        self._player = player

    def _append(self, record: Record) -> Record:
        super()._append(record)
        self._player.tell(record.up * 1_000_000, _spelled(self.documents[-1]))
        return record


def _spelled(document: dict[str, object]) -> str:
    if document["t"] == "note":
        return f"note    {document['what']}"
    if document["t"] == "key":
        return "key"
    fields = ("dir", "kind", "outcome", "reason", "signature", "identity")
    marks = document.get("marks") or ()
    assert isinstance(marks, (list, tuple))
    return "scan    " + " ".join(str(each) for each in (*(document[f] for f in fields), *marks))


class Player:
    """One door, and the time of the trace."""

    def __init__(self, trace: str) -> None:
        self._lines = trace.splitlines()
        self._told: list[str] = []
        self._out: list[str] = []
        self.clock = SteppedClock(NOW_S * 1000)
        self._panel = SeenPanel(self.tell, self.clock)
        self._journal = TellingJournal(self)
        self._reader = ToldReader()
        self._receipts: list[Receipt] = []
        self._scanner = self._built()

    def _built(self) -> Scanner:
        doors = [line.split()[1] for line in self._lines if line.startswith("door ")]
        directions = DOORS[doors[0] if doors else "in"]
        return Scanner(
            camera=ShownFrames(self._frames),
            reader=self._reader,
            presence=OnePerShowing(lambda text: classify(text).kind == PASS),
            classify=classify,
            doorman=Attendant(default("Chợ Mẫu"), RING, directions),
            journal=self._journal,
            panel=self._panel,
            clock=self.clock,
            speaks_ms=speaks_ms,
            report=lambda _frame, _now: None,
        )

    def play(self) -> str:
        """Return the trace with the effects that there really were."""
        try:
            self._scanner.run()
            end = "end"
        except GateError as error:
            end = f"end     {error.code}"
        self.tell(self.clock.up_ns, end)
        self._flush()
        return "".join(f"{line}\n" for line in self._out)

    def tell(self, up_ns: int, what: str) -> None:
        """Write an effect down."""
        self._told.append(f"    {up_ns / S:5.2f}  {what}")

    def receipt(self) -> Receipt | None:
        """Return what has come from the collector."""
        return self._receipts.pop() if self._receipts else None

    def _flush(self) -> None:
        self._out += self._told
        self._told.clear()

    def _frames(self) -> Iterator[int]:
        for line in self._lines:
            if line.startswith("    "):
                continue
            self._flush()
            self._out.append(line)
            words = line.split()
            if words and words[0] == "at":
                yield from self._happening(words[1:])

    def _happening(self, words: list[str]) -> Iterator[int]:
        start, end = float(words[0]), None
        if words[1] == "to":
            end, words = float(words[2]), words[2:]
        what, names = words[1], words[2:]
        if what == "frame":
            self._reader.view = [text_of(name) for name in names if name != "-"]
            for number in range(max(1, round(((end or start) - start) * 15))):
                up_ns = int(start * S) + number * S // 15
                self._pass(up_ns)
                yield up_ns
        else:
            self._pass(int(start * S))
            if what != "tick":
                self._set(what, *names)

    def _pass(self, up_ns: int) -> None:
        self._panel.until(up_ns)
        self.clock.up_ns = up_ns

    def _set(self, what: str, how: str = "") -> None:
        match what, how:
            case "card", "broken":
                self._journal.is_broken = True
            case "card", _:
                self._journal.is_full = how == "full"
            case "clock", _:
                self.clock.state = ClockState(how)
            case "receipt", _:
                high = self._journal.last
                chain = self._journal.chains[high].hex()
                self._receipts.append(Receipt(GATE, self._journal.journal, high, chain, 1))
            case _:
                self._scanner.stop()


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.stem)
def test_a_door_does_what_its_trace_says_and_nothing_else(path: Path) -> None:
    written = path.read_text(encoding="utf-8")
    assert Player(written).play() == written


def test_there_are_traces() -> None:
    assert len(TRACES) >= 13
