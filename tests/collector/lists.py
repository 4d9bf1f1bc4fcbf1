"""The desk's officers' counter in one process, for tests of lists: the real one with own keys."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from collector.database.ports import Database
from collector.database.sqlite import SqliteDatabase
from collector.issuing import schema
from collector.issuing.counters import OfficersCounter
from collector.issuing.declarations import Declarations
from collector.issuing.duties import Duties
from collector.issuing.entries import Standing, Way
from collector.issuing.holders import Holders
from collector.issuing.issuer import Issuer
from collector.issuing.register import Register
from wire import gatepass, statuslist
from wire.keys import Keyring, Use, entry
from wire.sealing import seal_key
from wire.statuslist import StatusList

NOW_MS = 1_790_000_000_000
SEEN, STATUS = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
VAULT = X25519PrivateKey.generate()
RING = Keyring([entry(SEEN.public_key(), Use.PASS_SEEN), entry(STATUS.public_key(), Use.STATUS)])


class ListDesk:
    """The counter, what it stored, and the lists for gates that it signed."""

    def __init__(self, database: Database, key: Ed25519PrivateKey = SEEN) -> None:
        schema.make(database)
        self.database = database
        self.published: list[StatusList] = []
        self.now_ms = NOW_MS
        register = Register(database)
        self.issuer = Issuer(register, {Way.INSTITUTION: key}, STATUS, self._publish)
        self.holders = Holders(database, self.issuer, b"s" * 32)
        lists = (self.holders, seal_key(VAULT.public_key()))
        self.counter = OfficersCounter(register, lists, lambda: self.now_ms, Duties(database))

    def _publish(self, data: bytes) -> None:
        self.published.append(statuslist.unpack(data, RING))

    def status(self, text: str) -> Standing:
        """Return how a pass stands by the newest list that gates have."""
        parsed = gatepass.parse(text)
        assert parsed.verify(RING) is Use.PASS_SEEN
        lists = [each for each in self.published if each.issuer == parsed.kid]
        at = parsed.claims.status
        assert at is not None
        listed = lists[-1].at(at) if lists else Standing.GOOD
        assert listed is not None
        return Standing(listed)

    def count(self, table: str = "pass") -> int:
        """Return how many rows a table has."""
        with self.database.reading() as session:
            return int(session.rows(f"SELECT COUNT(*) FROM {table}")[0][0])  # noqa: S608


def on_disk(folder: Path) -> ListDesk:
    """Return a desk over a register in a file."""
    return ListDesk(SqliteDatabase(folder / "passes.db"))


def declared(database: Database, now_ms: int) -> None:
    """Enter four declarations, three of which ask for something; two of these are of one area."""
    kept = Declarations(database, Ed25519PrivateKey.generate())
    for at, (area, task) in enumerate(
        (("mau", "symptoms"), ("mau", ""), ("khac", "contact"), ("mau", "contact")), 1
    ):
        kept.declare(bytes([at]) * 16, b"sealed", area, task, None, now_ms - at * 3_600_000)
