"""Goes to the district's broker and comes back, once, for a self-test."""

from collections.abc import Callable, Sequence
from datetime import datetime

from device.errors import GateError, LinkDown
from device.i18n import N_
from device.trouble import said
from device.uplink.link import Address, Down, Link, Up, Will
from wire import state, topics
from wire.selftest import Found, Outcome

PATIENCE_NS = 8 * 10**9
TURN_S = 0.02
WHAT = "broker"


class Unreached(LinkDown):
    """For whoever sets a gate up it is no answer that the door goes on by itself."""

    remedy = N_("look at the cable or the Wi-Fi, and at the name and port of the broker")


def there_and_back(
    addresses: Sequence[Address],
    now: datetime | None,
    up_ns: Callable[[], int],
    sleep: Callable[[float], None],
) -> Found:
    """Be let in by the first broker that does so, and hear it agree to tell us our news.

    `now` is the gate's time, None if that is not sure. The uplink must not run: it has the same
    name, and each would push the other out.
    """
    problem: GateError = Unreached()
    for address in addresses:
        began_ns = up_ns()
        try:
            _welcomed(address, now, up_ns, sleep)
        except GateError as error:
            problem = Unreached(str(error)) if type(error) is LinkDown else error
        else:
            took_ms = round((up_ns() - began_ns) / 1e6, 1)
            return Found(WHAT, Outcome.GOOD, address.where, {"ms": took_ms})
    return Found(WHAT, Outcome.BAD, said(problem))


def _welcomed(
    address: Address,
    now: datetime | None,
    up_ns: Callable[[], int],
    sleep: Callable[[float], None],
) -> None:
    gone = state.State(online=False, scanning=False, incarnation=0, wall=0)
    will = Will(topics.topic(address.gate, topics.STATE), state.pack(gone))
    link = Link(address, will, (topics.topic(address.gate, topics.ACK),), now)
    until_ns = up_ns() + PATIENCE_NS
    try:
        while up_ns() < until_ns:
            link.turn(readable=True, writable=bool(link.writable))
            while link.events:
                event = link.events.popleft()
                if isinstance(event, Up):
                    return
                if isinstance(event, Down):
                    raise event.error
            sleep(TURN_S)
    finally:
        link.close()
    msg = N_("it does not answer")
    raise LinkDown(msg)
