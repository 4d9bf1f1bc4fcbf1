"""What the authority's lists say of a pass: the newest list of each issuer, and how old it is.

Values only: where the lists come from and where they are kept is for device/accepted.py, and what
a withdrawn pass or an old list means at the door is for the judge. A list stays as packed as it
came, an eighth of a byte for each pass, so a million statuses cost 125 kB and one look.
"""

from collections.abc import Iterable

import msgspec

from device.verdict.trust import Finding, Status
from wire.statuslist import INVALID, VALID, StatusList

WORDS = {VALID: Status.GOOD, INVALID: Status.WITHDRAWN}
"""Every other word of a list, also one that is newer than this gate, says: not for now."""


class Lists(msgspec.Struct, frozen=True):
    """How far what a gate knows of withdrawn passes can be trusted."""

    count: int = 0
    """Of issuers whose list is here."""
    oldest_s: int | None = None
    """Since the oldest of them was signed; None where there is none."""
    is_stale: bool = False
    """It is older than the place's rules let it be."""


class HeldLists:
    """The Statuses of the gate. One per process; lists only ever give way to newer ones.

    But for all of them at once, when the keys that sign them do.
    """

    def __init__(self, lists: Iterable[StatusList] = ()) -> None:
        """Take lists whose signatures were checked."""
        self._lists: dict[str, StatusList] = {}
        self.begin(lists)

    def begin(self, lists: Iterable[StatusList]) -> None:
        """Hold these lists and no others."""
        self._lists.clear()
        for each in lists:
            self.take(each)

    def take(self, found: StatusList) -> bool:
        """Hold a list, unless one of the same issuer that is no older is held; say which."""
        held = self._lists.get(found.issuer)
        if held is not None and held.order >= found.order:
            return False
        self._lists[found.issuer] = found
        return True

    def aged(self, now_s: float, stale_s: float) -> Lists:
        """Return how many are held, and how old the oldest is."""
        ages = [max(0, int(now_s) - each.issued) for each in self._lists.values()]
        oldest_s = max(ages, default=None)
        return Lists(len(ages), oldest_s, oldest_s is not None and oldest_s > stale_s)

    def of(self, kid: str, index: int | None, now_s: float) -> Finding:
        """Return what the list of issuer `kid` says of entry `index`, None for a pass without.

        The age is never below zero: a list from the future means that the clock here is behind.
        """
        held = self._lists.get(kid)
        if held is None:
            return Finding(Status.UNLISTED, None)
        age_s = max(0.0, now_s - held.issued)
        if held.every:
            return Finding(Status.WITHDRAWN, age_s)
        said = None if index is None else held.at(index)
        if said is None:
            return Finding(Status.UNLISTED, age_s)
        return Finding(WORDS.get(said, Status.SUSPENDED), age_s)
