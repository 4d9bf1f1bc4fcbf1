"""The values of the dispatch: commands, drafts of policies, and how one is rolled out. No file."""

import enum
from typing import Annotated, Any

import msgspec

from collector.figures.discretion import Figure
from wire.command import Does
from wire.record import Direction, Identity, Reason, Signature

MINUTE_MS = 60_000


class Answer(enum.StrEnum):
    """How it stands with a command."""

    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"
    """Its time is over, and the gate has not said that it did it."""


LIVES_MS = {
    Does.IDENTIFY: 2 * MINUTE_MS,
    Does.OPEN_ONCE: MINUTE_MS,
    Does.SELF_TEST: 15 * MINUTE_MS,
    Does.RESTART: 15 * MINUTE_MS,
}
"""How long each is worth doing: somebody stands there, or waits for it."""


class Ordered(msgspec.Struct, frozen=True):
    """One command."""

    nonce: str
    gate: str
    does: str
    by: str
    at_ms: int
    expires_ms: int
    state: Answer = Answer.OPEN
    outcome: str = ""
    """What the gate has answered, a wire.command.Outcome."""
    answered_ms: int = 0
    """When the answer arrived."""


class Site(msgspec.Struct, frozen=True):
    """A place that can have a policy, and how it stands with it."""

    name: str
    gates: tuple[str, ...]
    version: int = 0
    """The newest that is published to one of its gates; 0 for none."""
    rollout: int = 0
    """Number of the one that is under way, or was last."""
    running: bool = False
    edited_by: str = ""
    """Whose draft lies here, unsigned."""


class Draft(msgspec.Struct, frozen=True):
    """A policy as it is being edited."""

    site: str
    revision: int
    """Grows with each save; 0 where nobody has saved yet: then it is what is in force."""
    document: dict[str, Any]
    """The fields of wire.policy.Policy but version and issued."""
    by: str = ""
    at_ms: int = 0


class Class(msgspec.Struct, frozen=True):
    """One class of codes that were shown: no person, only what kind of thing it was."""

    gate: str
    hour: int
    """Of the local day."""
    dir: Direction
    kind: str
    signature: Signature
    identity: Identity
    reason: Reason
    marks: str
    """Joined by spaces."""
    count: int


class Change(msgspec.Struct, frozen=True):
    """What would be answered otherwise."""

    kind: str
    signature: str
    identity: str
    before: str
    """A reason."""
    after: str
    """A reason; empty where it cannot be told from what was kept."""
    count: Figure


class Replay(msgspec.Struct, frozen=True):
    """What a day's codes would have been answered."""

    day: int
    """Local day, an ordinal since 1970."""
    codes: Figure
    changes: tuple[Change, ...]
    accepted_share: float | None
    """In the hundred, of the figures as they are told; None where too few passed."""
    would_share: float | None
    unknown: tuple[str, ...] = ()
    """Rules whose effect the ledger cannot tell: `classes`, `again`, `interval`, `ceiling`."""


Share = Annotated[float, msgspec.Meta(ge=0.01, le=0.9)]


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What counts as worse, and how the rings widen: stated before signing, kept with the rollout.

    A share is worse if it is off by more than its margin and that is no chance: less likely than
    `chance` if the gate did as it usually does at that hour, less the margin.
    """

    first: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1
    """Gates in the first ring."""
    second_percent: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10
    """Of the gates, in the second; the third has all."""
    soak_min: Annotated[int, msgspec.Meta(ge=5, le=1440)] = 30
    """A ring is watched for so long at least, from when its first gate took the policy."""
    people: Annotated[int, msgspec.Meta(ge=5, le=1000)] = 20
    """Codes seen in it at least, before the next ring follows."""
    accepted_drop: Share = 0.10
    retries_rise: Share = 0.15
    late_rise: Share = 0.30
    """Scans that arrive more than a minute after they were made."""
    alarms_rise: Share = 0.30
    """Gates with an alarm."""
    chance: Annotated[float, msgspec.Meta(gt=0, le=0.01)] = 0.001
    least: Annotated[int, msgspec.Meta(ge=5, le=100)] = 8
    """With fewer codes nothing is concluded."""


class Stage(enum.StrEnum):
    """How it stands with a rollout. Stored, so never renamed."""

    RUNNING = "running"
    DONE = "done"
    TAKEN_BACK = "taken-back"
    GONE = "gone"
    """The place has no gate any more."""
    OVERTAKEN = "overtaken"
    """The authority's own desk has published newer rules for the place."""


class Why(enum.StrEnum):
    """Why it was taken back. Stored, so never renamed."""

    ACCEPTED = "accepted"
    RETRIES = "retries"
    LATE = "late"
    ALARMS = "alarms"
    OFFICER = "officer"


class Measure(msgspec.Struct, frozen=True):
    """One share, as it is and as it usually is at that hour."""

    why: Why
    of: Figure
    share: float | None
    """In the hundred; None where nothing can be said."""
    usual: float
    worse: bool = False


class Rollout(msgspec.Struct, frozen=True):
    """One policy on its way to the gates of a place."""

    number: int
    site: str
    version: int
    by: str
    began_ms: int
    stage: Stage
    ring: int
    """The ring that is watched, from 1."""
    order: tuple[str, ...]
    """Gates in the order in which they get it."""
    limits: Limits
    why: str = ""
    """Why it is taken back. While it is under way: that is decided, and not done yet."""
    ended_ms: int = 0
    ended_by: str = ""
    back_version: int = 0
    """Under which the earlier rules were published again."""
    measures: tuple[Measure, ...] = ()
    """As they were when it ended."""


class Progress(msgspec.Struct, frozen=True):
    """A rollout as the pages show it."""

    rollout: Rollout
    rings: tuple[tuple[str, ...], ...]
    """Which gates each ring adds."""
    took: tuple[str, ...]
    """Gates that have said that they go by it."""
    measures: tuple[Measure, ...]
    words_of: dict[str, Any]
    """The policy itself, to be said in words."""


class Review(msgspec.Struct, frozen=True):
    """What an officer sees before signing."""

    draft: Draft
    in_force: dict[str, Any]
    fields: tuple[str, ...]
    """That differ from what is in force."""
    replay: Replay
    usual_accepted: float | None
    """In the hundred."""
    doomed: bool
    """The replay says that it would be stopped by the limits as they stand."""
    complaint: str = ""
    """Why it can't be signed, in wire's words; empty if it can."""
    where: str = ""
    """The field."""
