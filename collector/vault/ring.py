"""The keys of an unlocked vault: made, found and destroyed by epoch."""

from collections.abc import Sequence

from collector.database.ports import Session
from collector.people import epochs
from collector.people.entries import Identifier, Mac
from collector.vault import keys
from collector.vault.custody import Secrets
from collector.vault.epochfile import EpochFile, epoch_name, hold_name
from collector.vault.errors import CustodyBroken
from collector.vault.keys import EpochKey

_ALIVE = "SELECT id FROM epoch WHERE destroyed_ms IS NULL ORDER BY id DESC"
_MAKE = "INSERT INTO epoch (id, from_day, until_day) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING"


class Ring:
    """Every key there is while the vault is unlocked."""

    def __init__(self, secrets: Secrets, file: EpochFile) -> None:
        """Take what the custodians guard, and where the epochs' secrets are."""
        self._secrets, self._file = secrets, file
        self._epochs: dict[str, EpochKey] = {}

    @property
    def seals(self) -> tuple[bytes, ...]:
        """Return the authority's raw private keys: today's, and those before it."""
        return (self._secrets.seal, *self._secrets.older)

    def current(self, session: Session, received_ms: int, now_ms: int) -> int:
        """Return the epoch of what arrived then, made if it is new.

        What arrived in an epoch that is destroyed by now is keyed under today's.
        """
        for epoch in (epochs.epoch_of(received_ms), epochs.epoch_of(now_ms)):
            asked = "SELECT destroyed_ms FROM epoch WHERE id = ?"
            found = session.rows(asked, (epoch,))
            if not found:
                self._make(epoch_name(epoch))
                session.run(_MAKE, (epoch, *epochs.days_of(epoch)))
                return epoch
            if found[0][0] is None:
                return epoch
        raise CustodyBroken

    def alive(self, session: Session) -> tuple[int, ...]:
        """Return the epochs whose keys are there, the newest first."""
        names = self._file.names()
        return tuple(
            int(row[0]) for row in session.rows(_ALIVE) if epoch_name(int(row[0])) in names
        )

    def epoch(self, epoch: int) -> EpochKey:
        """Return the key of an epoch; raise CustodyBroken if it is not there."""
        return self._key(epoch_name(epoch))

    def hold(self, hold: int, *, fresh: bool = False) -> EpochKey:
        """Return the key of a hold, made if it is `fresh`."""
        if fresh:
            self._make(hold_name(hold))
        return self._key(hold_name(hold))

    def macs(self, found: Sequence[Identifier], alive: Sequence[int]) -> tuple[Mac, ...]:
        """Return identifiers under the key of every epoch."""
        return tuple(self.epoch(epoch).mac(each, epoch) for each in found for epoch in alive)

    def forget(self, names: Sequence[str]) -> None:
        """Drop destroyed keys from memory too."""
        for name in names:
            self._epochs.pop(name, None)

    def _make(self, name: str) -> None:
        if self._file.get(name) is None:
            self._file.put(name, keys.wrap(self._secrets.master, name, keys.fresh()))

    def _key(self, name: str) -> EpochKey:
        found = self._epochs.get(name)
        if found is None:
            wrapped = self._file.get(name)
            if wrapped is None:
                raise CustodyBroken(name)
            secret = keys.unwrap(self._secrets.master, name, wrapped)
            found = self._epochs[name] = EpochKey(name, secret)
        return found
