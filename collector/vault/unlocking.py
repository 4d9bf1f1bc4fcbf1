"""Unlocking: custodians speak one after another, and what they said is forgotten in a while. Pure.

Whoever guesses is slowed down: after a few wrong passphrases nothing is taken for some minutes.
"""

from collections.abc import Mapping

import msgspec

from collector.vault import custody
from collector.vault.custody import Custody, Secrets
from collector.vault.errors import PassphraseWrong, UnlockPaused

PATIENCE_MS = 10 * 60_000
"""Between the first custodian and the last."""
WRONG = 5
PAUSE_MS = 5 * 60_000


class Said(msgspec.Struct, frozen=True):
    """Which custodians have spoken, and how often somebody was wrong."""

    shares: Mapping[int, bytes] = {}
    since_ms: int = 0
    wrong: int = 0
    wrong_ms: int = 0

    def __repr__(self) -> str:
        """Say how many, and nothing else."""
        return f"<Said by {len(self.shares)}>"

    def current(self, now_ms: int) -> "Said":
        """Return what still counts; a clock that stepped back does not keep shares for longer."""
        shares, wrong = self.shares, self.wrong
        if not 0 <= now_ms - self.since_ms < PATIENCE_MS:
            shares = {}
        if not 0 <= now_ms - self.wrong_ms < PAUSE_MS:
            wrong = 0
        return msgspec.structs.replace(self, shares=shares, wrong=wrong)


def heard(
    kept: Custody, said: Said, custodian: str, passphrase: str, now_ms: int
) -> tuple[Said, Secrets | None]:
    """Return what has been said now, and the secrets if that is enough.

    Raises UnlockPaused, CustodianUnknown, CustodyBroken, and PassphraseWrong, after which `missed`
    says what has been said.
    """
    now = said.current(now_ms)
    if now.wrong >= WRONG:
        raise UnlockPaused
    number, share = custody.opened_share(kept, custodian, passphrase)
    shares = {**now.shares, number: share}
    since = now.since_ms if now.shares else now_ms
    if len(shares) < kept.threshold:
        return msgspec.structs.replace(now, shares=shares, since_ms=since), None
    return Said(), custody.opened(kept, shares)


def missed(said: Said, error: Exception, now_ms: int) -> Said:
    """Return what has been said after a failure."""
    now = said.current(now_ms)
    if isinstance(error, PassphraseWrong):
        return msgspec.structs.replace(now, wrong=now.wrong + 1, wrong_ms=now_ms)
    return now
