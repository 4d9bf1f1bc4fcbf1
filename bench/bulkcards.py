"""A list of many people: read, sealed, issued, drawn, and every code read back from the page.

Everything that a keeper waits for: the file, the desk over a register on disk, the cards.
"""

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from collector.bulk import work
from collector.bulk.work import Wanted
from collector.database.sqlite import SqliteDatabase
from collector.issuing import schema
from collector.issuing.counters import OfficersCounter
from collector.issuing.duties import Duties
from collector.issuing.entries import Way
from collector.issuing.holders import Holders
from collector.issuing.issuer import Issuer
from collector.issuing.register import Register
from wire.sealing import seal_key

TEAM = 40
"""Of a class."""


def seconds(count: int) -> float:
    """Return how long a list of `count` people takes until its cards can be fetched.

    Raises ListRefused if a card cannot be read.
    """
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        database = SqliteDatabase(Path(folder) / "passes.db")
        schema.make(database)
        desk = _desk(database, int(now.timestamp()))
        ends = work.ends((now + timedelta(days=30)).date())
        wanted = Wanted("truong", "Trường THCS Mẫu", "pupil", ends, "bench")
        began = time.perf_counter()
        made, _ = work.worked(desk, wanted, ("mau.csv", _list(count)), _silent, now.date())
        took = time.perf_counter() - began
        database.close()
    if made.fresh != count:
        msg = "not everybody has a new pass"
        raise RuntimeError(msg)
    return took


def _desk(database: SqliteDatabase, now_s: int) -> OfficersCounter:
    keys = {Way.INSTITUTION: Ed25519PrivateKey.generate()}
    register = Register(database)
    issuer = Issuer(register, keys, Ed25519PrivateKey.generate(), lambda _: None)
    seal = seal_key(X25519PrivateKey.generate().public_key())
    holders = Holders(database, issuer, bytes(32))
    return OfficersCounter(register, (holders, seal), lambda: now_s * 1000, Duties(database))


def _list(count: int) -> bytes:
    rows = ["Họ và tên,Ngày sinh,Giới tính,Số CCCD,Điện thoại,Lớp"]
    rows += [
        f"Người Mẫu Thứ {_letters(number)},{number % 28 + 1}/09/2012,Nữ,079212{number:06},"
        f"09{number:08},Lớp {number // TEAM}"
        for number in range(count)
    ]
    return "\n".join(rows).encode()


def _letters(number: int) -> str:
    return "".join("ABCDEFGHIJ"[int(digit)] for digit in str(number))


def _silent(stage: work.Stage, done: int, all_: int) -> None:
    """Let nobody watch."""


if __name__ == "__main__":
    print(f"{seconds(2_000):.1f}")
