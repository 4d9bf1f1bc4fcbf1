"""What the door knows when it judges: who passed last which way, and how many are inside.

The memory behind `device/verdict/standing.py`. It judges nothing and stores no record itself: what
the journal should say of it is handed back as remarks.

    who passed which way   digests in /run: a restart keeps them, a power cut does not
    how many are inside    from the journal's records, and a base so that not all need be read
    entries of a pass      on the card, within a second
"""

from collections.abc import Iterator
from typing import Protocol

from device.errors import GateError
from device.flow import Credential, Instant, Remark, Verdict
from device.passages.count import Count, people
from device.passages.countfile import Base, CountFile
from device.passages.doubt import Doubts, Granted
from device.passages.entries import Entries
from device.passages.inside import Inside, Last
from device.passages.siblings import Siblings
from device.passages.subject import pass_name, subject_of
from device.verdict.standing import Standing
from wire.canonical import Document
from wire.gatepass import Parsed
from wire.record import ClockState, Direction, Outcome, What
from wire.site import Summary

BASE_RECORDS = 256
"""So many records are counted again at a start, at most, unless the journal was given up."""
BASE_NS = 600 * 10**9


class Past(Protocol):
    """The journal, as far as it can be read back."""

    @property
    def journal(self) -> str:
        """Return its id."""
        ...

    @property
    def last(self) -> int:
        """Return the seq of the last stored record."""
        ...

    def since(self, seq: int) -> Iterator[Document]:
        """Yield the records after `seq` that can be read; raises GateError where that ends."""
        ...


class Passages:
    """One door's memory of passages."""

    def __init__(
        self,
        *,
        inside: Inside,
        entries: Entries,
        base: CountFile,
        past: Past,
        doubts: Doubts,
        alone: bool = True,
    ) -> None:
        """Take the parts; `begin` opens them. `alone`: no other gate leads into this place."""
        self._inside, self._entries, self._file, self._past = inside, entries, base, past
        self._doubts = doubts
        self._count, self._siblings = Count(), Siblings()
        self._base = Base("", 0, 0)
        self._since = 0
        self._based_ns = 0
        self.alone = alone

    def begin(self, now: Instant) -> tuple[Remark, ...]:
        """Remember; the journal is open. After a power cut the count stays, and that is said."""
        cut = self._inside.is_new
        self._inside.begin()
        self._entries.begin(now.wall_ms // 1000 if now.clock is not ClockState.UNSYNCED else 0)
        self._recount()
        self._based_ns = now.up_ns
        if cut and self._count.own:
            return (self._said("power-cut"),)
        return ()

    @property
    def people(self) -> int:
        """Return how many people are inside the place, as far as is known; never below zero."""
        return people(self._count.own, 0 if self.alone else self._siblings.inside)

    def standing(self, credential: Credential, now: Instant) -> Standing:
        """Return what is known of the holder and of the place at `now`."""
        subject, content = subject_of(credential), credential.content
        last = self._inside.of(subject) if subject is not None else None
        age_s = None if self.alone else self._siblings.age_s(now)
        return Standing(
            last=last.way if last else None,
            since_s=max(0, now.up_ns - last.up_ns) / 1e9 if last else None,
            entries=self._entries.of(pass_name(content)) if isinstance(content, Parsed) else 0,
            inside=self.people,
            siblings_age_s=age_s,
            siblings_unknown=not self.alone and age_s is None,
        )

    def passed(self, credential: Credential, verdict: Verdict, seq: int, now: Instant) -> None:
        """Remember an accepted passage that record `seq` has stored."""
        if verdict.outcome is not Outcome.ACCEPTED:
            return
        self._count.passed(seq, verdict.direction, alone=self.alone)
        subject = subject_of(credential)
        before = self._inside.of(subject) if subject is not None else None
        after = Last(verdict.direction, now.up_ns)
        if subject is not None:
            self._inside.put(subject, after)
        used = _limited(credential) if verdict.direction is Direction.IN else None
        if used is not None:
            self._entries.add(*used, 1, now.up_ns)
        number, expires = used or (None, 0)
        self._doubts.grant(Granted(seq, subject, before, after, number, expires), now.up_ns)

    def went_through(self, up_ns: int) -> None:
        """Somebody went through the door at `up_ns`."""
        self._doubts.pass_one(up_ns)

    def set_count(self, count: int, why: str) -> Remark:
        """Go on with `count` people inside the place; return what the journal should say.

        Where nobody is inside, nobody who came in is still remembered as being there.
        """
        self._count.set(count - (0 if self.alone else self._siblings.inside))
        if count == 0:
            self._inside.forget()
        return self._said(why)

    def hold(self, summary: Summary, arrived_ns: int | None) -> tuple[Remark, ...]:
        """Take what the other gates saw. Where their count began anew, so does this one's.

        A gate whose policy says that it is the only one counts on.
        """
        self._siblings.hold(summary, arrived_ns)
        if self.alone or summary.since <= self._since:
            return ()
        anew, self._since = self._since > 0, summary.since
        if anew:
            self._count.set(0)
            self._inside.forget()
        self._rebase()
        return (self._said("day"),) if anew else ()

    def tend(self, now: Instant) -> tuple[Remark, ...]:
        """Take back what was granted and not used, and write what may wait; cheap otherwise."""
        remarks = tuple(self._cancel(each, now) for each in self._doubts.lapse(now.up_ns))
        self._entries.tend(now.up_ns)
        if not self._doubts and self._base_due(now):
            self._rebase()
            self._based_ns = now.up_ns
        return remarks

    def close(self) -> None:
        """Write what is not written yet; harmless when repeated."""
        self._inside.close()
        self._entries.close()

    def _cancel(self, granted: Granted, now: Instant) -> Remark:
        self._count.cancelled(granted.seq)
        subject = granted.subject
        if subject is not None and self._inside.of(subject) == granted.after:
            self._inside.put(subject, granted.before)
        if granted.number is not None:
            self._entries.add(granted.number, granted.expires, -1, now.up_ns)
        return Remark(What.CANCELLED, {"seq": granted.seq})

    def _said(self, why: str) -> Remark:
        return Remark(What.COUNT, {"count": self.people, "own": self._count.own, "why": why})

    def _recount(self) -> None:
        """Count again what came after the base."""
        base = self._file.read() or Base("", 0, 0)
        self._since = base.since
        self._count.set(base.own)
        try:
            for record in self._past.since(base.seq if base.journal == self._past.journal else 0):
                self._count.follow(record, alone=self.alone)
        except GateError:
            pass  # what can't be read is told by the journal; the count goes on with the rest
        self._base = Base(self._past.journal, self._past.last, self._count.own, self._since)

    def _base_due(self, now: Instant) -> bool:
        if self._past.journal != self._base.journal:
            return True  # the journal was given up: the old one is not counted again
        behind = self._past.last - self._base.seq
        waited = now.up_ns - self._based_ns >= BASE_NS
        return behind >= BASE_RECORDS or (waited and self._count.own != self._base.own)

    def _rebase(self) -> None:
        """Store the count; the journal says what comes after its last record."""
        self._base = Base(self._past.journal, self._past.last, self._count.own, self._since)
        self._file.write(self._base)


def _limited(credential: Credential) -> tuple[bytes, int] | None:
    """Return name and expiry of a pass that is good for so many entries, or None."""
    content = credential.content
    if not isinstance(content, Parsed) or content.claims.entries is None:
        return None
    return pass_name(content), content.claims.expires
