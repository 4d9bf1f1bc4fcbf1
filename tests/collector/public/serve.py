"""Serves the public page for its tests: a real sealing key, real passes, a desk that keeps files.

What the desk is given goes into the folder, one file a form, and the sealing key beside it, so that
a test can open what was declared as the vault would. With `--never-again`, declarations that an
address has made without work do not come back.
"""

import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from collector import clock
from collector.config import (
    BrokerConfig,
    Config,
    LedgerConfig,
    PublicConfig,
    ReceiptConfig,
    RosterConfig,
    WebConfig,
)
from collector.database.sqlite import SqliteDatabase
from collector.declaration.consequence import Rules
from collector.issuing import schema
from collector.issuing.counters import PublicCounter
from collector.issuing.declarations import Declarations
from collector.public import process, rates
from collector.roster import Area, Roster
from collector.web import server
from wire.sealing import seal_key

ROSTER = Roster(
    "Huyện Mỹ Tú (mẫu)",
    "0900 000 000",
    (),
    (Area("31567", "Thị trấn Huỳnh Hữu Nghĩa"), Area("31579", "Xã Long Hưng")),
)


def counter(folder: Path) -> PublicCounter:
    """Return the issuing desk itself, without the socket between."""
    seal = X25519PrivateKey.generate()
    (folder / "seal").write_bytes(seal.private_bytes_raw())
    database = SqliteDatabase(folder / "passes.db")
    schema.make(database)
    return PublicCounter(
        Declarations(database, Ed25519PrivateKey.generate()),
        lambda: ROSTER,
        (seal_key(seal.public_key()), "0900 000 115", Rules()),
        clock.wall_ms,
    )


def main(folder: Path) -> None:
    nowhere = folder / "nowhere"
    config = Config(
        ledger=LedgerConfig(nowhere),
        roster=RosterConfig(nowhere),
        broker=BrokerConfig("localhost", nowhere, nowhere, nowhere),
        receipt=ReceiptConfig(nowhere),
        web=WebConfig(nowhere),
        public=PublicConfig(port=0),
    )
    listening = server.listen("127.0.0.1", 0)
    sys.stdout.write(f"http://127.0.0.1:{listening.getsockname()[1]}/\n")
    sys.stdout.flush()
    server.listen = lambda *_: listening
    process.serve(config, counter(folder))


if __name__ == "__main__":
    if "--never-again" in sys.argv:
        rates.PER_S = rates.PATIENT_PER_S = rates.DRAWN_PER_S = 0.0
        rates.DRAWN_BURST = 9
    main(Path(sys.argv[1]))
