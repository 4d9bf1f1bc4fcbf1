"""People of a list, sealed for the vault: nobody on the way opens them, this process neither."""

import os
from collections.abc import Iterable

from collector.bulk.entries import Person
from collector.bulk.people import digest
from collector.declaration.sealed import place
from collector.issuing.entries import Entry
from collector.issuing.holders import FORM_BYTES
from wire.canonical import canonical
from wire.keys import SealKey
from wire.sealing import DataKey

FIELDS = ("name", "born", "sex", "number", "passport", "phone", "group")


def entries(people: Iterable[Person], owner: str, to: SealKey, ends: int) -> tuple[Entry, ...]:
    """Return what the desk is told of each, sealed under one key that is sealed to `to`."""
    key = DataKey.fresh()
    sealed_key = key.sealed_to(to)
    found = []
    for person in people:
        form = os.urandom(FORM_BYTES)
        said = {field: text for field in FIELDS if (text := getattr(person, field))}
        sealed = key.seal({**said, "owner": owner, "ends": ends}, place(form))
        spelled = canonical({"key": sealed_key, "to": to.kid, "sealed": sealed})
        found.append(Entry(digest(person), form, spelled, person.group))
    return tuple(found)
