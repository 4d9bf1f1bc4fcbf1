"""What officers type about a case: sealed before it is stored, because it may name a person."""

from typing import Protocol

import msgspec

LONGEST = 400
"""Characters of one field: a line, not a letter."""


class Cover(Protocol):
    """Seals short texts under a key that only an unlocked vault has.

    - What is sealed for one place opens at no other.
    - Raises VaultLocked while there is no key.
    """

    def seal(self, plain: bytes, place: str) -> bytes:
        """Return `plain` sealed for `place`."""
        ...

    def open(self, sealed: bytes, place: str) -> bytes:
        """Return what was sealed for `place`."""
        ...


class Typed(msgspec.Struct, frozen=True):
    """What was typed when a case was opened."""

    ref: str
    ground: str


def of_case(number: int) -> str:
    """Name the place of a case's texts."""
    return f"case/{number}"


def of_contact(number: int, person: int) -> str:
    """Name the place of a contact's note."""
    return f"contact/{number}/{person}"


def line(text: str) -> str:
    """Return a text as one line without control characters, cut to what is stored."""
    kept = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(kept.split())[:LONGEST]
