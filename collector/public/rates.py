"""How often one address may declare, without locking out a factory that has only one. Pure.

An address has a store of declarations that fills up again. When it is empty, the browser is asked
for some work (a second of a telephone's time, hours of a script's); without a script's help, for
some patience. Work and patience are bound to one form, so that neither can be saved up.
"""

import hashlib
import hmac
from collections import OrderedDict

import msgspec

BURST = 120
"""Declarations that an address may make at once: a shift that begins."""
PER_S = 0.5
BITS = 17
"""Of work: 130,000 tries at the mean."""
PATIENCE_S = 45
PATIENT_PER_S = 0.2
PATIENT_BURST = 20
GOOD_S = 1800
"""A ticket not used by then is none."""
ADDRESSES = 50_000


class Store(msgspec.Struct):
    """What is left for one address."""

    left: float
    at_s: float


class Stores:
    """The stores of all addresses that came lately."""

    def __init__(self, burst: float, per_s: float) -> None:
        """Let each address begin with `burst`, and get `per_s` back."""
        self._burst, self._per_s = burst, per_s
        self._known: OrderedDict[str, Store] = OrderedDict()

    def take(self, address: str, now_s: float) -> bool:
        """Take one; say whether there was one."""
        store = self._known.pop(address, None) or Store(self._burst, now_s)
        store.left = min(self._burst, store.left + max(0.0, now_s - store.at_s) * self._per_s)
        store.at_s = now_s
        self._known[address] = store
        while len(self._known) > ADDRESSES:
            self._known.popitem(last=False)
        if store.left < 1:
            return False
        store.left -= 1
        return True


class Ticket(msgspec.Struct, frozen=True):
    """What a browser is asked for, and what it came with."""

    made_s: int
    mark: str
    """Says that we asked, for this form."""
    work: str = ""
    """A number that makes the digest begin with zeros."""


class Gatekeeper:
    """Says who may declare now, and who has to work or wait first."""

    def __init__(self, secret: bytes) -> None:
        """Take a secret of this process; tickets of another one are none."""
        self._secret = secret
        self._free = Stores(BURST, PER_S)
        self._patient = Stores(PATIENT_BURST, PATIENT_PER_S)

    def ask(self, form: str, now_s: float) -> Ticket:
        """Return what to ask a browser for."""
        made_s = int(now_s)
        return Ticket(made_s, self._mark(form, made_s))

    def admits(self, form: str, address: str, ticket: Ticket | None, now_s: float) -> bool:
        """Say whether a form may be sent from an address now."""
        if self._is_ours(form, ticket, now_s) and ticket is not None:
            if worked(ticket):
                return True
            waited = now_s - ticket.made_s >= PATIENCE_S
            return waited and self._patient.take(address, now_s)
        return self._free.take(address, now_s)

    def _is_ours(self, form: str, ticket: Ticket | None, now_s: float) -> bool:
        if ticket is None or not 0 <= now_s - ticket.made_s <= GOOD_S:
            return False
        return hmac.compare_digest(ticket.mark, self._mark(form, ticket.made_s))

    def _mark(self, form: str, made_s: int) -> str:
        said = f"{form}|{made_s}".encode()
        return hmac.digest(self._secret, said, hashlib.sha256).hex()[:32]


def worked(ticket: Ticket) -> bool:
    """Say whether the work was done."""
    if not ticket.work.isdecimal() or len(ticket.work) > 12:
        return False
    digest = hashlib.sha256(f"{ticket.mark}.{ticket.work}".encode()).digest()
    return int.from_bytes(digest[:4]) >> (32 - BITS) == 0
