"""A gate as provisioning enters it, and whom intake listens to. Values only."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated

import msgspec

from wire.keys import KeyEntry, Keyring
from wire.record import Direction

Text = Annotated[str, msgspec.Meta(max_length=200)]


class Gate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One gate and where it stands."""

    gate: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    """Its name on the wire: the common name of its certificate."""
    place: Text
    area: Text
    sector: Text
    directions: Annotated[tuple[Direction, ...], msgspec.Meta(min_length=1)]
    records: KeyEntry
    """The public key with which it signs the heads of its chain."""


class Gates(msgspec.Struct, frozen=True):
    """Whom intake listens to."""

    keys: Mapping[str, KeyEntry]
    """The gates and the public keys of their records."""
    revoked: frozenset[str] = frozenset()
    """Of which nothing is taken any more."""

    def ring(self, gate: str) -> Keyring:
        """Return the keys that speak for one gate: its own and no other's."""
        return _ring(self.keys[gate])


@lru_cache(maxsize=10_000)
def _ring(key: KeyEntry) -> Keyring:
    return Keyring([key])
