"""A declaration as it is kept until the vault has read it: sealed. Knows no key."""

import base64
import hashlib
from typing import Protocol

import msgspec

from wire.canonical import parse, read
from wire.errors import WireError

PLACE = b"declaration\0"


class Declared(msgspec.Struct, frozen=True):
    """One declaration, for the vault."""

    row: int
    form: bytes
    at_ms: int
    sealed: bytes
    area: str
    task: str
    number: bytes
    """Of the pass that was given; empty for none."""

    def __repr__(self) -> str:
        """Say nothing about what was declared."""
        return f"<Declared {self.row}>"


class Envelope(msgspec.Struct, frozen=True):
    """What is sealed, with the key that opens it, itself sealed."""

    key: str
    to: str
    """Kid of the authority's key to which `key` is sealed."""
    sealed: str


class Sealed(Protocol):
    """The desk, as the vault asks it. Raises DeskAway (try again), DeskRefused."""

    def after(self, row: int, limit: int) -> tuple[Declared, ...]:
        """Return declarations in the order in which they came, `limit` at most."""
        ...


def envelope(data: bytes) -> Envelope:
    """Read what a form has sent; raise WireError for anything else."""
    try:
        return read(Envelope, parse(data))
    except RecursionError as error:
        msg = "no sealed declaration"
        raise WireError(msg) from error


def reference(form: bytes, number: bytes) -> bytes:
    """Return by what a declaration is found in a case: its pass's number, or one made from it.

    Eight bytes. Who chooses a form's name still cannot choose somebody's pass.
    """
    return number or hashlib.sha256(b"reference\0" + form).digest()[: len(form) // 2]


def place(form: bytes) -> bytes:
    """Name the place to which a declaration's bytes are bound."""
    return PLACE + base64.b16encode(form)
