"""A ledger with days of the drawn district, and a gate that goes on sending meanwhile."""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from bench.tracedistrict import FIRST_DAY, Crowd
from bench.tracefill import JOURNAL
from collector.ledger.entries import Arrival, Entry, Post, unmarked
from collector.ledger.store import SqlLedger
from collector.localday import midnight
from collector.trace.entries import Sighting, Way
from wire.canonical import canonical
from wire.record import (
    ClockState,
    Direction,
    Identity,
    Outcome,
    Reason,
    Scan,
    Signature,
    link_spelled,
    to_document,
)

BUSY = "gate-that-goes-on"
SEALED = "QUJD" * 28
DAYS = 3
"""That are in the ledger: the one that goes and two that stay."""


def fill(ledgers: Sequence[SqlLedger], crowd: Crowd, days: int = DAYS) -> int:
    """Store the scans of the first days in each as intake does; return how many these are."""
    marks: dict[int, tuple[int, bytes]] = {}
    count = 0
    for day in range(FIRST_DAY, FIRST_DAY + days):
        by_gate: dict[int, list[Sighting]] = defaultdict(list)
        for _, each in crowd.day(day):
            by_gate[each.gate].append(each)
        for gate, seen in by_gate.items():
            name = f"g{gate}"
            seq, chain = marks.get(gate, (0, unmarked(name, JOURNAL).chain))
            arrival = _arrival(name, seq, chain, seen)
            marks[gate] = (arrival.last, arrival.entries[-1].chain)
            for ledger in ledgers:
                ledger.commit(Post((arrival,)), seen[-1].at + 60_000)
            count += len(seen)
    return count


def _arrival(gate: str, seq: int, chain: bytes, seen: list[Sighting]) -> Arrival:
    entries, before = [], chain
    for number, each in enumerate(seen, seq + 1):
        scan = _scan(number, each)
        raw = canonical(to_document(scan))
        chain = link_spelled(chain, raw)
        entries.append(Entry(number, chain, raw, scan))
    return Arrival(gate, JOURNAL, before, tuple(entries))


def _scan(seq: int, seen: Sighting) -> Scan:
    return Scan(
        seq=seq,
        boot="0a0b0c0d",
        up=seen.at - midnight(FIRST_DAY),
        wall=seen.at + seen.span // 2,
        clock=ClockState.SYNCED,
        dir=Direction.IN if seen.way is Way.IN else Direction.OUT,
        kind="id-card",
        signature=Signature.NOT_CHECKED,
        identity=Identity.DECLARED,
        outcome=Outcome.ACCEPTED,
        reason=Reason.ACCEPTED,
        key=1,
        sealed=SEALED,
    )


@contextmanager
def sending(ledger: Callable[[], SqlLedger], at_ms: int) -> Iterator[list[float]]:
    """Let a gate send a scan every few ms; collect how long each commit took, in ms."""
    took: list[float] = []
    done = threading.Event()

    def send() -> None:
        dice = random.Random(1)  # noqa: S311  # a bench, no secret
        with ledger() as opened:
            seq, chain = 0, unmarked(BUSY, JOURNAL).chain
            while not done.is_set():
                seen = Sighting(at_ms + seq, 0, 0, 0, Way.IN, 0, 0)
                arrival = _arrival(BUSY, seq, chain, [seen])
                seq, chain = arrival.last, arrival.entries[-1].chain
                began = time.perf_counter()
                opened.commit(Post((arrival,)), at_ms + seq + 1_000)
                took.append((time.perf_counter() - began) * 1e3)
                done.wait(dice.random() * 0.01)

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    try:
        yield took
    finally:
        done.set()
        sender.join()
