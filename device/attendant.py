"""Stands at the door: answers who shows a code, heeds the buttons, obeys control cards.

It puts together what the parts know and knows no file, pin or picture itself. What the journal
should say is handed back as remarks: only the scanner writes.
"""

from collections.abc import Callable

import msgspec
import structlog

from device.cards.orders import Orders
from device.cards.posts import Posts
from device.commands import Commands
from device.flow import Credential, Instant, Order, Press, Pressed, Remark, Signal, Verdict
from device.mandate import Mandate, News
from device.passages.passages import Passages
from device.verdict.direction import Chosen, Ways
from device.verdict.judge import judge
from wire import controlcard
from wire.policy import Policy
from wire.record import Direction, Identity, Mark, Outcome, Reason, Signature, What

log = structlog.get_logger()

ATTENDED = "attended"
"""The kind of a scan without a code: the attendant let one person in. Never renamed."""
COMMANDED = "commanded"
"""The same, at the district's word. Never renamed."""
ADMIT_EVERY_NS = 10**9
FOREVER_S = float("inf")


class Attendant:
    """The Doorman port of the scanner."""

    def __init__(  # noqa: PLR0913, PLR0917  (all that meets at a door)
        self,
        mandate: Mandate,
        passages: Passages,
        cards: Orders,
        ways: Ways,
        heard: Callable[[Policy], None] = lambda _policy: None,
        clock_notes: Callable[[], tuple[Remark, ...]] = tuple,
        posts: Posts | None = None,
        commands: Commands | None = None,
    ) -> None:
        """Take the parts; `begin` opens them.

        `heard` is told of every policy in force; `clock_notes` says what is to be noted of the
        time; `posts` where cards have said that the gate stands; `commands` what the district has
        it do.
        """
        self._posts, self._commands = posts, commands
        self._clock_notes = clock_notes
        self._mandate, self._passages, self._cards, self._ways = mandate, passages, cards, ways
        self._heard = heard
        self._admitted_ns: int | None = None

    def begin(self, now: Instant) -> tuple[Remark, ...]:
        """Take up what is remembered and in force; the journal is open."""
        news = self._mandate.begin(now)
        self._go_by_policy()
        remarks = (*self._passages.begin(now), *self._placed(now))
        return (*self._policy_in_force(), *remarks, *self._siblings(news))

    def answer(self, credential: Credential, now: Instant, way: Direction | None = None) -> Verdict:
        """Say whether the holder may pass, and which way; every credential has an answer.

        `way`: somebody has said which.
        """
        content = credential.content
        if isinstance(content, controlcard.Parsed):
            return self._shown(self._cards.judge(content, self._unknown(now).direction, now))
        standing = self._passages.standing(credential, now)
        chosen = Chosen(way) if way else self._ways.of(standing.last, standing.since_s, now.up_ns)
        mandate = self._mandate
        verdict = judge(credential, chosen.direction, mandate.policy, mandate.trust, standing, now)
        return _inferred(verdict, chosen)

    def admit(self, now: Instant) -> Verdict | None:
        """Let one person in at the attendant's word; None if that was done a moment ago."""
        before = self._admitted_ns
        if before is not None and now.up_ns - before < ADMIT_EVERY_NS:
            return None
        self._admitted_ns = now.up_ns
        return self._let_through(ATTENDED, now)

    def ordered(self, now: Instant) -> Order | None:
        """Return what the district has the door do; opened once is a passage of its own kind."""
        if self._commands is None:
            return None
        order = self._commands.heed(now, may_open=self._mandate.policy.open_once)
        if order is None or not order.opens:
            return order
        return msgspec.structs.replace(order, verdict=self._let_through(COMMANDED, now))

    def _let_through(self, kind: str, now: Instant) -> Verdict:
        """Return the answer to somebody of whom nothing is known, and who may pass."""
        chosen = self._unknown(now)
        verdict = Verdict(
            kind=kind,
            signature=Signature.NOT_CHECKED,
            identity=Identity.UNKNOWN,
            outcome=Outcome.ACCEPTED,
            reason=Reason.ATTENDED,
            direction=chosen.direction,
            signal=Signal.ACCEPT,
        )
        return _inferred(verdict, chosen)

    def heed(self, pressed: Pressed) -> tuple[Remark, ...]:
        """Take note of what came in at a pin."""
        match pressed.what:
            case Press.SERVICE:
                self._cards.arm(pressed.up_ns)
            case Press.DIRECTION:
                self._ways.press(pressed.up_ns)
            case Press.PASSED:
                self._passages.went_through(pressed.up_ns)
            case Press.OPENED | Press.CLOSED:
                is_open = pressed.what is Press.OPENED
                log.error("enclosure.opened") if is_open else log.info("enclosure.closed")
                return (Remark(What.OPENED, {"open": is_open}),)
        return ()

    def stored(
        self, credential: Credential, verdict: Verdict, seq: int, now: Instant
    ) -> tuple[Remark, ...]:
        """Do what follows from an answer that record `seq` has stored, and that was shown."""
        if verdict.outcome is Outcome.OBEYED:
            return self._cards.obey(credential.content, now)
        if isinstance(credential.content, controlcard.Parsed):
            return self._cards.refused(credential.content, verdict.reason)
        if verdict.outcome is Outcome.ACCEPTED:
            self._passages.passed(credential, verdict, seq, now)
            self._ways.passed()
        return ()

    def tend(self, now: Instant) -> tuple[Remark, ...]:
        """Do what may wait until no one is waiting."""
        if self._posts is not None:
            self._posts.told()
        remarks = (*self._clock_notes(), *self._passages.tend(now))
        news = self._mandate.refresh(now)
        if news.policy:
            self._go_by_policy()
            remarks = (*remarks, *self._policy_in_force())
        return (*remarks, *self._siblings(news))

    def close(self) -> None:
        """Write what is not written yet; harmless when repeated."""
        self._passages.close()

    def _placed(self, now: Instant) -> tuple[Remark, ...]:
        """Say where the gate stands since a card moved it; nobody is inside there yet."""
        if self._posts is None:
            return ()
        news = self._posts.news(self._posts.in_force(now))
        return (*news, self._passages.set_count(0, "moved")) if news else ()

    def _unknown(self, now: Instant) -> Chosen:
        """Return the way of someone of whom nothing is known."""
        return self._ways.of(None, None, now.up_ns)

    def _go_by_policy(self) -> None:
        policy = self._mandate.policy
        self._heard(policy)
        self._passages.alone = policy.gates_of_place in (None, 1)
        self._ways.heeding(policy.direction, policy.again.timeout_min * 60 or FOREVER_S)

    def _policy_in_force(self) -> tuple[Remark, ...]:
        """Say which policy is in force; a site that never had one is told apart by its silence."""
        policy = self._mandate.policy
        if not policy.version:
            return ()
        log.info("policy", version=policy.version)
        return (Remark(What.POLICY, {"site": policy.site, "version": policy.version}),)

    def _siblings(self, news: News) -> tuple[Remark, ...]:
        if news.siblings is None:
            return ()
        return self._passages.hold(news.siblings, news.arrived_ns)

    def _shown(self, verdict: Verdict) -> Verdict:
        """Return the answer to a card with the signal that the site's policy has for it."""
        shown = self._mandate.policy.signals.get(verdict.reason)
        return msgspec.structs.replace(verdict, signal=Signal(shown.value)) if shown else verdict


def _inferred(verdict: Verdict, chosen: Chosen) -> Verdict:
    """Mark a passage whose way nobody said."""
    if not chosen.inferred or verdict.outcome is not Outcome.ACCEPTED:
        return verdict
    return msgspec.structs.replace(verdict, marks=(*verdict.marks, Mark.WAY_INFERRED))
