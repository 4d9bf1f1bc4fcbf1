"""Says whether a control card is obeyed, and obeys it.

A card that changes something is obeyed once, and only within half a minute after the service button
inside the box was pressed: neither a poster nor a photographed card can re-set a gate.
"""

from collections.abc import Callable, Mapping

import msgspec
import structlog

from device.cards.deeds import Deed
from device.cards.posts import Post
from device.cards.used import UsedCards
from device.credential.control_card import KIND
from device.flow import Instant, Remark, Verdict
from device.verdict.reasons import TABLE
from device.verdict.trust import NoStatuses, Status, Statuses, Trust
from wire.cardwork import is_bounded
from wire.controlcard import ANY, Card, Parsed
from wire.controlcard import scopes as scopes_of
from wire.enrolment import Enrolment
from wire.errors import SignatureInvalid, WireError
from wire.keys import Keyring
from wire.record import ClockState, Direction, Identity, Mark, Outcome, Reason, Signature, What

log = structlog.get_logger()

ARMED_NS = 30 * 10**9
SKEW_S = 300
"""A card made a moment ago at another clock is not "not yet valid"."""


WITHDRAWN = {Status.WITHDRAWN: Reason.WITHDRAWN, Status.SUSPENDED: Reason.SUSPENDED}


class Heeded(msgspec.Struct, frozen=True):
    """Whose cards a gate heeds, and which."""

    ring: Keyring
    """The keys that may have signed them."""
    gate: str
    """This gate's name: what opens or empties a gate must name it."""
    scopes: frozenset[str]
    """Of which scopes it takes cards, besides those for every gate."""
    statuses: Statuses = NoStatuses()
    """Which cards were withdrawn, as far as is known here."""


def heeded(enrolment: Enrolment, post: Post, trust: Trust) -> Heeded:
    """Return whose cards a gate heeds where it stands."""
    scopes = scopes_of(enrolment.gate, post.place, post.area)
    return Heeded(trust.issuers, enrolment.gate, scopes, trust.statuses)


class Orders:
    """What this gate does when it is shown a card."""

    def __init__(
        self,
        heeded: Heeded,
        used: UsedCards,
        deeds: Mapping[str, Deed],
        past_ms: Callable[[], int],
        unsent: Callable[[], int] = int,
    ) -> None:
        """Obey cards that are `heeded` and ask for one of `deeds`.

        `past_ms` gives a wall time that is surely past, such as that of the policy in force: a card
        that ran out before it is expired, however unsure the clock is. `unsent` says how many scans
        only this gate has: a card that ends the records is not obeyed while there are any.
        """
        self._heeded, self._used, self._deeds = heeded, used, deeds
        self._past_ms, self._unsent = past_ms, unsent
        self._armed_ns: int | None = None

    def arm(self, up_ns: int) -> None:
        """Let cards count for half a minute: the service button was pressed."""
        self._armed_ns = up_ns

    def judge(self, shown: Parsed, direction: Direction, now: Instant) -> Verdict:
        """Say whether the card is obeyed. Nothing is done yet."""
        reason = self._reason(shown, now)
        forged = reason is Reason.BAD_SIGNATURE
        obeyed = reason is Reason.OBEYED
        unsure = obeyed and now.clock is ClockState.UNSYNCED
        return Verdict(
            kind=KIND,
            signature=Signature.FAILED if forged else Signature.CHECKED,
            identity=Identity.UNKNOWN,
            outcome=Outcome.OBEYED if obeyed else Outcome.REJECTED,
            reason=reason,
            direction=direction,
            signal=TABLE[reason].signal,
            marks=(Mark.CLOCK_UNSURE,) if unsure else (),
        )

    def obey(self, shown: Parsed, now: Instant) -> tuple[Remark, ...]:
        """Do what a card asks whose verdict was OBEYED and is stored; return what to note.

        It is marked as used first: a power cut may cost a card, never have it obeyed twice. One
        that can't be marked is not obeyed.
        """
        card = shown.claims
        deed = self._deeds[card.does]
        if deed.changes and not self._used.add(card.number, card.expires):
            return ()
        done = deed.prepare(card)(shown, now)
        log.info("card.obeyed", does=card.does)
        return (Remark(What.CARD, _said(card)), *done)

    def refused(self, shown: Parsed, reason: Reason) -> tuple[Remark, ...]:
        """Return what to note of a card whose verdict was another, and is stored.

        Where scans would have been lost, it says how many: in the log too, for who stands there.
        """
        if reason is not Reason.RECORDS_HELD:
            return ()
        waiting = self._unsent()
        log.error("card.refused", does=shown.claims.does, reason=reason, waiting=waiting)
        return (Remark(What.CARD, {**_said(shown.claims), "refused": reason, "waiting": waiting}),)

    def _reason(self, shown: Parsed, now: Instant) -> Reason:
        card, heeded = shown.claims, self._heeded
        try:
            shown.verify(heeded.ring)
        except SignatureInvalid:
            return Reason.BAD_SIGNATURE
        said = heeded.statuses.of(shown.kid, card.status, now.wall_ms / 1000).status
        if said in WITHDRAWN:
            return WITHDRAWN[said]
        if card.scope != ANY and card.scope not in heeded.scopes:
            return Reason.CARD_ELSEWHERE
        deed = self._deeds.get(card.does)
        if deed is None or not _understood(deed, card):
            return Reason.CARD_UNKNOWN
        if not is_bounded(card, heeded.gate):
            return Reason.CARD_UNBOUNDED
        return self._untimely(card, now) or self._unready(card, deed, now) or Reason.OBEYED

    def _untimely(self, card: Card, now: Instant) -> Reason | None:
        """Judge the card's dates.

        A gate without network has no sure clock, and a card may be what brings the network back; so
        an unsure clock refuses only what ran out before a time that is surely past.
        """
        unsure = now.clock is ClockState.UNSYNCED
        latest_ms = self._past_ms() if unsure else max(now.wall_ms, self._past_ms())
        if latest_ms >= card.expires * 1000:
            return Reason.EXPIRED
        if not unsure and now.wall_ms < (card.issued - SKEW_S) * 1000:
            return Reason.NOT_YET_VALID
        return None

    def _unready(self, card: Card, deed: Deed, now: Instant) -> Reason | None:
        if not deed.changes:
            return None
        if card.number in self._used:
            return Reason.CARD_USED
        since = None if self._armed_ns is None else now.up_ns - self._armed_ns
        if since is None or not 0 <= since <= ARMED_NS:
            return Reason.SERVICE_ASKED
        return Reason.RECORDS_HELD if deed.ends and self._unsent() else None


def _understood(deed: Deed, card: Card) -> bool:
    try:
        deed.prepare(card)
    except WireError:
        return False
    return True


def _said(card: Card) -> dict[str, object]:
    return {"does": card.does, "number": card.number.hex()}
