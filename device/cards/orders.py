"""Says whether a control card is obeyed, and obeys it.

A card that changes something is obeyed once, and only within half a minute after the service button
inside the box was pressed: neither a poster nor a photographed card can re-set a gate.
"""

from collections.abc import Callable, Mapping

import msgspec
import structlog

from device.cards.deeds import Deed
from device.cards.used import UsedCards
from device.credential.control_card import KIND
from device.flow import Instant, Remark, Verdict
from device.verdict.reasons import TABLE
from wire.controlcard import Card, Parsed
from wire.errors import SignatureInvalid, WireError
from wire.keys import Keyring
from wire.record import ClockState, Direction, Identity, Mark, Outcome, Reason, Signature, What

log = structlog.get_logger()

ANY = "*"
ARMED_NS = 30 * 10**9
SKEW_S = 300
"""A card made a moment ago at another clock is not "not yet valid"."""


class Orders:
    """What this gate does when it is shown a card."""

    def __init__(
        self,
        ring: Keyring,
        scopes: frozenset[str],
        used: UsedCards,
        deeds: Mapping[str, Deed],
        past_ms: Callable[[], int],
    ) -> None:
        """Obey cards signed by `ring`, for one of `scopes`, that ask for one of `deeds`.

        `past_ms` gives a wall time that is surely past, such as that of the policy in force: a card
        that ran out before it is expired, however unsure the clock is.
        """
        self._ring, self._scopes, self._used, self._deeds = ring, scopes, used, deeds
        self._past_ms = past_ms
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
        done = deed.prepare(card.needs)(now)
        log.info("card.obeyed", does=card.does)
        return (Remark(What.CARD, {"does": card.does, "number": card.number.hex()}), *done)

    def _reason(self, shown: Parsed, now: Instant) -> Reason:
        card = shown.claims
        try:
            shown.verify(self._ring)
        except SignatureInvalid:
            return Reason.BAD_SIGNATURE
        if card.scope != ANY and card.scope not in self._scopes:
            return Reason.CARD_ELSEWHERE
        deed = self._deeds.get(card.does)
        if deed is None or not _understood(deed, card):
            return Reason.CARD_UNKNOWN
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
        armed = since is not None and 0 <= since <= ARMED_NS
        return None if armed else Reason.SERVICE_ASKED


def _understood(deed: Deed, card: Card) -> bool:
    try:
        deed.prepare(card.needs)
    except (WireError, msgspec.ValidationError):
        return False
    return True
