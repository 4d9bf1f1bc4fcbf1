"""Records that did not open are tried again: their data key may have come, or ours be there now."""

from collector.database.ports import Database
from collector.vault.keying import BATCH, Keyer, Missed

AGAIN_MS = 3_600_000
_AFTER = (
    "SELECT gate, journal, seq, at_ms FROM unopened WHERE (gate, journal, seq) > (?, ?, ?)"
    " ORDER BY gate, journal, seq LIMIT ?"
)
_START = ("", "", 0)


class Retrier:
    """Goes through all of them when the vault is unlocked, and once an hour."""

    def __init__(self, people: Database, keyer: Keyer) -> None:
        """Take the tables of people, and who opens records."""
        self._people, self._keyer = people, keyer
        self._after: tuple[str, str, int] | None = _START
        self._began_ms = 0

    def turn(self, now_ms: int) -> int:
        """Try the next of them; return how many were keyed."""
        if self._after is None:
            if 0 <= now_ms - self._began_ms < AGAIN_MS:
                return 0
            self._after = _START
        if self._after == _START:
            self._began_ms = now_ms
        with self._people.reading() as session:
            missed: list[Missed] = session.rows(_AFTER, (*self._after, BATCH))
        self._after = missed[-1][:3] if len(missed) == BATCH else None
        return self._keyer.again(missed, now_ms) if missed else 0
