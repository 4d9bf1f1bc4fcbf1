"""What a site asks of those who pass. Without a policy of its own a site has this default."""

import msgspec

from wire.record import Direction, Identity, Signature

CLOCK_SKEW_S = 300
"""A pass made a moment ago at another clock is not "not yet valid"."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one site."""

    kinds: tuple[str, ...] = ("pass",)
    """Kinds of code that are taken."""
    directions: tuple[Direction, ...] = (Direction.IN,)
    skew_s: int = CLOCK_SKEW_S


class Grade(msgspec.Struct, frozen=True):
    """How much is known: the two facts are kept apart, whatever they are used for."""

    signature: Signature
    identity: Identity
