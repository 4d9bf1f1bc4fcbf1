"""Parts of a gate for tests: each refuses what the real part refuses.

Time is a value here; it moves only when it is told to.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self

import numpy as np

from device.errors import CameraLost, JournalBroken, JournalFull
from device.flow import Frame, Instant, Press, Pressed, Sighting, Signal, Verdict
from device.gpio.patterns import length_ms
from device.journal.sealer import Sealer
from wire.canonical import Document
from wire.keys import SealKey
from wire.receipt import Receipt
from wire.record import ClockState, Key, Note, Record, Scan, What, genesis, link, to_document

S = 1_000_000_000
BOOT = "0a0b0c0d"


class SteppedClock:
    """The Clock port, standing still until it is moved."""

    def __init__(self, wall_ms: int) -> None:
        self.up_ns = 0
        self.state = ClockState.SYNCED
        self._wall_ms = wall_ms

    def now(self) -> Instant:
        return self.at(self.up_ns)

    def at(self, captured_ns: int) -> Instant:
        wall = self._wall_ms + captured_ns // 1_000_000
        return Instant(captured_ns, wall, self.state, BOOT)


class ShownFrames:
    """The Camera port over frames that a test makes while they are asked for."""

    def __init__(self, frames: Callable[[], Iterator[int]]) -> None:
        """Take what yields the stamp of one frame after another, in ns."""
        self._frames = frames
        self._is_open = False

    def __enter__(self) -> Self:
        """Open it."""
        assert not self._is_open, "a camera is opened once"
        self._is_open = True
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it."""
        self._is_open = False

    def __iter__(self) -> Iterator[Frame]:
        """Yield a frame for each stamp."""
        for number, up_ns in enumerate(self._frames()):
            if not self._is_open:
                msg = "the camera was closed"
                raise CameraLost(msg)
            yield Frame(np.zeros((2, 2), np.uint8), up_ns, number)


class ToldReader:
    """The Reader port that sees what it is told is in view, the largest first."""

    def __init__(self) -> None:
        self.view: Sequence[bytes] = ()

    def see(self, frame: Frame) -> tuple[Sighting, ...]:
        shake = 17 * (frame.number % 5)  # a hand moves; what stands still is a poster
        return tuple(
            Sighting(text, _square(100 + shake, 300 - 20 * place), "zxing-half")
            for place, text in enumerate(self.view)
        )


def _square(at: int, side: int) -> tuple[tuple[int, int], ...]:
    return ((at, at), (at + side, at), (at + side, at + side), (at, at + side))


class SeenPanel:
    """The Panel port that tells what a person would see, and when it went dark by itself."""

    def __init__(self, tell: Callable[[int, str], None], clock: SteppedClock) -> None:
        self._tell, self._clock = tell, clock
        self._is_open = False
        self._dark_ns: int | None = None

    def __enter__(self) -> Self:
        """Open it."""
        assert not self._is_open, "a panel is entered once"
        self._is_open = True
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it."""
        self._go_dark(self._clock.up_ns)
        self._is_open = False

    def show(self, signal: Signal) -> None:
        assert self._is_open, "a panel shows nothing outside its block"
        self._dark_ns = None
        if signal is Signal.REST:
            self._tell(self._clock.up_ns, "signal  rest")
            return
        self._tell(self._clock.up_ns, f"signal  {signal}")
        self._dark_ns = self._clock.up_ns + length_ms(signal) * 1_000_000

    def until(self, up_ns: int) -> None:
        """Let time pass."""
        if self._dark_ns is not None and self._dark_ns <= up_ns:
            self._go_dark(self._dark_ns)

    def _go_dark(self, up_ns: int) -> None:
        if self._dark_ns is not None:
            self._tell(up_ns, "signal  dark")
        self._dark_ns = None


class GivenInputs:
    """The Inputs port whose buttons a test presses."""

    def __init__(self) -> None:
        self._pressed: list[Pressed] = []
        self._is_open = False

    def __enter__(self) -> Self:
        """Open it."""
        assert not self._is_open, "inputs are opened once"
        self._is_open = True
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it."""
        self._is_open = False

    def press(self, what: Press, up_ns: int) -> None:
        """Press a button, or close a contact."""
        self._pressed.append(Pressed(what, up_ns))

    def pressed(self) -> tuple[Pressed, ...]:
        assert self._is_open, "inputs say nothing outside their block"
        found = tuple(self._pressed)
        self._pressed.clear()
        return found


class MemoryJournal:
    """The Journal port without a card: tests/device/test_journal_contract.py holds it to it."""

    def __init__(
        self, gate: str, authority: SealKey, receipts: Callable[[], Receipt | None]
    ) -> None:
        self._gate = gate
        self._sealer = Sealer(gate, authority)
        self._receipts = receipts
        self.journal = "00000000000000aa"
        self.documents: list[Document] = []
        self.chains = [genesis(gate, self.journal)]
        self.is_full = self.is_broken = self._is_open = False
        self._confirmed = 0

    def __enter__(self) -> Self:
        """Open it."""
        self._is_open = True
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it."""
        self._is_open = False

    @property
    def last(self) -> int:
        return len(self.documents)

    @property
    def waiting(self) -> int:
        return self.last - self._confirmed

    def since(self, seq: int) -> Iterator[Document]:
        yield from self.documents[seq:]

    def scan(self, verdict: Verdict, captured: Instant) -> Record:
        if self.is_full:
            msg = "the card is full"
            raise JournalFull(msg)
        personal = verdict.personal
        if personal is not None and self._sealer.key_seq is None:
            sealed_key = self._sealer.sealed_key()
            seq = self.last + 1
            self._append(Key(seq=seq, to=self._sealer.to, sealed=sealed_key, **_stamp(captured)))
            self._sealer.key_seq = seq
        seq = self.last + 1
        return self._append(
            Scan(
                seq=seq,
                dir=verdict.direction,
                kind=verdict.kind,
                signature=verdict.signature,
                identity=verdict.identity,
                outcome=verdict.outcome,
                reason=verdict.reason,
                marks=verdict.marks,
                key=self._sealer.key_seq if personal is not None else None,
                sealed=self._sealer.seal(personal, self.journal, seq) if personal else None,
                **_stamp(captured),
            )
        )

    def note(self, what: What, at: Instant, data: dict[str, object] | None = None) -> Record:
        return self._append(Note(seq=self.last + 1, what=what, data=data or {}, **_stamp(at)))

    def confirm(self, receipt: Receipt) -> bool:
        if (receipt.gate, receipt.journal) != (self._gate, self.journal):
            return False
        if not self._confirmed < receipt.high <= self.last:
            return False
        if receipt.hash != self.chains[receipt.high].hex():
            return False
        self._confirmed = receipt.high
        return True

    def tend(self, at: Instant) -> None:
        del at
        receipt = self._receipts()
        if receipt is not None:
            self.confirm(receipt)

    def _append(self, record: Record) -> Record:
        if not self._is_open or self.is_broken:
            self.is_broken = True
            msg = "the journal is not open or broke before"
            raise JournalBroken(msg)
        document = to_document(record)
        self.documents.append(document)
        self.chains.append(link(self.chains[-1], document))
        return record


def _stamp(at: Instant) -> dict[str, Any]:
    up, wall = at.up_ns // 1_000_000, at.wall_ms
    return {"boot": at.boot, "up": up, "wall": wall, "clock": at.clock}
