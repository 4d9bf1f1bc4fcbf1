"""Who the people of the drawn district are: keyed and sealed by the vault's own keys.

Everybody has a card with a former number, a name and a birth date, and a phone; each is keyed anew
in every epoch in which they are seen. Nobody is anybody.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.tracedistrict import DAYS, FIRST_DAY
from collector.database.ports import Database
from collector.people import epochs, identifiers
from collector.people.entries import Mac
from collector.trace.entries import midnight
from collector.vault.custody import Secrets
from collector.vault.epochfile import EpochFile
from collector.vault.keys import EpochKey
from collector.vault.ring import Ring
from wire.canonical import Document

FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Thạch", "Lý", "Sơn", "Kim", "Huỳnh", "Danh")
MIDDLES = ("Thị Mẫu", "Văn Mẫu", "Hữu Mẫu", "Ngọc Mẫu", "Minh Mẫu")
COMMUNE = "Ấp Mẫu, Xã Mẫu, Huyện Mẫu, Tỉnh Sóc Trăng"


def unlocked(folder: Path) -> Ring:
    """Return keys as they are in the memory of an unlocked vault."""
    return Ring(Secrets(os.urandom(32), os.urandom(32)), EpochFile(folder))


def fill(database: Database, ring: Ring, people: Sequence[int]) -> None:
    """Enter everybody, epoch by epoch, as they would be keyed."""
    with database.writing() as session:
        session.many(
            "INSERT INTO person (id, whole, kinds) VALUES (?, ?, ?)",
            [(person, person, 898) for person in people],
        )
    for day in sorted({_first(number) for number in range(FIRST_DAY, FIRST_DAY + DAYS)}):
        _fill_epoch(database, ring, people, day)


def fields_of(number: int, person: int) -> Document:
    """Return what the card of the `number`th person says."""
    family, middle = FAMILIES[number % 10], MIDDLES[number // 10 % 5]
    return {
        "number": f"094{person % 10**9:09d}",
        "former": f"{number:09d}",
        "name": f"{family} {middle} {number}",
        "born": f"{1940 + number % 70}-{1 + number % 12:02d}-{1 + number % 28:02d}",
        "sex": "female" if number % 2 else "male",
        "commune": COMMUNE,
        "phone": f"09{number:08d}",
    }


def _fill_epoch(database: Database, ring: Ring, people: Sequence[int], day: int) -> None:
    began = midnight(day)
    with database.writing() as session:
        epoch = ring.current(session, began, began)
        key = ring.epoch(epoch)
        rows = [_keyed(key, epoch, number, person) for number, person in enumerate(people)]
        session.many(
            "INSERT INTO alias (kind, epoch, mac, person, strength) VALUES (?, ?, ?, ?, ?)",
            _aliases((person, macs) for person, macs, _, _ in rows),
        )
        session.many(
            "INSERT INTO fields (person, epoch, digest, sealed, seen_day) VALUES (?, ?, ?, ?, ?)",
            [(person, epoch, digest, sealed, day) for person, _, digest, sealed in rows],
        )


def _keyed(
    key: EpochKey, epoch: int, number: int, person: int
) -> tuple[int, list[Mac], bytes, bytes]:
    fields = fields_of(number, person)
    content: Document = {
        "code": "id-card",
        "signature": "not-checked",
        "identity": "declared",
        "fields": fields,
    }
    found = identifiers.of_fields("id-card", fields)
    macs = [key.mac(each, epoch) for each in found]
    return person, macs, key.digest(content), key.seal(content, person)


def _aliases(rows: Iterable[tuple[int, list[Mac]]]) -> list[tuple[int, int, bytes, int, int]]:
    return [
        (int(mac.kind), mac.epoch, mac.mac, person, int(mac.strength))
        for person, macs in rows
        for mac in macs
    ]


def _first(day: int) -> int:
    """Return the first day of the district in the epoch of a day."""
    return max(FIRST_DAY, epochs.days_of(epochs.epoch_of(midnight(day)))[0])
