"""What the dispatch can be asked by the pages."""

from typing import Any, Protocol

from collector.cases.entries import Row
from collector.cases.roles import Actor
from collector.dispatch.entries import Draft, Limits, Ordered, Progress, Review, Rollout, Site


class Dispatching(Protocol):
    """The dispatch, as the pages ask it.

    - A request names the actor; the dispatch believes who may connect, and asks the table of roles
      and the grants itself.
    - What changes something leaves one row of the audit, written before it is done.
    - Figures come as they may be shown: no small number of people.
    - Raises DispatchAway (try again), NotAllowed, and what each says.
    """

    def order(self, actor: Actor, gate: str, does: str) -> Ordered:
        """Give a gate a command.

        Raises CommandOpen, CommandRefused, SigningKeyUnfit, SiteUnknown.
        """
        ...

    def orders(self, actor: Actor, gate: str) -> tuple[Ordered, ...]:
        """Return the latest commands of a gate."""
        ...

    def may_open(self, actor: Actor, gate: str) -> bool:
        """Say whether the policy of a gate's place lets the district open the door."""
        ...

    def sites(self, actor: Actor) -> tuple[Site, ...]:
        """Return the places that have a gate, and how each stands with its policy."""
        ...

    def draft(self, actor: Actor, site: str) -> Draft:
        """Return the draft of a place's policy, or what is in force. Raises SiteUnknown."""
        ...

    def save(self, actor: Actor, site: str, revision: int, document: dict[str, Any]) -> Draft:
        """Keep an edit that began from `revision`. Raises DraftChanged, DraftInvalid."""
        ...

    def review(self, actor: Actor, site: str, limits: Limits) -> Review:
        """Return what would change, before signing."""
        ...

    def sign(self, actor: Actor, site: str, revision: int, limits: Limits) -> int:
        """Sign a draft and begin to roll it out; return the rollout's number.

        Raises DraftChanged, DraftInvalid, RolloutRunning, SigningKeyUnfit.
        """
        ...

    def rollout(self, actor: Actor, number: int) -> Progress:
        """Return how a rollout does. Raises RolloutOver."""
        ...

    def rollouts(self, actor: Actor) -> tuple[Rollout, ...]:
        """Return the latest rollouts."""
        ...

    def widen(self, actor: Actor, number: int, ring: int) -> None:
        """Go on now from the ring that the actor has seen. Raises RolloutOver, RolloutWider."""
        ...

    def take_back(self, actor: Actor, number: int) -> None:
        """Put the rules before it back in force. Raises RolloutOver."""
        ...

    def audited(self, actor: Actor, limit: int) -> tuple[Row, ...]:
        """Return who did what here, the newest first."""
        ...
