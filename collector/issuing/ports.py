"""What the desk can be asked, by whom: the page may declare, officers give out and withdraw."""

from typing import Protocol

import msgspec

from collector.declaration.consequence import Rules
from collector.issuing.duties import Change, Task
from collector.issuing.entries import (
    Batch,
    Entered,
    Issued,
    Listed,
    Team,
    Withdrawn,
)
from wire.keys import SealKey


class About(msgspec.Struct, frozen=True):
    """What everybody may know."""

    authority: str
    help_line: str
    station: str
    """Telephone of the health station that gives advice."""
    communes: tuple[tuple[str, str], ...]
    """Code and name, in the order in which they are shown."""
    seal: SealKey
    """To whom declarations are sealed."""
    rules: Rules = Rules()


class Declaring(Protocol):
    """The desk, as far as the public page may ask it.

    - `declare` is durable when it returns, and the same form again gets the same answer.
    - Nothing that was declared comes back.
    - Whoever asks is not believed: the kind of a pass follows from the task by the desk's own
      rules, and what no person could get at the page is refused.
    - Raises DeskAway and DeclarationsMany (try again), DeclarationRefused, IssuerFull, WayClosed.
    """

    def about(self) -> About:
        """Return what everybody may know."""
        ...

    def declare(self, form: bytes, sealed: bytes, area: str, task: str, ends: int) -> str:
        """Keep a sealed declaration; return the text of its pass, empty where it gets none."""
        ...


class Issuing(Protocol):
    """The desk, as officers' pages ask it.

    Raises DeskAway (try again), OrderInvalid, ListRefused, WayClosed, IssuerFull, PassesMany,
    PassUnknown. What has an `owner` reaches that institution's passes and no other.
    """

    def sealing(self) -> SealKey:
        """Return to whom people on lists are sealed."""
        ...

    def enlist(self, batch: Batch) -> Listed:
        """Give everybody on a list a pass, all or none."""
        ...

    def withdraw(self, owner: str, numbers: tuple[bytes, ...]) -> Withdrawn:
        """Withdraw an institution's passes; all or none."""
        ...

    def withdraw_team(self, owner: str, team: str) -> Withdrawn:
        """Withdraw those of a whole class or team."""
        ...

    def replace(self, owner: str, number: bytes) -> Issued:
        """Withdraw a pass and issue another to the same person; twice, it is the same other."""
        ...

    def teams(self, owner: str) -> tuple[Team, ...]:
        """Return the classes and teams of an institution, in the order of their names."""
        ...

    def tasks(self, areas: tuple[str, ...] | None, done: bool) -> tuple[Task, ...]:  # noqa: FBT001
        """Return what is to be looked after in some areas, in all for None; open, or done."""
        ...

    def change_task(self, areas: tuple[str, ...] | None, wanted: Change) -> Task:
        """Change a task that stands as it was seen; raise TaskUnknown, TaskChanged."""
        ...

    def owned(self, owner: str, team: str | None, after: bytes, limit: int) -> tuple[Entered, ...]:
        """Return passes of an institution, in the order of their numbers."""
        ...
