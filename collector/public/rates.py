"""How often one address may declare, without locking out a factory that has only one. Pure.

An address has a store of declarations that fills up again, and so have all addresses together.
Where one is empty, the browser is asked for some work, which costs a person a moment and a script
all of its processor; where there is no script to do it, for some patience. Work and patience are
bound to one form and taken once, so that neither can be saved up, handed on or used again. Nobody
is turned away for good: whoever is not let through is told what to do, and may come again.

A factory of 2,000 behind one address is let through as fast as its telephones can work: 120 at once
and 30 a minute without it, 3,000 at once with it. Without work an address gets no more than 42 a
minute for long, with it no more than 60, and each of those costs four million tries.
"""

import hashlib
import hmac
import ipaddress
import math
import secrets
import threading
from collections import OrderedDict

import msgspec

from collector.stores import Stores

BURST = 120
"""Declarations that an address may make at once: a shift that begins."""
PER_S = 0.5
ALL_BURST, ALL_PER_S = 6_000, 20.0
"""The same, of all addresses together: then everybody works."""
BITS = 18
"""Of work at first: 260,000 tries at the mean, about a second of a telephone."""
MORE_BITS = 4
MOST_BITS = BITS + MORE_BITS
WORKED_BURST, WORKED_PER_S = 3_000, 1.0
"""Declarations that an address may work for; each halving of what is left doubles the work."""
PATIENCE_S = 45
PATIENT_PER_S = 0.2
PATIENT_BURST = 20
DRAWN_BURST, DRAWN_PER_S = 300, 1.0
"""Pictures and papers that an address may have drawn."""
GOOD_S = 1800
"""A ticket not used by then is none."""
SPENT = 100_000
"""Tickets that are known to have been used. With more, older ones are good no longer."""


def network(address: str) -> str:
    """Return what counts as one address: of IPv6 the 64 bits that one household is given."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(found) >> 64 << 64))


class Ticket(msgspec.Struct, frozen=True):
    """What a browser is asked for, and what it came with."""

    made_s: int
    mark: str
    """Says that we asked, for this form and for so many bits; no two are the same."""
    bits: int = BITS
    """Zeros with which the digest has to begin."""
    work: str = ""
    """A number that makes it begin so."""


class Spent:
    """Tickets that were used: each counts once."""

    def __init__(self) -> None:
        """Begin with none."""
        self._marks: OrderedDict[str, int] = OrderedDict()
        self._since_s = -(2**62)

    def has(self, ticket: Ticket) -> bool:
        """Say whether a ticket was used, or is too old to be told."""
        return ticket.made_s < self._since_s or ticket.mark in self._marks

    def add(self, ticket: Ticket, now_s: float) -> None:
        """Note that a ticket is used; what is good no longer anyway is forgotten."""
        self._marks[ticket.mark] = ticket.made_s
        while self._marks:
            mark, made_s = next(iter(self._marks.items()))
            if made_s >= now_s - GOOD_S and len(self._marks) <= SPENT:
                break
            if len(self._marks) > SPENT:
                self._since_s = max(self._since_s, made_s + 1)
            del self._marks[mark]


class Gatekeeper:
    """Says who may declare now, and who has to work or wait first. Safe from several threads."""

    def __init__(self, secret: bytes, bits: int = BITS) -> None:
        """Take a secret of this process, tickets of another one are none, and how much work."""
        self._secret, self._bits = secret, bits
        self._lock = threading.Lock()
        self._free, self._all = Stores(BURST, PER_S), Stores(ALL_BURST, ALL_PER_S)
        self._worked = Stores(WORKED_BURST, WORKED_PER_S)
        self._patient = Stores(PATIENT_BURST, PATIENT_PER_S)
        self._drawn = Stores(DRAWN_BURST, DRAWN_PER_S)
        self._spent = Spent()

    def ask(self, form: str, address: str, now_s: float, had: Ticket | None = None) -> Ticket:
        """Return what to ask a browser for: the same as before while that can still be used.

        Who is waiting keeps the time at which the waiting began.
        """
        with self._lock:
            if had is not None and self._is_ours(form, had, now_s):
                return Ticket(had.made_s, had.mark, had.bits)
            left = self._worked.share(network(address), now_s)
        more = int(-math.log2(max(left, 0.5**MORE_BITS)))
        made_s, bits = int(now_s), self._bits + more
        return Ticket(made_s, self._mark(secrets.token_hex(4), form, made_s, bits), bits)

    def admits(self, form: str, address: str, ticket: Ticket | None, now_s: float) -> bool:
        """Say whether a form may be sent from an address now.

        A ticket is not bound to the address: a telephone's changes while it works.
        """
        who = network(address)
        with self._lock:
            if ticket is not None and self._is_ours(form, ticket, now_s):
                if worked(ticket):
                    self._spent.add(ticket, now_s)
                    return self._worked.take(who, now_s)
                waited = now_s - ticket.made_s >= PATIENCE_S
                if waited and self._patient.take(who, now_s):
                    self._spent.add(ticket, now_s)
                    return True
            return self._free.take(who, now_s) and self._all.take("", now_s)

    def draws(self, address: str, now_s: float) -> bool:
        """Say whether a pass may be drawn for an address now."""
        with self._lock:
            return self._drawn.take(network(address), now_s)

    def _is_ours(self, form: str, ticket: Ticket, now_s: float) -> bool:
        if not 0 <= now_s - ticket.made_s <= GOOD_S or self._spent.has(ticket):
            return False
        mark = self._mark(ticket.mark[:8], form, ticket.made_s, ticket.bits)
        return hmac.compare_digest(ticket.mark.encode(), mark.encode())

    def _mark(self, salt: str, form: str, made_s: int, bits: int) -> str:
        said = f"{salt}|{form}|{made_s}|{bits}".encode()
        return salt + hmac.digest(self._secret, said, hashlib.sha256).hex()[:24]


def worked(ticket: Ticket) -> bool:
    """Say whether the work was done."""
    if not ticket.work.isascii() or not ticket.work.isdecimal() or len(ticket.work) > 12:
        return False
    digest = hashlib.sha256(f"{ticket.mark}.{ticket.work}".encode()).digest()
    return int.from_bytes(digest[:4]) >> (32 - ticket.bits) == 0
