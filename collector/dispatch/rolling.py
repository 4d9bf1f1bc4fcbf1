"""Rolls policies out by rings, watches, and takes back what does worse. Its state is the database.

Each step can be broken off anywhere and taken again: what is decided is written first, and
publishing what is published already changes nothing. A policy is taken back by publishing the
rules before it under a newer version, since gates refuse an older one.

Officers ask in threads of their own; whatever changes a rollout has its turn alone, else the loop
would write that a ring follows over an officer's word that it is taken back.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import structlog

from collector.database.ports import Database
from collector.dispatch import rings
from collector.dispatch.drafts import Drafts, fields_of, rules
from collector.dispatch.entries import Limits, Measure, Rollout, Stage, Why
from collector.dispatch.figures import Figures, Now
from collector.dispatch.publishing import Publisher
from collector.dispatch.rings import Step, Watched
from collector.dispatch.worse import measured, total
from collector.errors import (
    CollectorError,
    RolloutOver,
    RolloutRunning,
    RolloutWider,
    SiteUnknown,
)
from wire.canonical import canonical, parse
from wire.policy import Policy, same_site

log = structlog.get_logger()

_PUT = "INSERT INTO rollout (site, version, stage, raw, signed, back) VALUES (?, ?, ?, ?, ?, ?)"
_LATEST = "SELECT number, raw FROM rollout ORDER BY number DESC LIMIT 200"
_BY_DAY = 100
"""Versions begin with the day, as the authority's desk numbers them."""


