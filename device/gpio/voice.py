"""The pitch of one gate among its neighbours."""

import hashlib
import re

OFFSETS = (1.0, 1.12, 0.89, 1.26, 0.79)
"""Two semitones apart: heard without a musical ear, and high stays high beside low."""


def offset_of(gate: str) -> float:
    """Return by what this gate multiplies every pitch, from its name.

    Gates of one place are numbered, so the number decides: neighbours then always differ. A name
    without a number gets an offset that is its own by chance.
    """
    number = re.search(r"(\d+)$", gate)
    if number:
        return OFFSETS[int(number[1][-9:]) % len(OFFSETS)]
    return OFFSETS[hashlib.sha256(gate.encode()).digest()[0] % len(OFFSETS)]
