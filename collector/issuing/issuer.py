"""Signs passes and the lists of withdrawn ones.

An order is whole or nothing: all its passes are in the register before the first is signed. A
withdrawal is whole when the list of every issuer that it concerns is with the documents for the
gates; said again, it signs the lists again.
"""

import threading
from collections.abc import Callable, Iterable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.errors import OrderInvalid, WayClosed
from collector.issuing.entries import Issued, Order, Standing, Way
from collector.issuing.register import PLACES, Register
from wire import gatepass, statuslist
from wire.gatepass import MAX_ENTRIES, Pass
from wire.keys import kid_of, raw_public
from wire.statuslist import StatusList

TTL_S = 86_400
"""How often a gate may hope for a newer list."""
LONGEST_S = 366 * 86_400
"""A copy of a code is as good as the code; what helps is that it ends."""
MOST = 10_000
"""Passes of one order."""

Publish = Callable[[bytes], None]
"""Hands a signed list over for the gates."""


class Issuer:
    """The desk's issuing keys, each for one way to a pass."""

    def __init__(
        self,
        register: Register,
        keys: dict[Way, Ed25519PrivateKey],
        status_key: Ed25519PrivateKey,
        publish: Publish,
    ) -> None:
        """Take the register, the keys, and where signed lists go."""
        self._register, self._publish = register, publish
        self._keys, self._status_key = keys, status_key
        self._signing = threading.Lock()

    def kid(self, way: Way) -> str:
        """Return the name of the key of a way; raise WayClosed where there is none."""
        return kid_of(raw_public(self.key(way)))

    def issue(self, order: Order, now_s: int) -> tuple[Issued, ...]:
        """Issue what is ordered. Raises OrderInvalid, WayClosed, IssuerFull."""
        check(order, now_s)
        key = self.key(order.way)
        entered = self._register.enter(kid_of(raw_public(key)), order)
        return tuple(signed(order, number, place, now_s, key) for number, place in entered)

    def mark(self, numbers: Iterable[bytes], standing: Standing, now_s: int) -> None:
        """Withdraw passes, suspend them, or take that back. Raises PassUnknown."""
        self.sign_lists(self._register.mark(numbers, standing), now_s)

    def mark_team(self, owner: str, team: str, standing: Standing, now_s: int) -> int:
        """Do the same with a whole class or team of an institution; return how many that are."""
        count, kids = self._register.mark_team(owner, team, standing)
        self.sign_lists(kids, now_s)
        return count

    def mark_way(self, way: Way, *, gone: bool, now_s: int) -> None:
        """Withdraw every pass of one way at once, or take that back."""
        kid = self.kid(way)
        self._register.mark_all(kid, gone=gone)
        self.sign_lists((kid,), now_s)

    def renew(self, now_s: int) -> None:
        """Sign all lists again, so that gates see that nothing more was withdrawn."""
        own = {self.kid(way) for way in self._keys}
        self.sign_lists(own | self._register.kids(now_s), now_s)

    def key(self, way: Way) -> Ed25519PrivateKey:
        """Return the key of a way; raise WayClosed where there is none."""
        try:
            return self._keys[way]
        except KeyError as error:
            raise WayClosed(way.value) from error

    def sign_lists(self, kids: Iterable[str], now_s: int) -> None:
        """Sign the lists of some keys as they are now, and hand them over, one after another."""
        with self._signing:
            for kid in sorted(kids):
                marked, gone = self._register.marked(kid)
                bits, statuses = statuslist.packed(PLACES, marked)
                at = self._register.dated(kid, now_s)
                made = StatusList(kid, at, bits, statuses, ttl=TTL_S, every=gone)
                self._publish(statuslist.pack(made, self._status_key))


def signed(order: Order, number: bytes, place: int, now_s: int, key: Ed25519PrivateKey) -> Issued:
    """Sign a pass that is in the register; the same arguments make the same text."""
    claims = Pass(
        number=number,
        holder=order.holder,
        issued=now_s,
        expires=order.ends,
        not_before=order.begins,
        status=place,
        entries=order.entries,
    )
    return Issued(number, gatepass.issue(claims, key), order.ends)


def check(order: Order, now_s: int) -> None:
    """Raise OrderInvalid for passes that cannot be issued at `now_s`."""
    if not 0 < order.count <= MOST:
        raise OrderInvalid(OrderInvalid.COUNT)
    if not max(order.begins, now_s) < order.ends <= order.begins + LONGEST_S:
        raise OrderInvalid(OrderInvalid.TERM)
    if order.begins > now_s + LONGEST_S:
        raise OrderInvalid(OrderInvalid.TERM)
    if not order.holder or len(order.holder) > 32 or not order.holder.isascii():
        raise OrderInvalid(OrderInvalid.HOLDER)
    if order.entries is not None and not 0 < order.entries <= MAX_ENTRIES:
        raise OrderInvalid(OrderInvalid.ENTRIES)
