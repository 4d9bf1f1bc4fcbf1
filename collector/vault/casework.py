"""Everything of casework that the vault's process writes, and what every desk stands on."""

from collections.abc import Callable

from collector.cases.approvals import Approvals
from collector.cases.audit import Audit
from collector.cases.circle import Circle
from collector.cases.referrals import Referrals
from collector.cases.register import Register
from collector.cases.worklist import Worklist
from collector.database.ports import Database
from collector.vault.answered import Answered
from collector.vault.given import Given
from collector.vault.strongroom import Strongroom


class Casework:
    """Everything of casework that the vault's process writes."""

    def __init__(
        self, database: Database, room: Strongroom, above: Callable[[str], frozenset[str]]
    ) -> None:
        """Take the database of casework, its tables made, who seals, and the tree of areas."""
        self.audit = Audit(database)
        self.register = Register(database, self.audit, room, above)
        self.circle = Circle(database, self.audit, self.register)
        self.approvals = Approvals(database, self.audit, self.register)
        self.worklist = Worklist(database, self.audit, self.register, room)
        self.referrals = Referrals(database, self.audit, self.register)
        self.answered = Answered()
        self.given = Given(database, room)


class Counter:
    """What requests are answered with."""

    def __init__(
        self, room: Strongroom, people: Database, casework: Casework, clock: Callable[[], int]
    ) -> None:
        """Take the vault's state, the tables of people, casework, and the time."""
        self._room, self._people = room, people
        self._casework, self._clock = casework, clock
