"""The root in shares: words on paper. So many bring it back, and fewer say nothing about it.

By SLIP-39, so that other tools can join them too if this program is lost one day: each share is 33
English words with a checksum of their own. What is shared is the root itself; all else that is kept
offline is closed with what can be derived from it (keyfile.py).
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import shamir_mnemonic
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from shamir_mnemonic import MnemonicError
from shamir_mnemonic.share import Share as Slip39

from provisioning.errors import (
    ShareForeign,
    ShareInvalid,
    SharesFew,
    ValueInvalid,
)
from provisioning.i18n import marked
from wire.keys import KeyEntry, kid_of, raw_public

LEAST_NEEDED = 2
"""No one person is the root."""
MOST = 16
"""As many as SLIP-39 numbers."""
FEW_OR_MANY = marked("make up to {most} shares, of which {least} or more are needed, up to all")


NUMBERS = re.compile(r"\d+\.?")
"""What stands before each word on a page: it may be typed with it."""


class Share(NamedTuple):
    """One share, as it is printed."""

    words: str
    number: int
    """From 1."""
    needed: int
    of: str
    """What all shares of one splitting have in common, four hex digits."""


def split(root: Ed25519PrivateKey, needed: int, count: int) -> tuple[Share, ...]:
    """Split the root anew; raise ValueInvalid for numbers that make no sense.

    Shares of an earlier splitting stay good among themselves: they are the same root.
    """
    if not LEAST_NEEDED <= needed <= count <= MOST:
        given = f"{needed}/{count}"
        raise ValueInvalid(
            name="needed/count", value=given, takes=FEW_OR_MANY, least=LEAST_NEEDED, most=MOST
        )
    groups = shamir_mnemonic.generate_mnemonics(1, [(needed, count)], root.private_bytes_raw())
    made = tuple(read(words) for words in groups[0])
    join(made[:needed])  # seen to be good before anybody relies on it
    return made


def read(text: str, path: Path | None = None) -> Share:
    """Read the words of a share, however they are spaced; raise ShareInvalid if they are none.

    `path` is where they come from, if from a file: of several it has to be said which.
    """
    words = " ".join(NUMBERS.sub(" ", text.lower()).split())
    try:
        found = Slip39.from_mnemonic(words)
    except MnemonicError as error:
        raise ShareInvalid(path=path or "…") from error
    if found.group_count != 1 or len(found.value) != 32:
        raise ShareInvalid(path=path or "…")
    return Share(words, found.index + 1, found.member_threshold, f"{found.identifier:04x}")


def join(shares: Sequence[Share], root: KeyEntry | None = None) -> Ed25519PrivateKey:
    """Bring the root back; raise SharesFew, or ShareForeign if they are not shares of `root`."""
    if len({each.of for each in shares}) > 1:
        raise ShareForeign
    different = {each.number: each for each in shares}
    needed = max((each.needed for each in shares), default=LEAST_NEEDED)
    if len(different) < needed:
        raise SharesFew(given=len(different), needed=needed)
    try:
        some = [different[number].words for number in sorted(different)[:needed]]
        found = Ed25519PrivateKey.from_private_bytes(shamir_mnemonic.combine_mnemonics(some))
    except MnemonicError as error:
        raise ShareForeign from error
    if root is not None and kid_of(raw_public(found)) != root.kid:
        raise ShareForeign
    return found


def prove(made: Sequence[Share], root: KeyEntry) -> None:
    """Bring the root back from every run of as many as it takes; raise what `join` raises."""
    needed = made[0].needed
    for first in range(len(made) - needed + 1):
        join(made[first : first + needed], root)
