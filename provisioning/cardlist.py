"""Which control cards were issued, and which are withdrawn.

Like passes: each has a place in the status list of the key that signed it, and the list travels to
the gates as theirs do. The book is kept beside the key for cards and not beside those for passes,
because the two may be on two desks. A key that was stolen is withdrawn as a whole.
"""

from datetime import datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provisioning import withdrawal
from provisioning.authority import Authority
from provisioning.register import Register
from wire.controlcard import Card
from wire.keys import Use, kid_of, raw_public

PATH = "signing/cards.sqlite"


def entered(home: Authority, card: Card, key: Ed25519PrivateKey) -> Card:
    """Enter a card and return it with its place in the list.

    What nobody knows of, nobody could withdraw. Raises RegisterUnusable, IssuerFull,
    IssuerWithdrawn.
    """
    with Register(home.folder / PATH) as book:
        place = book.enter(card.number, kid_of(raw_public(key)), card.does, card.expires)
    return msgspec.structs.replace(card, status=place)


def withdraw(
    home: Authority, numbers: tuple[str, ...], *, every: bool, standing: int, now: datetime
) -> list[Path]:
    """Give cards a standing, or all that the key has signed; sign the list and return where it is.

    `numbers` are whole or the last characters of them. Raises PassUnknown, KeyMissing,
    ValueInvalid.
    """
    home.signing_key(Use.STATUS)  # nothing is marked that could not be told to the gates
    with Register(home.folder / PATH) as book:
        kids = book.mark([book.find(each) for each in numbers], standing)
        if every:
            kid = _kid(home)
            book.mark_issuer(kid, every=bool(standing))
            kids.add(kid)
        return [withdrawal.sign(home, book, each, now) for each in sorted(kids)]


def renew(home: Authority, now: datetime) -> list[Path]:
    """Sign the list of cards anew, if any card was issued here; return where it is."""
    if not (home.folder / PATH).exists():
        return []
    with Register(home.folder / PATH) as book:
        return [withdrawal.sign(home, book, _kid(home), now)]


def _kid(home: Authority) -> str:
    return kid_of(raw_public(home.signing_key(Use.CARD)))
