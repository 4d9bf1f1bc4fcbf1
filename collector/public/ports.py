"""What the public page needs from the desk that issues passes, on one page."""

from typing import Protocol

import msgspec

from collector.declaration.consequence import Rules
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


class Desk(Protocol):
    """The desk, as far as the public may ask it.

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
