"""What the desk can be asked, by whom: the public page may declare, officers issue and withdraw."""

from typing import Protocol

import msgspec

from collector.declaration.consequence import Rules
from collector.issuing.duties import Change, Task
from collector.issuing.entries import Entered, Issued, Order, Standing, Way
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
    - Raises DeskAway (try again), DeclarationRefused, IssuerFull, WayClosed.
    """

    def about(self) -> About:
        """Return what everybody may know."""
        ...

    def declare(
        self, form: bytes, sealed: bytes, area: str, task: str, gets: str, ends: int
    ) -> str:
        """Keep a sealed declaration; return the text of its pass, empty where it gets none."""
        ...


class Issuing(Protocol):
    """The desk, as officers' pages ask it.

    Raises DeskAway (try again), OrderInvalid, WayClosed, IssuerFull, PassUnknown.
    """

    def issue(self, order: Order) -> tuple[Issued, ...]:
        """Issue what is ordered, all or none."""
        ...

    def mark(self, numbers: tuple[bytes, ...], standing: Standing) -> None:
        """Withdraw passes, suspend them, or take that back; all or none."""
        ...

    def mark_team(self, owner: str, team: str, standing: Standing) -> int:
        """Do so with a whole class or team; return how many that are."""
        ...

    def mark_way(self, way: Way, gone: bool) -> None:  # noqa: FBT001  # as it travels
        """Withdraw every pass of one way at once, or take that back."""
        ...

    def tasks(self, areas: tuple[str, ...] | None, done: bool) -> tuple[Task, ...]:  # noqa: FBT001
        """Return what is to be looked after in some areas, in all for None; open, or done."""
        ...

    def change_task(self, areas: tuple[str, ...] | None, wanted: Change) -> Task:
        """Change a task that stands as it was seen; raise TaskUnknown, TaskChanged."""
        ...

    def find(self, ending: str, owner: str | None) -> Entered:
        """Return the one pass whose number ends so."""
        ...

    def owned(self, owner: str, team: str | None, after: bytes, limit: int) -> tuple[Entered, ...]:
        """Return passes of an institution, in the order of their numbers."""
        ...
