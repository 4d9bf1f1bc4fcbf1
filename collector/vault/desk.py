"""What can be asked of the vault: each public method is one request (requests.py).

What needs the keys raises VaultLocked while there are none.
"""

from collector.people import cursors
from collector.people.entries import Unopened
from collector.vault.casedesk import CaseDesk
from collector.vault.decisiondesk import DecisionDesk
from collector.vault.entries import Status
from collector.vault.keying import ROW
from collector.vault.peopledesk import PeopleDesk
from collector.vault.registerdesk import RegisterDesk


class Desk(PeopleDesk, DecisionDesk, CaseDesk, RegisterDesk):
    """Where requests are answered."""

    def status(self) -> Status:
        """Say how the vault is; anybody who may ask at all may ask this."""
        kept, counted = self._room.custody, self._counts()
        return Status(
            locked=not self._room.is_open,
            demo=kept.demo,
            custodians=tuple(share.custodian for share in kept.shares),
            threshold=kept.threshold,
            spoken=self._room.spoken(self._clock()),
            **counted,
        )

    def unlock(self, custodian: str, secret: str) -> Status:
        """Take one custodian's passphrase."""
        self._room.unlock(custodian, secret, self._clock())
        return self.status()

    def lock(self) -> Status:
        """Drop the keys."""
        self._room.lock()
        return self.status()

    def deployed(self) -> dict[str, int]:
        """Return since when what each gate sends can be opened."""
        with self._people.reading() as session:
            return dict(session.rows("SELECT gate, first_opened_ms FROM deployed ORDER BY gate"))

    def unopened(self, since_day: int) -> tuple[Unopened, ...]:
        """Return what did not open since a day, by gate, day and reason."""
        asked = (
            "SELECT gate, day, why, COUNT(*) FROM unopened WHERE day >= ?"
            " GROUP BY gate, day, why ORDER BY day, gate, why"
        )
        with self._people.reading() as session:
            return tuple(Unopened(*row) for row in session.rows(asked, (since_day,)))

    def _counts(self) -> dict[str, int]:
        asked = {
            "persons": "SELECT COUNT(*) FROM person",
            "sightings": "SELECT COALESCE(SUM(uses), 0) FROM epoch",
            "epochs": "SELECT COUNT(*) FROM epoch WHERE destroyed_ms IS NULL",
            "unopened": "SELECT COUNT(*) FROM unopened",
        }
        with self._people.reading() as session:
            found = {name: int(session.rows(sql)[0][0]) for name, sql in asked.items()}
            return {**found, "followed": cursors.get(session, ROW)}
