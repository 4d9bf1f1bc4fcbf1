"""Answers the pages: who may, and where, is asked here; each deed leaves a row of the audit."""

from collections.abc import Callable
from typing import Any

from collector.cases.audit import Audit
from collector.cases.entries import Act, Row
from collector.cases.roles import Actor, Right
from collector.dispatch import rings
from collector.dispatch.drafts import Drafts, differing, fields_of, rules
from collector.dispatch.entries import (
    Draft,
    Limits,
    Ordered,
    Progress,
    Replay,
    Review,
    Rollout,
    Site,
    Stage,
    Why,
)
from collector.dispatch.figures import Figures
from collector.dispatch.following import local_hour
from collector.dispatch.orders import Orders
from collector.dispatch.publishing import Publisher
from collector.dispatch.replay import replayed
from collector.dispatch.rolling import Rolling
from collector.dispatch.worse import usually
from collector.errors import DraftInvalid, NotAllowed, RolloutOver, RolloutWider, SiteUnknown
from collector.roster import Roster
from wire.canonical import parse, read
from wire.keys import Signed
from wire.policy import same_site, spelled, understood

MOST_ROWS = 500


class Counter:
    """The port `Dispatching`, in the process that has the keys."""

    def __init__(  # noqa: PLR0913, PLR0917  (what the process has put together)
        self,
        orders: Orders,
        drafts: Drafts,
        rolling: Rolling,
        figures: Figures,
        publisher: Publisher,
        audit: Audit,
        roster: Callable[[], Roster],
        wall_ms: Callable[[], int],
    ) -> None:
        """Take the parts."""
        self._orders, self._drafts, self._rolling = orders, drafts, rolling
        self._figures, self._publisher, self._audit = figures, publisher, audit
        self._roster, self._wall_ms = roster, wall_ms

    def order(self, actor: Actor, gate: str, does: str) -> Ordered:
        """Give a command, audited before it is signed."""
        self._allowed(actor, Right.COMMAND, gate=gate)
        self._commit(actor, Act.COMMANDED, f"{gate} {does[:32]}")
        may_open = self._opens(gate)
        return self._orders.give(gate, does, actor.officer, self._wall_ms(), may_open=may_open)

    def orders(self, actor: Actor, gate: str) -> tuple[Ordered, ...]:
        """Return a gate's commands."""
        self._allowed(actor, Right.BOARD, gate=gate)
        return self._orders.of(gate)

    def may_open(self, actor: Actor, gate: str) -> bool:
        """Ask the policy that the gate goes by."""
        self._allowed(actor, Right.BOARD, gate=gate)
        return self._opens(gate)

    def sites(self, actor: Actor) -> tuple[Site, ...]:
        """Return the places within the actor's reach."""
        self._allowed(actor, Right.POLICY)
        names = dict.fromkeys(spelled(each.place) for each in self._roster().gates if each.place)
        unsigned = self._drafts.unsigned()
        latest: dict[str, Rollout] = {}
        for each in self._rolling.latest():
            latest.setdefault(each.site, each)
        found, published = [], self._publisher.published()
        for name in names:
            if not self._reaches(actor, name):
                continue
            held, roll = self._rolling.in_force(name, published), latest.get(name)
            running = roll is not None and roll.stage is Stage.RUNNING
            about = (held.version if held else 0, roll.number if roll else 0, running)
            gates = self._publisher.gates_of(name)
            found.append(Site(name, gates, *about, unsigned.get(name, "")))
        return tuple(found)

    def draft(self, actor: Actor, site: str) -> Draft:
        """Return what is being edited."""
        site = spelled(site)
        self._allowed(actor, Right.POLICY, site=site)
        return self._current(site)[0]

    def save(self, actor: Actor, site: str, revision: int, document: dict[str, Any]) -> Draft:
        """Keep an edit."""
        site = spelled(site)
        self._allowed(actor, Right.POLICY, site=site)
        rules(site, document)  # what no gate could keep is in no audit
        self._commit(actor, Act.POLICY_SAVED, site)
        now_ms = self._wall_ms()
        return self._drafts.save(site, revision, document, actor.officer, now_ms)

    def review(self, actor: Actor, site: str, limits: Limits) -> Review:
        """Replay yesterday, and say what would change."""
        site = spelled(site)
        self._allowed(actor, Right.POLICY, site=site)
        draft, in_force = self._current(site)
        gates, now_ms = self._publisher.gates_of(site), self._wall_ms()
        complaint, _, where = self._complaint(site, draft).partition(" - at ")
        day = local_hour(now_ms)[0] - 1
        usual = self._figures.usual(gates, now_ms - 86_400_000, now_ms)
        accepted = round(100 * usually(usual, Why.ACCEPTED)) if usual.codes else None
        if complaint:
            replay = Replay(day, 0, (), None, None)
        else:
            known = {each.gate: each.directions for each in self._roster().gates}
            classes = self._figures.classes(gates, day)
            replay = replayed(classes, rules(site, draft.document), day, known)
        drop = 100 * limits.accepted_drop
        would, was = replay.would_share, replay.accepted_share
        doomed = would is not None and was is not None and would < was - drop
        fields = differing(in_force, draft.document)
        shares = (float(accepted) if accepted is not None else None, doomed)
        return Review(draft, in_force, fields, replay, *shares, complaint, where.strip("`$."))

    def sign(self, actor: Actor, site: str, revision: int, limits: Limits) -> int:
        """Sign, and give it to the first ring."""
        site = spelled(site)
        self._allowed(actor, Right.POLICY, site=site)
        draft, _ = self._current(site)
        complaint = self._complaint(site, draft)
        if complaint:
            raise DraftInvalid(complaint)
        self._commit(actor, Act.POLICY_SIGNED, site)
        words = (draft.document, limits, actor.officer, self._wall_ms())
        return self._rolling.begin(site, revision, *words).number

    def rollout(self, actor: Actor, number: int) -> Progress:
        """Return how it does."""
        rollout, signed, _ = self._mine(actor, number)
        watched, took = self._rolling.watched(rollout, self._wall_ms())
        running = rollout.stage is Stage.RUNNING
        measures = watched.measures if running else rollout.measures
        policy = fields_of(understood(read(Signed, parse(signed)).doc))
        found = rings.rings(rollout.order, rollout.limits)
        return Progress(rollout, found, tuple(took), measures, policy)

    def rollouts(self, actor: Actor) -> tuple[Rollout, ...]:
        """Return those within the actor's reach."""
        self._allowed(actor, Right.POLICY)
        return tuple(each for each in self._rolling.latest() if self._reaches(actor, each.site))

    def widen(self, actor: Actor, number: int, ring: int) -> None:
        """Go on now."""
        rollout, _, _ = self._mine(actor, number)
        if rollout.ring != ring:  # of what is not done there is no row
            raise RolloutWider
        self._commit(actor, Act.POLICY_WIDENED, rollout.site)
        self._rolling.widen(number, ring, self._wall_ms())

    def take_back(self, actor: Actor, number: int) -> None:
        """Put the rules before it back."""
        rollout, _, _ = self._mine(actor, number)
        self._commit(actor, Act.POLICY_TAKEN_BACK, rollout.site)
        self._rolling.take_back(number, actor.officer, self._wall_ms())

    def audited(self, actor: Actor, limit: int) -> tuple[Row, ...]:
        """Return who did what."""
        self._allowed(actor, Right.AUDIT)
        return self._audit.latest(max(1, min(limit, MOST_ROWS)))

    def _opens(self, gate: str) -> bool:
        rules = self._publisher.goes_by(gate, self._figures.version(gate))
        return rules is not None and rules.open_once

    def _current(self, site: str) -> tuple[Draft, dict[str, Any]]:
        """Return the draft that lies here, else what is in force as one, and what is in force."""
        held = self._rolling.in_force(site)
        in_force = fields_of(held if held is not None else rules(site, {}))
        last, signed = self._drafts.last(site)
        if last is None:
            return Draft(site, 0, in_force), in_force
        if signed:
            return Draft(site, last.revision, in_force, last.by, last.at_ms), in_force
        return last, in_force

    def _complaint(self, site: str, draft: Draft) -> str:
        try:
            found = rules(site, draft.document)
        except DraftInvalid as error:
            return str(error)
        gates = len(self._publisher.gates_of(site))
        if found.gates_of_place is not None and gates > found.gates_of_place:
            return "gates_of_place: more gates than that are enrolled for this place"
        return ""

    def _mine(self, actor: Actor, number: int) -> tuple[Rollout, bytes, bytes]:
        self._allowed(actor, Right.POLICY)
        found = self._rolling.one(number)
        if not self._reaches(actor, found[0].site, gone=True):
            raise RolloutOver
        return found

    def _allowed(self, actor: Actor, right: Right, *, gate: str = "", site: str = "") -> None:
        if not actor.may(right):
            raise NotAllowed
        if gate and gate not in self._roster().names():
            raise SiteUnknown(gate)
        if gate and not self._stands_within(actor, gate):
            raise NotAllowed
        if site and not self._reaches(actor, site):
            raise SiteUnknown(site)

    def _reaches(self, actor: Actor, site: str, *, gone: bool = False) -> bool:
        """Say whether a place has gates and all of them are within reach."""
        gates = [each.gate for each in self._roster().gates if same_site(each.place, site)]
        if not gates:
            return gone and actor.is_everywhere
        return all(self._stands_within(actor, gate) for gate in gates)

    def _stands_within(self, actor: Actor, gate: str) -> bool:
        if actor.is_everywhere:
            return True
        roster = self._roster()
        place = roster.place_of(gate)
        areas = set(roster.area_and_above(place.area))
        return (
            bool(areas & set(actor.areas))
            or place.sector in actor.sectors
            or place.id in actor.places
        )

    def _commit(self, actor: Actor, act: Act, about: str) -> None:
        self._audit.commit(actor, act, self._wall_ms(), about=about[:200])
