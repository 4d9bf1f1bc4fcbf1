"""Records that the collector refused, set apart for people to look at.

A refused record stays in the journal, where it is sent like any other and dropped like any other;
its copy here stays until somebody takes it away, and only with a copy here may the journal declare
it missing. What is believed is the collector's signature on the refusal, not the uplink's word.
There is room for so many and no more: then an alarm is logged, and nothing else stops.
"""

import base64
from collections import deque
from collections.abc import Callable
from pathlib import Path

import structlog

from device import plainfile
from device.errors import JournalBroken
from device.journal import folder as names
from device.journal.reader import JournalReader
from wire import batch, receipt
from wire.canonical import Document, canonical, parse
from wire.errors import WireError
from wire.keys import Keyring

log = structlog.get_logger()

REFUSED = "refused.json"
FOLDER = "quarantine"
MOST = 1000
LIMIT = 64 * 1024
EVERY_NS = 10**9
WHY = 200


class Quarantine:
    """Sets refused records apart, one at a time, when nobody waits."""

    def __init__(
        self,
        journal: Path,
        inbox: Path,
        gate: str,
        ring: Keyring,
        apart: Callable[[str, receipt.Refusal], None] = lambda *_: None,
    ) -> None:
        """Look for refusals in `inbox`, believing the keys in `ring`; keep copies in `journal`.

        `apart` is told of each refused record of which there is a copy: journal and refusal.
        """
        self._journal, self._gate, self._ring = journal, gate, ring
        self._apart = apart
        self._news = inbox / REFUSED
        self._folder = journal / FOLDER
        self._seen: plainfile.Print | None = None
        self._due: deque[tuple[str, receipt.Refusal]] = deque()
        self._looked_ns = -EVERY_NS
        self._full = self._failed = False

    def tend(self, up_ns: int) -> None:
        """Look for news, or set one record apart; at most once a second."""
        if up_ns - self._looked_ns < EVERY_NS:
            return
        self._looked_ns = up_ns
        if not self._due:
            self._look()
        if self._due:
            self._set_apart(*self._due.popleft())

    def _look(self) -> None:
        try:
            now = plainfile.fingerprint(self._news)
            if now == self._seen:
                return
            self._seen = now
            found = receipt.unpack(plainfile.read(self._news, LIMIT) or b"", self._ring)
        except (OSError, WireError):  # nothing there, or nothing the collector signed
            return
        name = found.journal
        if found.gate == self._gate and name.isascii() and name.isalnum():
            self._due.extend((found.journal, each) for each in found.refused)

    def _set_apart(self, journal: str, refusal: receipt.Refusal) -> None:
        path = self._folder / f"{journal}-{refusal.seq:016d}.json"
        try:
            self._folder.mkdir(exist_ok=True, mode=0o750)
            if path.exists():
                self._apart(journal, refusal)
            if path.exists() or self._is_full():
                return
            record = self._record(journal, refusal)
            if record is None:
                return
            about = {"journal": journal, "why": refusal.why[:WHY], **_spelled(record)}
            plainfile.write(path, canonical(about) + b"\n")
        except (OSError, JournalBroken, WireError) as error:
            if not self._failed:
                log.error("quarantine.failed", detail=str(error))  # noqa: TRY400
            self._failed = True
            return
        self._failed = False
        log.warning("record.quarantined", journal=journal, seq=refusal.seq, why=refusal.why[:WHY])
        self._apart(journal, refusal)

    def _is_full(self) -> bool:
        full = sum(1 for _ in self._folder.iterdir()) >= MOST
        if full and not self._full:
            log.error("quarantine.full", kept=MOST)
        self._full = full
        return full

    def _record(self, journal: str, refusal: receipt.Refusal) -> bytes | None:
        """Return a record's bytes; None if it is not in a journal of that name.

        Nor if it was refused only with others, in a batch that could not be read.
        """
        seq = refusal.seq
        for folder in (self._journal / (names.RETIRED + journal), self._journal):
            if not folder.is_dir():
                continue
            with JournalReader(folder) as reader:
                if reader.seek(seq) != seq:
                    continue
                stretch = reader.take(seq, 1)
                if stretch.spelled and reader.journal == journal:
                    record, of = stretch.spelled[0], refusal.of
                    meant = not of or of in batch.named(journal, record, stretch.prev)
                    return record if meant else None
        return None


def _spelled(record: bytes) -> Document:
    """Return a record as it is kept for people: its bytes, if it cannot be read."""
    try:
        return {"record": parse(record)}
    except WireError:
        return {"bytes": base64.b64encode(record).decode()}
