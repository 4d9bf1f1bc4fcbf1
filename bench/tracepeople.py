"""Who the people of the drawn district are: keyed and sealed by the vault's own keys.

Everybody has a card with a former number, a name and a birth date, and a phone; each is keyed anew
in every epoch in which they are seen. Nobody is anybody.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.tracedistrict import DAYS, FIRST_DAY
from bench.tracefill import pour
from collector.database.ports import Database
from collector.localday import midnight
from collector.people import epochs, identifiers
from collector.people.entries import Kind, Mac
from collector.vault.custody import Secrets
from collector.vault.epochfile import EpochFile
from collector.vault.keys import EpochKey
from collector.vault.ring import Ring
from wire.canonical import Document

FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Thạch", "Lý", "Sơn", "Kim", "Huỳnh", "Danh")
MIDDLES = ("Thị Mẫu", "Văn Mẫu", "Hữu Mẫu", "Ngọc Mẫu", "Minh Mẫu")
KINDS = 1 << Kind.NUMBER | 1 << Kind.FORMER | 1 << Kind.PHONE | 1 << Kind.NAME
COMMUNE = "Ấp Mẫu, Xã Mẫu, Huyện Mẫu, Tỉnh Sóc Trăng"


def unlocked(folder: Path) -> Ring:
    """Return keys as they are in the memory of an unlocked vault."""
    return Ring(Secrets(os.urandom(32), os.urandom(32)), EpochFile(folder))


def fill(databases: Sequence[Database], ring: Ring, people: Sequence[int]) -> None:
    """Enter everybody, epoch by epoch, as they would be keyed."""
    rows = [(person, person, KINDS) for person in people]
    for database in databases:
        with database.writing() as session:
            pour(session, "person", rows)
    days = range(FIRST_DAY, FIRST_DAY + DAYS)
    for epoch in sorted({epochs.epoch_of(midnight(day)) for day in days}):
        _fill_epoch(databases, ring, people, max(FIRST_DAY, epochs.days_of(epoch)[0]))


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


def _fill_epoch(databases: Sequence[Database], ring: Ring, people: Sequence[int], day: int) -> None:
    began = midnight(day)
    for database in databases:
        with database.writing() as session:
            ring.current(session, began, began)
    epoch = epochs.epoch_of(began)
    key = ring.epoch(epoch)
    rows = [_keyed(key, epoch, number, person) for number, person in enumerate(people)]
    sealed = [(person, epoch, digest, text, day) for person, _, digest, text in rows]
    aliases = _aliases((person, macs) for person, macs, _, _ in rows)
    for database in databases:
        with database.writing() as session:
            pour(session, "alias", aliases)
            pour(session, "fields", sealed)


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
