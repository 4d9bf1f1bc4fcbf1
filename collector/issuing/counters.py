"""The desk's two counters: what the public page is answered, and what officers' pages are."""

from collections.abc import Callable

from collector.declaration.consequence import PassFor, Rules
from collector.issuing.declarations import Declarations
from collector.issuing.duties import Change, Duties, Task
from collector.issuing.entries import (
    Batch,
    Entered,
    Issued,
    Listed,
    Order,
    Standing,
    Team,
    Way,
    Withdrawn,
)
from collector.issuing.holders import Holders
from collector.issuing.issuer import Issuer
from collector.issuing.ports import About
from collector.issuing.register import Register
from collector.roster import Roster
from wire.keys import SealKey

HOLDERS = {PassFor.SELF.value: "resident", PassFor.ATTENDANT.value: "attendant"}
"""Class of holder of a self-service pass, by what follows from the declaration."""


class PublicCounter:
    """Takes declarations; see ports.Declaring."""

    def __init__(
        self,
        declarations: Declarations,
        roster: Callable[[], Roster],
        about: tuple[SealKey, str, Rules],
        clock: Callable[[], int],
    ) -> None:
        """Take where they are kept, the roster, what else is told, and the time in ms."""
        self._declarations, self._roster, self._clock = declarations, roster, clock
        self._seal, self._station, self._rules = about

    def about(self) -> About:
        """Return what everybody may know: of the roster its communes, and nobody's name."""
        roster = self._roster()
        above = {area.parent for area in roster.areas}
        communes = [(area.code, area.name) for area in roster.areas if area.code not in above]
        texts = {gate.area: gate.area for gate in roster.gates}
        return About(
            authority=roster.authority,
            help_line=roster.help_line,
            station=self._station or roster.help_line,
            communes=tuple(communes or sorted(texts.items())),
            seal=self._seal,
            rules=self._rules,
        )

    def declare(
        self, form: bytes, sealed: bytes, area: str, task: str, gets: str, ends: int
    ) -> str:
        """Keep a declaration, and give the pass that goes with it."""
        now_ms, holder = self._clock(), HOLDERS.get(gets)
        order = Order(Way.SELF, holder, now_ms // 1000, ends) if holder else None
        made = self._declarations.declare(form, sealed, area, task, order, now_ms)
        return made.text if made else ""


class OfficersCounter:
    """Issues and withdraws; see ports.Issuing."""

    def __init__(
        self,
        issuer: Issuer,
        register: Register,
        lists: tuple[Holders, SealKey],
        clock: Callable[[], int],
        duties: Duties,
    ) -> None:
        """Take who signs, what is known of passes and whose they are, the time in ms, and tasks."""
        self._duties = duties
        self._issuer, self._register, self._clock = issuer, register, clock
        self._holders, self._seal = lists

    def sealing(self) -> SealKey:
        """Return to whom people on lists are sealed."""
        return self._seal

    def enlist(self, batch: Batch) -> Listed:
        """Give everybody on a list a pass."""
        return self._holders.enlist(batch, self._now_s)

    def withdraw(self, owner: str, numbers: tuple[bytes, ...]) -> Withdrawn:
        """Withdraw an institution's passes."""
        return self._holders.withdraw(owner, numbers, self._now_s)

    def withdraw_team(self, owner: str, team: str) -> Withdrawn:
        """Withdraw those of a whole class or team."""
        return self._holders.withdraw_team(owner, team, self._now_s)

    def replace(self, owner: str, number: bytes) -> Issued:
        """Issue another pass to the same person."""
        return self._holders.replace(owner, number, self._now_s)

    def teams(self, owner: str) -> tuple[Team, ...]:
        """Return the classes and teams of an institution."""
        return self._holders.teams(owner, self._now_s)

    def issue(self, order: Order) -> tuple[Issued, ...]:
        """Issue what is ordered."""
        return self._issuer.issue(order, self._now_s)

    def mark(self, numbers: tuple[bytes, ...], standing: Standing) -> None:
        """Change how passes stand."""
        self._issuer.mark(numbers, standing, self._now_s)

    def mark_team(self, owner: str, team: str, standing: Standing) -> int:
        """Change how a whole team's passes stand."""
        return self._issuer.mark_team(owner, team, standing, self._now_s)

    def mark_way(self, way: Way, gone: bool) -> None:  # noqa: FBT001  # as it travels
        """Withdraw all of one way, or take that back."""
        self._issuer.mark_way(way, gone=gone, now_s=self._now_s)

    def tasks(self, areas: tuple[str, ...] | None, done: bool) -> tuple[Task, ...]:  # noqa: FBT001
        """Return what is to be looked after."""
        return self._duties.tasks(areas, done=done)

    def change_task(self, areas: tuple[str, ...] | None, wanted: Change) -> Task:
        """Change a task."""
        return self._duties.change(areas, wanted, self._clock())

    def find(self, ending: str, owner: str | None) -> Entered:
        """Return the one pass whose number ends so."""
        return self._register.find(ending, owner)

    def owned(self, owner: str, team: str | None, after: bytes, limit: int) -> tuple[Entered, ...]:
        """Return passes of an institution."""
        return self._register.owned(owner, team, after, limit)

    @property
    def _now_s(self) -> int:
        return self._clock() // 1000
