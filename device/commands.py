"""What the district has this gate do: read from the inbox, checked, done once, and answered.

The file belongs to the uplink and is hostile until its signature was checked. A command that was
answered is remembered by its nonce before it is done: a power cut may cost a command, and never has
one obeyed twice. What is forged, for another gate, or was answered before leaves no note, so nobody
who holds the network can fill the journal with refusals.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from device import plainfile
from device.cards.used import UsedCards
from device.flow import Instant, Order, Remark, Signal
from device.plainfile import Print
from wire import command
from wire.command import Command, Does, Outcome
from wire.errors import WireError
from wire.keys import Keyring
from wire.record import ClockState, What

log = structlog.get_logger()

NAME = "command.json"
"""In inbox/."""
USED = "used-commands"
EVERY_NS = 500_000_000
SKEW_MS = 300_000
"""A command made a moment ago at another clock is good."""
ANSWERED = "answered before"
KNOWN = frozenset(each.value for each in Does)


class Judged(msgspec.Struct, frozen=True):
    """A command that is this gate's, and why it is not to be done, if it is not."""

    command: Command
    refused: Outcome | None = None


def judged(
    data: bytes, ring: Keyring, gate: str, used: UsedCards, past_ms: int, now: Instant
) -> Judged:
    """Say whether a command is to be done; raise WireError for what is not ours, or was answered.

    An unsure clock only ends what ran out before `past_ms`, a time that is surely past; it opens no
    door, since a command that somebody held back would open it late.
    """
    found = command.unpack(data, ring, gate)
    if bytes.fromhex(found.nonce) in used:
        raise WireError(ANSWERED)
    unsure = now.clock is ClockState.UNSYNCED
    latest_ms = past_ms if unsure else max(now.wall_ms, past_ms)
    if latest_ms >= found.expires or (not unsure and now.wall_ms + SKEW_MS < found.issued):
        return Judged(found, Outcome.EXPIRED)
    if found.does not in KNOWN:
        return Judged(found, Outcome.UNKNOWN)
    if unsure and found.does == Does.OPEN_ONCE:
        return Judged(found, Outcome.CLOCK_UNSURE)
    return Judged(found)


class Commands:
    """The scanner's side: looks for a command when no one is waiting."""

    def __init__(
        self,
        inbox: Path,
        ring: Keyring,
        gate: str,
        used: UsedCards,
        past_ms: Callable[[], int],
        hand_on: Callable[[bytes], bool],
    ) -> None:
        """Heed commands for `gate` that a key of `ring` signed.

        `past_ms` gives a wall time that is surely past; `hand_on` gives a command to who may do
        what this process may not, and says whether it could.
        """
        self._path, self._ring, self._gate = inbox / NAME, ring, gate
        self._used, self._past_ms, self._hand_on = used, past_ms, hand_on
        self._seen: Print | None = None
        self._next_ns = 0
        self._complaint = ""

    def heed(self, now: Instant, *, may_open: bool) -> Order | None:
        """Return what a new command has the door do; it counts as answered from here on."""
        data = self._fresh(now.up_ns)
        if data is None:
            return None
        try:
            found = judged(data, self._ring, self._gate, self._used, self._past_ms(), now)
        except WireError as error:
            self._refuse(str(error))
            return None
        asked = found.command
        if not self._used.add(bytes.fromhex(asked.nonce), asked.expires // 1000):
            return None
        order = self._order(found, data, may_open=may_open)
        log.info("command.answered", does=asked.does, outcome=order.remark.data["outcome"])
        return order

    def _order(self, found: Judged, data: bytes, *, may_open: bool) -> Order:
        asked = found.command
        if found.refused is not None:
            return Order(_answer(asked, found.refused))
        match asked.does:
            case Does.IDENTIFY:
                return Order(_answer(asked, Outcome.DONE), signal=Signal.IDENTIFY)
            case Does.RESTART:
                return Order(_answer(asked, Outcome.DONE), again=True)
            case Does.OPEN_ONCE if may_open:
                return Order(_answer(asked, Outcome.DONE), opens=True)
            case Does.OPEN_ONCE:
                return Order(_answer(asked, Outcome.NOT_ALLOWED))
        handed = self._hand_on(data)
        return Order(_answer(asked, Outcome.HANDED_ON if handed else Outcome.FAILED))

    def _fresh(self, up_ns: int) -> bytes | None:
        """Return the file's content if it is a plain small one that changed since the last look."""
        if up_ns < self._next_ns:
            return None
        self._next_ns = up_ns + EVERY_NS
        try:
            now = plainfile.fingerprint(self._path)
            if now == self._seen:
                return None
            self._seen = now
            return plainfile.read(self._path, command.LIMIT)
        except OSError:
            return None

    def _refuse(self, detail: str) -> None:
        """Say it once, and again only after something else; what was answered lies there long."""
        if detail not in (self._complaint, ANSWERED):
            log.error("command.refused", detail=detail)
        self._complaint = detail


def _answer(asked: Command, outcome: Outcome) -> Remark:
    return Remark(
        What.COMMAND, {"does": asked.does, "nonce": asked.nonce, "outcome": outcome.value}
    )