class Rolling:
    """All rollouts of the district."""

    def __init__(
        self,
        database: Database,
        publisher: Publisher,
        figures: Figures,
        drafts: Drafts,
        today: Callable[[int], int],
    ) -> None:
        """Take the parts; `today` gives a moment's local day as YYYYMMDD."""
        self._database, self._publisher = database, publisher
        self._figures, self._drafts, self._today = figures, drafts, today
        self._turn = threading.Lock()
        self._stuck: dict[int, str] = {}
        """What each rollout that is stuck was last said to be stuck at."""

    def in_force(self, site: str, published: Mapping[str, Policy] | None = None) -> Policy | None:
        """Return the rules that a place's gates are to have: the newest that is published to one.

        Where none of those that stand there was given any, it is what others were given that stood
        there before: that is what enrolment hands to gates that come. `published` is what all
        gates have, for whoever asks about many places.
        """
        found = self._publisher.published() if published is None else published
        own = {gate: each for gate, each in found.items() if same_site(each.site, site)}
        here = [own[gate] for gate in self._publisher.gates_of(site) if gate in own]
        return max(here or own.values(), key=lambda each: each.version, default=None)

    def begin(
        self,
        site: str,
        revision: int,
        document: dict[str, Any],
        limits: Limits,
        by: str,
        now_ms: int,
    ) -> Rollout:
        """Sign a draft and give it to the first ring.

        Raises SiteUnknown, RolloutRunning, DraftChanged, DraftInvalid, SigningKeyUnfit.
        """
        with self._turn:
            return self._begin(site, revision, document, limits, by, now_ms)

    def _begin(
        self,
        site: str,
        revision: int,
        document: dict[str, Any],
        limits: Limits,
        by: str,
        now_ms: int,
    ) -> Rollout:
        order = self._publisher.gates_of(site)
        if not order:
            raise SiteUnknown(site)
        before = self.in_force(site)
        version = self._version(site, now_ms)
        signed = self._publisher.sign_policy(rules(site, document, version, now_ms), now_ms)
        back = fields_of(before) if before is not None else {}
        made = Rollout(0, site, version, by, now_ms, Stage.RUNNING, 1, order, limits)
        with self._database.writing() as session:
            sql = "SELECT 1 FROM rollout WHERE site = ? AND stage = 'running'"
            if session.rows(sql, (site,)):
                raise RolloutRunning
            self._drafts.signed(session, site, revision)
            values = (site, version, made.stage.value, _spelled(made), signed, canonical(back))
            ((number,),) = session.rows(f"{_PUT} RETURNING number", values)
        made = msgspec.structs.replace(made, number=number)
        log.info("rollout.began", site=site, version=version, gates=len(order))
        self._give(made, signed)
        return made

    def step(self, now_ms: int, sure_ms: int) -> None:
        """Do what is next with every rollout that is under way; one's error stops no other.

        For how long a ring was watched counts by `sure_ms`, which no doubtful clock moves on.
        """
        for rollout in self.running():
            try:
                with self._turn:
                    self._step(rollout, now_ms, sure_ms)
                self._stuck.pop(rollout.number, None)
            except CollectorError as error:
                if self._stuck.get(rollout.number) != error.code:
                    log.warning("rollout.stuck", number=rollout.number, code=error.code)
                self._stuck[rollout.number] = error.code

    def running(self) -> tuple[Rollout, ...]:
        """Return those under way."""
        sql = "SELECT number, raw FROM rollout WHERE stage = 'running' ORDER BY number"
        with self._database.reading() as session:
            return tuple(_read(*row) for row in session.rows(sql))

    def latest(self) -> tuple[Rollout, ...]:
        """Return the latest, the newest first."""
        with self._database.reading() as session:
            return tuple(_read(*row) for row in session.rows(_LATEST))

    def one(self, number: int) -> tuple[Rollout, bytes, bytes]:
        """Return a rollout, its signed policy and the fields before it. Raises RolloutOver."""
        sql = "SELECT number, raw, signed, back FROM rollout WHERE number = ?"
        with self._database.reading() as session:
            found = session.rows(sql, (number,))
        if not found:
            raise RolloutOver
        row, raw, signed, back = found[0]
        return _read(row, raw), bytes(signed), bytes(back)

    def watched(self, rollout: Rollout, now_ms: int) -> tuple[Watched, dict[str, Now]]:
        """Return how the gates do that were given the policy, those that still stand there."""
        gates = self._given(rollout)
        took = {
            gate: now
            for gate, now in self._figures.now(gates, now_ms).items()
            if now.version == rollout.version
        }
        measures = self._measures(rollout, took, now_ms)
        # All are watched for harm; the ring widens by what the gates show that it has added.
        before = rings.given(rollout.order, rollout.limits, rollout.ring - 1)
        added = [gate for gate in gates if gate not in before]
        fresh = {gate: took[gate] for gate in added if gate in took}
        first_ms = min((now.at_ms for now in fresh.values()), default=0)
        codes = total({gate: now.seen for gate, now in fresh.items()}).codes
        return Watched(first_ms, codes, len(fresh), len(added), measures), took

    def widen(self, number: int, ring: int, now_ms: int) -> None:
        """Go on from a ring at an officer's word. Raises RolloutOver, RolloutWider."""
        with self._turn:
            rollout, signed, _ = self._open(number)
            if rollout.why:
                raise RolloutOver
            if rollout.ring != ring:
                raise RolloutWider
            self._widen(rollout, signed, now_ms)

    def take_back(self, number: int, by: str, now_ms: int) -> None:
        """Take it back at an officer's word. Raises RolloutOver."""
        with self._turn:
            rollout, _, back = self._open(number)
            self._take_back(rollout, back, Why.OFFICER, by, now_ms)

    def _step(self, rollout: Rollout, now_ms: int, sure_ms: int) -> None:
        if (found := self._still(rollout.number)) is None:  # an officer was quicker
            return
        rollout, signed, back = found
        if not self._publisher.gates_of(rollout.site):
            self._end(rollout, Stage.GONE, now_ms)
            return
        if rollout.why:
            self._take_back(rollout, back, Why(rollout.why), rollout.ended_by, now_ms)
            return
        if self._is_overtaken(rollout):
            self._end(rollout, Stage.OVERTAKEN, now_ms)
            return
        watched, _ = self.watched(rollout, now_ms)
        match rings.decide(rollout, watched, sure_ms):
            case Step.BACK:
                why = next(each.why for each in watched.measures if each.worse)
                self._take_back(rollout, back, why, "", now_ms)
            case Step.WIDEN:
                self._widen(rollout, signed, now_ms)
            case Step.END:
                self._give(rollout, signed)
                self._end(rollout, Stage.DONE, now_ms, watched.measures)
            case Step.WAIT:
                self._give(rollout, signed)

    def _measures(
        self, rollout: Rollout, took: Mapping[str, Now], now_ms: int
    ) -> tuple[Measure, ...]:
        if not took:
            return ()
        first_ms = min(now.at_ms for now in took.values())
        usual = self._figures.usual(took, first_ms, now_ms)
        return measured({gate: now.seen for gate, now in took.items()}, usual, rollout.limits)

    def _open(self, number: int) -> tuple[Rollout, bytes, bytes]:
        found = self._still(number)
        if found is None:
            raise RolloutOver
        return found

    def _still(self, number: int) -> tuple[Rollout, bytes, bytes] | None:
        """Return a rollout as it stands now; None if it is over."""
        found = self.one(number)
        return found if found[0].stage is Stage.RUNNING else None

    def _given(self, rollout: Rollout) -> tuple[str, ...]:
        """Return the gates that have it by now; one that has moved away is not among them.

        Gates that have come to the place since are given it with the last ring.
        """
        here = self._publisher.gates_of(rollout.site)
        named = rings.given(rollout.order, rollout.limits, rollout.ring)
        is_last = not rings.following(rollout.order, rollout.limits, rollout.ring)
        come = [gate for gate in here if gate not in rollout.order] if is_last else []
        return (*(gate for gate in named if gate in here), *come)

    def _give(self, rollout: Rollout, signed: bytes) -> None:
        self._publisher.publish(signed, self._given(rollout))

    def _widen(self, rollout: Rollout, signed: bytes, now_ms: int) -> None:
        ring = rings.following(rollout.order, rollout.limits, rollout.ring)
        if not ring:
            self._end(rollout, Stage.DONE, now_ms)
            return
        wider = msgspec.structs.replace(rollout, ring=ring)
        self._keep(wider)
        log.info("rollout.widened", number=rollout.number, ring=ring)
        self._give(wider, signed)

    def _take_back(self, rollout: Rollout, back: bytes, why: Why, by: str, now_ms: int) -> None:
        """Publish the earlier rules to every gate of the place, also to one that came meanwhile.

        That and why is written first: broken off after it, it is done again under a version newer
        still. Gates that have the earlier rules back by then would show nothing worse any more.
        """
        if not rollout.why:
            measures = self.watched(rollout, now_ms)[0].measures
            decided = {"why": why.value, "ended_by": by, "measures": measures}
            rollout = msgspec.structs.replace(rollout, **decided)
            self._keep(rollout)
        version = max(self._version(rollout.site, now_ms), rollout.version + 1)
        earlier = rules(rollout.site, dict(parse(back)), version, now_ms)
        signed = self._publisher.sign_policy(earlier, now_ms)
        self._publisher.publish(signed, self._publisher.gates_of(rollout.site))
        ended = msgspec.structs.replace(rollout, back_version=version)
        self._end(ended, Stage.TAKEN_BACK, now_ms, rollout.measures)

    def _end(
        self, rollout: Rollout, stage: Stage, now_ms: int, measures: tuple[Measure, ...] = ()
    ) -> None:
        ended = {"stage": stage, "ended_ms": now_ms, "measures": measures}
        self._keep(msgspec.structs.replace(rollout, **ended))
        log.info("rollout.ended", number=rollout.number, stage=stage, why=rollout.why)

    def _keep(self, rollout: Rollout) -> None:
        values = (rollout.stage.value, _spelled(rollout), rollout.number)
        with self._database.writing() as session:
            session.run("UPDATE rollout SET stage = ?, raw = ? WHERE number = ?", values)

    def _version(self, site: str, now_ms: int) -> int:
        """Return one beyond all that any gate was given for a place."""
        found = self._publisher.published().values()
        last = max((each.version for each in found if same_site(each.site, site)), default=0)
        return max(last, self._today(now_ms) * _BY_DAY) + 1

    def _is_overtaken(self, rollout: Rollout) -> bool:
        """Say whether the authority's own desk has published newer rules for the place."""
        held = [self._publisher.held(gate) for gate in self._publisher.gates_of(rollout.site)]
        return any(
            each.version > rollout.version and same_site(each.site, rollout.site)
            for each in held
            if each is not None
        )


def _spelled(rollout: Rollout) -> bytes:
    return msgspec.json.encode(rollout)


def _read(number: int, raw: bytes) -> Rollout:
    found = msgspec.json.decode(bytes(raw), type=Rollout)
    return msgspec.structs.replace(found, number=number)
