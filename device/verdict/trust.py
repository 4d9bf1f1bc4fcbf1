"""Whom this gate believes: keys, signers of certificates, and lists of what was withdrawn."""

import enum
from collections.abc import Callable
from typing import Protocol

import msgspec

from device.credential.dcc_trust import TrustList
from wire.keys import Keyring


class Status(enum.StrEnum):
    """What an issuer's list says of one pass."""

    GOOD = "good"
    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"
    UNLISTED = "unlisted"
    """No list of this issuer is here, or it has no such entry."""


class Finding(msgspec.Struct, frozen=True):
    """A status, and how old the word is."""

    status: Status
    age_s: float | None
    """Seconds between the list's making and now; None without a list."""


class Statuses(Protocol):
    """The lists of all issuers."""

    def of(self, kid: str, index: int | None, now_s: float) -> Finding:
        """Return what the list of issuer `kid` says of entry `index`; None: a pass without one."""
        ...


class Latest:
    """The lists as they are now, for who asks for longer than any of them holds."""

    def __init__(self, held: Callable[[], Statuses]) -> None:
        """Ask what `held` returns, each time anew."""
        self._held = held

    def of(self, kid: str, index: int | None, now_s: float) -> Finding:
        """Return what the newest list says."""
        return self._held().of(kid, index, now_s)


class NoStatuses:
    """No list at all."""

    def of(self, kid: str, index: int | None, now_s: float) -> Finding:  # noqa: ARG002  (the port)
        """Return that nothing is known."""
        return Finding(Status.UNLISTED, None)


class Trust(msgspec.Struct, frozen=True):
    """All that a signature is held against."""

    issuers: Keyring
    signers: TrustList
    """Empty where the site takes no health certificates."""
    statuses: Statuses
