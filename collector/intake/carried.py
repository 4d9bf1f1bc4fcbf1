"""Records that came by hand: a gate's exported journal goes the way that messages go.

The same desk, the same ledger, the same receipts; only that they are written to a file, which is
carried back to the gate. Personal fields stay sealed: nothing here could open them.
"""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec

from collector import clock
from collector.config import Config
from collector.errors import ExportRefused, FileUnusable
from collector.i18n import N_
from collector.intake.desk import Answer, Desk, Message
from collector.intake.keys import receipt_key
from collector.ledger import opened
from collector.plainfile import write
from collector.roster import Gates, load
from collector.withdrawn import load as load_withdrawn
from wire import export, topics
from wire.canonical import parse
from wire.errors import WireError

HEAP = 200
"""Batches in one commit: at most 10,000 records."""


class Taken(msgspec.Struct, frozen=True):
    """What came of one file."""

    gate: str
    stored: int
    absorbed: int
    refused: tuple[tuple[str, int], ...]
    """Why, and how often."""


def take(config: Config, path: Path, proof: Path) -> Taken:
    """Take an export into the ledger and write the receipts to `proof`.

    Raises FileUnusable, ExportRefused and the ledger's errors. What was committed before an error
    stays, and the same file can be taken again.
    """
    key = receipt_key(config.receipt.key)
    gates = load(config.roster.path).admitted(load_withdrawn(config.withdrawn))
    try:
        with path.open("rb") as file, opened.ledger(config.ledger) as ledger:
            gate = _checked(file, gates)
            return _taken(Desk(ledger, key), file, gates, gate, proof)
    except OSError as error:
        msg = f"{path}: {error.strerror or N_('cannot be read')}"
        raise FileUnusable(msg) from error


def _taken(desk: Desk, file: BinaryIO, gates: Gates, gate: str, proof: Path) -> Taken:
    answers: dict[str, bytes] = {}
    stored = absorbed = 0
    refused: Counter[str] = Counter()
    for heap in _heaps(file, gate):
        handled = desk.handle(heap, gates, clock.wall_ms())
        stored, absorbed = stored + handled.stored, absorbed + handled.absorbed
        refused.update(each.why.value for each in handled.complaints)
        answers |= {_journal(each): each.payload for each in handled.answers}
    write(proof, export.proof(answers.values()))
    return Taken(gate, stored, absorbed, tuple(sorted(refused.items())))


def _checked(file: BinaryIO, gates: Gates) -> str:
    """Return whose the file is; raise ExportRefused unless it is whole and signed by that gate."""
    try:
        gate = export.claimed(file.readline(export.LINE)).gate
        if gate not in gates.keys:
            raise ExportRefused(N_("the roster names no such gate"))
        if gate in gates.revoked:
            raise ExportRefused(N_("this gate was withdrawn"))
        file.seek(0)
        seal = export.check(_lines(file), gates.ring(gate))
    except WireError as error:
        raise ExportRefused(N_("it is not whole, or not signed by the gate it names")) from error
    if seal.gate != gate:
        raise ExportRefused(N_("it is not whole, or not signed by the gate it names"))
    return gate


def _heaps(file: BinaryIO, gate: str) -> Iterator[list[Message]]:
    file.seek(0)
    heap: list[Message] = []
    for payload in export.batches(_lines(file)):
        heap.append(Message(topics.topic(gate, topics.SCAN), payload))
        if len(heap) == HEAP:
            yield heap
            heap = []
    if heap:
        yield heap


def _lines(file: BinaryIO) -> Iterator[bytes]:
    return iter(partial(file.readline, export.LINE), b"")


def _journal(answer: Answer) -> str:
    """Return which journal a receipt of our own is about: its last one speaks for all before."""
    return str(parse(answer.payload)["doc"]["journal"])
