"""What a contact's changes mean: pure, given every change and the time.

A change comes in two ways: as an edge that the driver reports, already debounced, and as a level
that is looked at now and then. The first misses nothing that is short; the second finds what the
first has lost (a full queue, a driver without edges, a contact that stood wrong from the start).
"""

from collections.abc import Callable

from device.flow import Press


class Contact:
    """One contact: what closing and opening it mean."""

    def __init__(
        self,
        closing: Press | None,
        opening: Press | None,
        *,
        is_closed: bool,
        settle_ns: int,
    ) -> None:
        """Begin with a contact that is known to be closed or open.

        A level must be seen twice, at least `settle_ns` apart, before it is believed: one look may
        fall into the bouncing of a contact, or into the spark of a relay.
        """
        self._means = {True: closing, False: opening}
        self._is_closed = is_closed
        self._settle_ns = settle_ns
        self._differs_ns: int | None = None

    def edge(self, *, closed: bool) -> Press | None:
        """Take a change that the driver reports; return what came in, if it is one."""
        self._differs_ns = None
        if closed is self._is_closed:
            return None
        self._is_closed = closed
        return self._means[closed]

    def level(self, *, closed: bool, up_ns: int) -> Press | None:
        """Take a look at the contact; return what came in that no edge has told."""
        if closed is self._is_closed:
            self._differs_ns = None
            return None
        if self._differs_ns is None:
            self._differs_ns = up_ns
        if up_ns - self._differs_ns < self._settle_ns:
            return None
        return self.edge(closed=closed)


Making = Callable[[bool, int], Contact]
"""Makes a contact, given whether it is closed now and how long a level must last, in ns."""


def button(press: Press) -> Making:
    """Return what makes a button: closing it is a press.

    One that is held down when the gate starts says nothing until it was let go: nobody pressed it.
    """
    return lambda closed, settle_ns: Contact(press, None, is_closed=closed, settle_ns=settle_ns)


def lid(_closed: bool, settle_ns: int) -> Contact:  # noqa: FBT001  (as `Making` has it)
    """Make the contact of a lid, which is closed while the box is.

    The box is taken for shut at the start, so that one that stands open is told.
    """
    return Contact(Press.CLOSED, Press.OPENED, is_closed=True, settle_ns=settle_ns)


MEANINGS: dict[str, Making] = {
    "service": button(Press.SERVICE),
    "direction": button(Press.DIRECTION),
    "admit": button(Press.ADMIT),
    "passed": button(Press.PASSED),
    "enclosure": lid,
}
"""Name of an input in the configuration -> what it means."""
