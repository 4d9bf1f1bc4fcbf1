"""When each gate saw who passed, from what its own journal says. Pure.

An offline gate is a working gate: nothing here knows of links. A gate that works leaves a record at
least every few minutes, so a silence within its journal is one in which it did not work, and what
comes after the last record that has arrived is not known yet.
"""

from collections.abc import Iterable, Sequence

import msgspec

from collector.localday import MINUTE_MS
from collector.trace.entries import Coverage, Piece, State
from wire.record import What

SILENCE_MS = 7 * MINUTE_MS
"""A gate that works says so every five minutes; see What.ALIVE."""
BRIEF_MS = MINUTE_MS
"""A shorter outage is a restart: it is not held against what was seen."""
CLEAR = "clear"


class Sign(msgspec.Struct, frozen=True):
    """One record of a journal, as a sign of life."""

    at: int
    """The middle of its time."""
    boot: str
    what: What | None = None
    """None of what is no note."""
    view: str = ""
    """Of a note about the view: what the camera sees."""
    is_lost: bool = False
    """It stands for records that are lost."""


class Watch(msgspec.Struct, frozen=True):
    """How far one journal has been read: the piece that is still open, and the boot."""

    open: Piece
    boot: str
    stopped: bool = False

    @property
    def until_ms(self) -> int:
        """Return until when it is known how the gate fared."""
        return self.open.until_ms


def began(sign: Sign) -> Watch:
    """Return the watch after a journal's first record."""
    return Watch(Piece(sign.at, sign.at, _seeing(State.WORKING, sign)), sign.boot)


def followed(watch: Watch, sign: Sign) -> tuple[Watch, tuple[Piece, ...]]:
    """Return the watch after the next record of the journal, and the pieces that it ends."""
    last, at = watch.open, max(watch.until_ms, sign.at)
    silence = _silence(watch, sign, at)
    stopped = sign.what is What.STOP
    state = _seeing(State.WORKING if sign.boot != watch.boot else last.state, sign)
    if silence is not None:
        ended = _real((last, Piece(watch.until_ms, at, silence)))
        return Watch(Piece(at, at, state), sign.boot, stopped), ended
    if state is not last.state:
        ended = _real((Piece(last.from_ms, at, last.state),))
        return Watch(Piece(at, at, state), sign.boot, stopped), ended
    return Watch(Piece(last.from_ms, at, state), sign.boot, stopped), ()


def _silence(watch: Watch, sign: Sign, at: int) -> State | None:
    """Return what a gate was between its last sign and this one; None if it went on."""
    if sign.is_lost:
        return State.BLIND
    is_new = watch.stopped or sign.what is What.START or sign.boot != watch.boot
    if at - watch.until_ms > (BRIEF_MS if is_new else SILENCE_MS):
        return State.DOWN
    return None


def _seeing(state: State, sign: Sign) -> State:
    """Return the state after a sign: only a note about the view says what the camera sees."""
    if sign.what is What.VIEW:
        return State.WORKING if sign.view == CLEAR else State.BLIND
    return State.WORKING if sign.what is What.START else state


def _real(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    return tuple(each for each in pieces if each.until_ms > each.from_ms)


def covered(gate: str, place: int, known: Iterable[Piece], window: tuple[int, int]) -> Coverage:
    """Return a gate in a window, without a hole, from what its journals say.

    Before its first record it did not work here; between two journals it did not either; after its
    last record it is not known yet. Where two journals speak of one time, seeing wins.
    """
    since, until = window
    edges: list[Piece] = []
    at = since
    ordered = sorted(known, key=lambda each: (each.from_ms, each.state, each.until_ms))
    last = max((each.until_ms for each in ordered), default=since)
    for each in _apart(ordered):
        if each.until_ms <= at:
            continue
        begin = min(max(each.from_ms, at), until)
        if begin > at:
            edges.append(Piece(at, begin, State.DOWN))
        at = min(each.until_ms, until)
        edges.append(Piece(begin, at, each.state))
    if not ordered or at < until:
        is_known = min(max(last, at), until)
        edges += [Piece(at, is_known, State.DOWN), Piece(is_known, until, State.UNDELIVERED)]
    return Coverage(gate, place, _joined(_real(edges)))


def _apart(ordered: Sequence[Piece]) -> Iterable[Piece]:
    """Yield pieces that do not overlap: a working one cuts what else is said of its time."""
    working = [each for each in ordered if each.state is State.WORKING]
    pieces = list(working)
    for each in ordered:
        if each.state is State.WORKING:
            continue
        begin = each.from_ms
        for other in working:
            if other.until_ms <= begin or other.from_ms >= each.until_ms:
                continue
            if other.from_ms > begin:
                pieces.append(Piece(begin, other.from_ms, each.state))
            begin = max(begin, other.until_ms)
        if begin < each.until_ms:
            pieces.append(Piece(begin, each.until_ms, each.state))
    return sorted(pieces, key=lambda each: (each.from_ms, each.until_ms))


def _joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    found: list[Piece] = []
    for each in pieces:
        if found and found[-1].state is each.state:
            found[-1] = Piece(found[-1].from_ms, each.until_ms, each.state)
        else:
            found.append(each)
    return tuple(found)


def breaks(coverage: Iterable[Coverage], place: int) -> tuple[tuple[int, int], ...]:
    """Return from when until when any gate of a place was down or blind, in order."""
    return tuple(
        sorted(
            (piece.from_ms, piece.until_ms)
            for each in coverage
            if each.place == place
            for piece in each.pieces
            if piece.state in (State.DOWN, State.BLIND)
        )
    )
