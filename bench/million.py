"""A journal of a million unconfirmed records, made without waiting for a card at each of them."""

import json
from pathlib import Path

import msgspec

from device.journal import folder as names
from device.journal import sealed
from device.journal.damage import Join
from device.journal.segment import Header
from device.journal.segments import Segments
from wire.canonical import canonical
from wire.record import genesis, link_spelled

RECORDS = 256
IDENTITY = "00000000000000aa"


def million(folder: Path, gate: str, records: int) -> None:
    """Make the journal of `gate` in `folder`/journal as weeks without network leave it.

    The open segment lacks one record to be full: the longest way to open.
    """
    own = folder / "journal"
    own.mkdir()
    chain, seq = genesis(gate, IDENTITY), 1
    while records - seq >= RECORDS:
        header = Header(gate, IDENTITY, seq, chain.hex())
        texts = [_spelled(n) for n in range(seq, seq + RECORDS)]
        for each in texts:
            chain = link_spelled(chain, each)
        path = names.Named(seq, names.SEALED).within(own)
        path.write_bytes(msgspec.json.encode(sealed.database(header, texts, chain)))
        seq += RECORDS
    found = Segments(own, gate, RECORDS)
    found.begin(IDENTITY, Join(seq, chain))
    found.append([json.loads(_spelled(n)) for n in range(seq, records + 1)])
    found.close()


def _spelled(seq: int) -> bytes:
    return canonical(
        {
            "boot": "0a0b0c0d",
            "clock": "synced",
            "dir": "in",
            "identity": "seen",
            "key": 1 + seq // RECORDS * RECORDS,
            "kind": "pass",
            "outcome": "accepted",
            "reason": "accepted",
            "sealed": "QUJD" * 28,
            "seq": seq,
            "signature": "checked",
            "t": "scan",
            "up": seq * 5000,
            "wall": 1_780_000_000_000 + seq * 5000,
        }
    )
