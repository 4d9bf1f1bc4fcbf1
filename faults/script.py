"""A short life of a journal, always the same: what is killed and failed at each of its calls.

It fills segments, seals them, takes receipts, stores its cursor, drops what is confirmed, opens
twice and stops. Time is stepped, so that two runs make the same calls. What a collector would have
kept is written outside of the card before its receipt is given.
"""

import json
import os
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from device.errors import GateError, JournalFull
from device.flow import Instant, Signal, Verdict
from device.journal import durable
from device.journal.reader import JournalReader
from device.journal.store import CardJournal, Limits
from faults import sabotage
from wire.canonical import Document
from wire.head import chain_after, last_of
from wire.receipt import Receipt
from wire.record import (
    ClockState,
    Direction,
    Identity,
    Outcome,
    Reason,
    Signature,
    What,
    genesis,
    link,
)
from wire.sealing import seal_key

GATE = "gate-1"
LIMITS = Limits(segment_records=4, keep_confirmed_s=0, alive_s=20)
VAULT = X25519PrivateKey.from_private_bytes(bytes([7] * 32))
KEY = Ed25519PrivateKey.from_private_bytes(bytes([9] * 32))
DAYS = 2
SCANS = 9
REFUSED, BROKEN = 3, 4
ACCEPTED = Verdict(
    kind="pass",
    signature=Signature.CHECKED,
    identity=Identity.SEEN,
    outcome=Outcome.ACCEPTED,
    reason=Reason.ACCEPTED,
    direction=Direction.IN,
    signal=Signal.ACCEPT,
    personal={"pass": "00112233aabbccdd"},
)


class Played(msgspec.Struct, frozen=True):
    """Where a play is played."""

    folder: Path
    """Holds the journal."""
    run: Path
    trace: Path
    gun: Path | None = None
    """A pipe; the play begins when somebody has opened and closed it."""
    receipts: bool = True
    """Without them nothing is confirmed, so nothing is dropped."""
    broken: str = ""
    """How the journal is broken on purpose; see sabotage.py."""


def moment(second: float) -> Instant:
    """Return a made-up moment."""
    up_ns = int(second * 1e9)
    return Instant(up_ns, 1_780_000_000_000 + up_ns // 10**6, ClockState.SYNCED, "0a0b0c0d")


def play(where: Played) -> int:
    """Play it; return 0 once through, or what the journal said of a failing card."""
    sabotage.commit(where.broken)
    if where.gun is not None:
        where.gun.read_bytes()  # a pipe: opens once somebody has taken hold of this process
    fd = os.open(where.trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    try:
        for day in range(DAYS):
            _day(where, fd, 100.0 * day)
    except JournalFull as error:
        _say(fd, {"refused": str(error)})
        return REFUSED
    except GateError as error:
        _say(fd, {"broken": str(error)})
        return BROKEN
    return 0


def opened(where: Played, receipts: list[Receipt]) -> CardJournal:
    """Return the journal there, not entered yet."""
    return CardJournal(
        where.folder,
        where.run,
        GATE,
        seal_key(VAULT.public_key()),
        lambda: receipts.pop() if receipts else None,
        LIMITS,
        key=KEY,
    )


def _day(where: Played, fd: int, start: float) -> None:
    receipts: list[Receipt] = []
    with opened(where, receipts) as journal:
        journal.note(What.START, moment(start))
        for second in range(SCANS):
            early = where.broken == "green-early"
            if early:
                _say(fd, {"green": journal.last + 1, "journal": journal.journal})
            record = journal.scan(ACCEPTED, moment(start + second))
            if record is not None and not early:
                _say(fd, {"green": record.seq, "journal": journal.journal})
            if where.receipts and second % 4 == 3:
                receipts.append(_collected(where, journal, fd, start + second))
            for turn in range(4):
                journal.tend(moment(start + second + turn / 4))
        journal.tend(moment(start + 70))
        journal.note(What.STOP, moment(start + 80))


def _collected(where: Played, journal: CardJournal, fd: int, at: float) -> Receipt:
    """Play the collector: keep everything, and only then sign for it."""
    kept = collected(where)
    fresh = read(where, kept)
    _say(fd, {"collected": fresh})
    chain = genesis(GATE, journal.journal)
    for document in kept + fresh:
        declared = chain_after(document)
        chain = link(chain, document) if declared is None else declared
    high = last_of((kept + fresh)[-1])
    return Receipt(GATE, journal.journal, high, chain.hex(), int(at * 1000) + 1)


def read(where: Played, kept: list[Document]) -> list[Document]:
    """Return every record behind the kept ones that an uplink could read there."""
    end = durable.read(where.run)
    taken: list[Document] = []
    with JournalReader(where.folder) as reader:
        reader.seek(last_of(kept[-1]) + 1 if kept else 1)
        while end is not None and (batch := reader.take(end.seq, 50).documents):
            taken += batch
    return taken


def collected(where: Played) -> list[Document]:
    """Return what the collector has."""
    return [each for line in lines(where.trace) for each in line.get("collected", [])]


def greens(where: Played) -> list[int]:
    """Return which scans were answered with green."""
    return [line["green"] for line in lines(where.trace) if "green" in line]


def lines(trace: Path) -> list[dict[str, Any]]:
    """Return what was said so far."""
    if not trace.exists():
        return []
    whole = trace.read_bytes().rpartition(b"\n")[0]
    return [json.loads(line) for line in whole.splitlines()]


def _say(fd: int, what: dict[str, Any]) -> None:
    os.write(fd, json.dumps(what).encode() + b"\n")
