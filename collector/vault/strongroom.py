"""The vault's state: locked or not, and what it does in either.

Locked, it forgets what the ledger has deleted. Unlocked, it also keys what comes in and gives
sightings better times. One thread works (`turn`); others ask (desk.py).
"""

import threading

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from collector.database.ports import Database
from collector.declaration.sealed import Sealed
from collector.ledger.ports import View
from collector.vault import keys, unlocking
from collector.vault.custody import Custody
from collector.vault.declaring import Declarer
from collector.vault.epochfile import EpochFile
from collector.vault.errors import CustodyBroken, VaultLocked
from collector.vault.following import Follower
from collector.vault.keying import Keyer
from collector.vault.placing import PlaceOf, Placing
from collector.vault.retiming import Retimer
from collector.vault.retrying import Retrier
from collector.vault.ring import Ring
from collector.vault.unlocking import Said

_log = structlog.get_logger()


class Open:
    """What there is while the vault is unlocked."""

    def __init__(
        self, ring: Ring, cover: bytes, keyer: Keyer, retrier: Retrier, retimer: Retimer
    ) -> None:
        """Take the keys and who works with them."""
        self.ring, self.cover = ring, ChaCha20Poly1305(cover)
        self.keyer, self.retrier, self.retimer = keyer, retrier, retimer
        self.declarer: Declarer | None = None


class Strongroom:
    """The keys, or their absence."""

    def __init__(
        self,
        custody: Custody,
        view: View,
        people: Database,
        file: EpochFile,
        place_of: PlaceOf,
        days: int = 21,
        declared: Sealed | None = None,
    ) -> None:
        """Take the wrapped keys, the ledger, the tables, and who knows where gates stand.

        `declared` is the desk that keeps declarations, where there is one.
        """
        self._declared = declared
        self.custody = custody
        self._view, self._people, self._file = view, people, file
        self._placing = Placing(place_of)
        self._follower = Follower(view, people, file, self._placing, days)
        self._said = Said()
        self._open: Open | None = None
        self._lock = threading.Lock()
        self.due = threading.Event()
        """Set when there may be something to do at once."""

    def unlock(self, custodian: str, passphrase: str, now_ms: int) -> None:
        """Take one custodian's word; the vault is unlocked with the last that is needed."""
        with self._lock:
            try:
                self._said, secrets = unlocking.heard(
                    self.custody, self._said, custodian, passphrase, now_ms
                )
            except Exception as error:
                self._said = unlocking.missed(self._said, error, now_ms)
                _log.warning("vault.not_unlocked", custodian=custodian, why=_code(error))
                raise
            _log.info("vault.custodian", custodian=custodian)
            if secrets is not None and self._open is None:
                ring = Ring(secrets, self._file)
                keyer = Keyer(self._view, self._people, ring, self._placing)
                retimer = Retimer(self._view, self._people, keyer, self._placing)
                retrier = Retrier(self._people, keyer)
                cover = keys.derived(secrets.master, "cases")
                self._open = Open(ring, cover, keyer, retrier, retimer)
                if self._declared is not None:
                    self._open.declarer = Declarer(self._declared, self._people, ring)
                _log.info("vault.unlocked")
        self.due.set()

    def lock(self) -> None:
        """Drop the keys and whatever custodians have said."""
        with self._lock:
            self._said = Said()
            if self._open is not None:
                self._open = None
                _log.info("vault.locked")

    @property
    def view(self) -> View:
        """Return the ledger, which can be looked at while it is locked too."""
        return self._view

    @property
    def is_open(self) -> bool:
        """Say whether the keys are there."""
        return self._open is not None

    def spoken(self, now_ms: int) -> int:
        """Return how many custodians' words are waiting for the others'."""
        return len(self._said.current(now_ms).shares)

    @property
    def opened(self) -> Open:
        """Return what there is while it is unlocked; raise VaultLocked."""
        found = self._open
        if found is None:
            raise VaultLocked
        return found

    def turn(self, now_ms: int, over_ms: int) -> int:
        """Do what there is to do; return how much that was.

        What was over by `over_ms` is deleted: so far time is believed (collector/believed.py).
        """
        found = self._open
        done = self._follower.turn(over_ms)
        if found is None:
            return done
        if done:
            found.keyer.forget()
        done += found.keyer.turn(now_ms)
        if found.declarer is not None:
            done += found.declarer.turn(now_ms)
        return done + found.retrier.turn(now_ms) + found.retimer.turn()

    def release(self, hold: int) -> None:
        """Destroy a hold and its key before its end."""
        self._follower.release((hold,))

    # What casework needs (collector/cases/typed.py: Cover).

    def seal(self, plain: bytes, place: str) -> bytes:
        """Return a short text sealed for a place."""
        nonce = keys.nonce()
        return nonce + self.opened.cover.encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Return what was sealed for a place."""
        cover = self.opened.cover
        try:
            return cover.decrypt(
                sealed[: keys.NONCE_BYTES], sealed[keys.NONCE_BYTES :], place.encode()
            )
        except (InvalidTag, ValueError) as error:
            raise CustodyBroken from error


def _code(error: Exception) -> str:
    return str(getattr(error, "code", type(error).__name__))
