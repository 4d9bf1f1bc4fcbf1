"""How many refusals of a minute are stored singly; the rest are only counted.

Without it a phone that plays made-up codes to the camera could fill the card. Accepted scans, and
what people did who were answered otherwise, are always stored. A power cut loses the count of the
minute it falls into, and nothing else. Pure: it is told the time.
"""

import msgspec

from device.flow import Verdict
from wire.record import Outcome

SINGLY = 20
MINUTE_NS = 60 * 10**9


class Counted(msgspec.Struct, frozen=True):
    """The refusals of one minute that were not stored singly; the data of a note."""

    n: int
    first_ms: int
    last_ms: int
    by: dict[str, int]

    def data(self) -> dict[str, object]:
        """Return it as the note spells it."""
        return {"n": self.n, "from": self.first_ms, "to": self.last_ms, "by": self.by}


class Tally:
    """The minute that is running."""

    def __init__(self) -> None:
        """Begin with none."""
        self._since: int | None = None
        self._singly = 0
        self._times: list[int] = []
        self._by: dict[str, int] = {}

    def takes(self, verdict: Verdict, up_ns: int) -> bool:
        """Say whether this answer is one too many to be stored singly; if so it is counted."""
        if verdict.outcome is not Outcome.REJECTED:
            return False
        if self._since is None or up_ns - self._since >= MINUTE_NS:
            if self._by:
                self._count(verdict, up_ns)  # until the last minute's note is written
                return True
            self._since, self._singly = up_ns, 0
        if self._singly < SINGLY:
            self._singly += 1
            return False
        self._count(verdict, up_ns)
        return True

    @property
    def is_counting(self) -> bool:
        """Say whether refusals are only counted at the moment."""
        return bool(self._by)

    def due(self, up_ns: int) -> Counted | None:
        """Return what the minute came to, if it is over and anything was counted."""
        if not self._by or self._since is None or up_ns - self._since < MINUTE_NS:
            return None
        return self.so_far()

    def so_far(self) -> Counted | None:
        """Return what was counted and is not noted yet."""
        if not self._by:
            return None
        by = dict(sorted(self._by.items()))
        return Counted(sum(by.values()), min(self._times), max(self._times), by)

    def noted(self) -> None:
        """Begin anew: what was counted is in the journal."""
        self._since, self._by, self._times = None, {}, []

    def _count(self, verdict: Verdict, up_ns: int) -> None:
        self._by[verdict.reason] = self._by.get(verdict.reason, 0) + 1
        self._times = [min([up_ns // 1_000_000, *self._times]), up_ns // 1_000_000]
