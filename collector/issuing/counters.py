"""The desk's two counters: what the public page is answered, and what officers' pages are."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from collector.declaration.consequence import Consequence, PassFor, Rules, Task, following
from collector.declaration.sealed import envelope
from collector.errors import DeclarationRefused, PassesMany
from collector.issuing import duties
from collector.issuing.declarations import LARGEST, Declarations
from collector.issuing.duties import Change, Duties
from collector.issuing.entries import (
    Batch,
    Entered,
    Issued,
    Listed,
    Order,
    Team,
    Way,
    Withdrawn,
)
from collector.issuing.holders import Holders
from collector.issuing.ports import About
from collector.issuing.register import Register
from collector.roster import Roster
from collector.stores import Stores
from wire.errors import WireError
from wire.gatepass import ATTENDANT, RESIDENT
from wire.keys import SealKey

GIVEN_BURST, GIVEN_PER_S = 50_000, 0.5
"""Passes that an institution may be given: five lists of the longest at once, four in a day."""
HOLDERS = {PassFor.SELF: RESIDENT, PassFor.ATTENDANT: ATTENDANT}
"""Class of holder of a self-service pass, by what follows from the declaration."""


class PublicCounter:
    """Takes declarations; see ports.Declaring.

    Who asks decodes what strangers send, so nothing is believed that can be known here: whoever
    breaks in there gets what a person at the page gets, and no more.
    """

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

    def declare(self, form: bytes, sealed: bytes, area: str, task: str, ends: int) -> str:
        """Keep a declaration, and give the pass that goes with it."""
        now_ms = self._clock()
        now_s = now_ms // 1000
        follows = self._follows(task, now_s)
        if not now_s < ends <= follows.ends:
            raise DeclarationRefused(DeclarationRefused.TERM)
        if area not in {code for code, _ in self.about().communes}:
            raise DeclarationRefused(DeclarationRefused.AREA)
        self._check(sealed)
        holder = HOLDERS.get(follows.gets)
        order = Order(Way.SELF, holder, now_s, ends) if holder else None
        made = self._declarations.declare(form, sealed, area, task, order, now_ms)
        return made.text if made else ""

    def _follows(self, task: str, now_s: int) -> Consequence:
        try:
            return following(Task(task) if task else None, self._rules, now_s)
        except ValueError as error:
            raise DeclarationRefused(DeclarationRefused.TASK) from error

    def _check(self, sealed: bytes) -> None:
        """Refuse what the vault could not open; what is in it, only the vault can say."""
        if not 0 < len(sealed) <= LARGEST:
            raise DeclarationRefused(DeclarationRefused.SIZE)
        try:
            found = envelope(sealed)
        except WireError as error:
            raise DeclarationRefused(DeclarationRefused.SEAL) from error
        if found.to != self._seal.kid:
            raise DeclarationRefused(DeclarationRefused.SEAL)


class OfficersCounter:
    """Gives out lists and withdraws; see ports.Issuing."""

    def __init__(
        self,
        register: Register,
        lists: tuple[Holders, SealKey],
        clock: Callable[[], int],
        duties: Duties,
    ) -> None:
        """Take what is known of passes and whose they are, the time in ms, and tasks."""
        self._register, self._clock, self._duties = register, clock, duties
        self._holders, self._seal = lists
        self._given, self._lock = Stores(GIVEN_BURST, GIVEN_PER_S), threading.Lock()

    def sealing(self) -> SealKey:
        """Return to whom people on lists are sealed."""
        return self._seal

    def enlist(self, batch: Batch) -> Listed:
        """Give everybody on a list a pass."""
        with self._counted(batch.owner) as given:
            listed = self._holders.enlist(batch, self._now_s)
            given.append(0 if listed.again else listed.fresh + listed.replaced)
        return listed

    def withdraw(self, owner: str, numbers: tuple[bytes, ...]) -> Withdrawn:
        """Withdraw an institution's passes."""
        return self._holders.withdraw(owner, numbers, self._now_s)

    def withdraw_team(self, owner: str, team: str) -> Withdrawn:
        """Withdraw those of a whole class or team."""
        return self._holders.withdraw_team(owner, team, self._now_s)

    def replace(self, owner: str, number: bytes) -> Issued:
        """Issue another pass to the same person."""
        with self._counted(owner) as given:
            issued = self._holders.replace(owner, number, self._now_s)
            given.append(1)
        return issued

    def teams(self, owner: str) -> tuple[Team, ...]:
        """Return the classes and teams of an institution."""
        return self._holders.teams(owner, self._now_s)

    def tasks(self, areas: tuple[str, ...] | None, done: bool) -> tuple[duties.Task, ...]:  # noqa: FBT001
        """Return what is to be looked after."""
        return self._duties.tasks(areas, done=done)

    def change_task(self, areas: tuple[str, ...] | None, wanted: Change) -> duties.Task:
        """Change a task."""
        return self._duties.change(areas, wanted, self._clock())

    def owned(self, owner: str, team: str | None, after: bytes, limit: int) -> tuple[Entered, ...]:
        """Return passes of an institution."""
        return self._register.owned(owner, team, after, limit)

    @contextmanager
    def _counted(self, owner: str) -> Iterator[list[int]]:
        """Count what is given to an institution; raise PassesMany where it was very much.

        The last list goes through whole, whatever is left.
        """
        with self._lock:
            if self._given.share(owner, self._now_s) * GIVEN_BURST < 1:
                raise PassesMany
        given: list[int] = []
        yield given
        with self._lock:
            self._given.spend(owner, sum(given), self._now_s)

    @property
    def _now_s(self) -> int:
        return self._clock() // 1000
