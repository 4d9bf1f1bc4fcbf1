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
from collector.issuing import schema
from collector.issuing.declarations import Declarations
from collector.issuing.entries import Order, Way
from collector.issuing.ports import About
from collector.public import process, rates
from collector.web import server
from wire.sealing import seal_key

COMMUNES = (("31567", "Thị trấn Huỳnh Hữu Nghĩa"), ("31579", "Xã Long Hưng"))


class MemoryDesk:
    """The issuing desk itself, without the socket between."""

    def __init__(self, folder: Path) -> None:
        seal = X25519PrivateKey.generate()
        (folder / "seal").write_bytes(seal.private_bytes_raw())
        database = SqliteDatabase(folder / "passes.db")
        schema.make(database)
        self._declarations = Declarations(database, Ed25519PrivateKey.generate())
        self._about = About(
            authority="Huyện Mỹ Tú (mẫu)",
            help_line="0900 000 000",
            station="0900 000 115",
            communes=COMMUNES,
            seal=seal_key(seal.public_key()),
        )

    def about(self) -> About:
        return self._about

    def declare(
        self, form: bytes, sealed: bytes, area: str, task: str, gets: str, ends: int
    ) -> str:
        now_ms = clock.wall_ms()
        holder = "attendant" if gets == "attendant" else "resident"
        order = Order(Way.SELF, holder, now_ms // 1000, ends) if gets else None
        made = self._declarations.declare(form, sealed, area, task, order, now_ms)
        return made.text if made else ""


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
    process.serve(config, MemoryDesk(folder))


if __name__ == "__main__":
    if "--never-again" in sys.argv:
        rates.PER_S = rates.PATIENT_PER_S = 0.0
    main(Path(sys.argv[1]))
