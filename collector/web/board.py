"""What the page shows, as values. Pure: takes what is known and the time, and returns the board.

Knows no HTML and no language. Nothing about a person can be in it, because nothing of the kind
comes out of the ledger's view.
"""

import enum
from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec

from collector.ends import End
from collector.ledger.entries import Gap, Lack, Row, Standing
from collector.roster import Gate, Roster
from collector.roster.collation import order
from wire.errors import WireError
from wire.record import ClockState, Direction, Identity, Mark, Outcome, Reason, Signature
from wire.state import Health, State, unpack_health, unpack_state

SILENT_AFTER_MS = 120_000
"""A gate that is connected says something at least this often."""
LATE_AFTER_MS = 60_000
"""A scan that came so long after it was made is marked: the gate could not send."""
REMEMBERED = 20_000
"""Reports that need not be read again: a board is drawn more often than a gate reports."""
SCANS = 60
ALARMS = 64
"""Of one gate that are heeded, each once: there are fewer kinds, and a gate may say anything."""
GAPS = 50
"""Shown; `collector gaps` tells them all."""


class Condition(enum.StrEnum):
    """How a gate does, as far as anyone here can tell."""

    WORKING = "working"
    SILENT = "silent"
    """Not heard of; the door may well go on working."""
    STOPPED = "stopped"
    """It said so itself."""
    NEVER = "never-seen"


class Warn(enum.StrEnum):
    """What an officer should ask about."""

    FORK = "fork"
    REFUSED = "refused"
    FAULT = "fault"
    ALARM = "alarm"
    """What the gate itself complains of, the worst only."""
    UNLISTED = "unlisted"


class Alert(msgspec.Struct, frozen=True):
    """One of them, at a gate."""

    what: Warn
    count: int = 0
    code: str = ""


class GateLine(msgspec.Struct, frozen=True):
    """One gate on the board."""

    gate: str
    place: str
    area: str
    sector: str
    directions: tuple[Direction, ...]
    condition: Condition
    waiting: int | None
    """Records stored at the gate and not confirmed, as it last said."""
    waiting_old: bool
    last_ms: int
    """Gate's clock at its last record; 0 for none."""
    last_unsure: bool
    warnings: tuple[Alert, ...]


class GapLine(msgspec.Struct, frozen=True):
    """A range of records that is not here."""

    gate: str
    place: str
    lack: Lack
    first: int
    last: int
    count: int
    since_ms: int
    retired: bool


class ScanLine(msgspec.Struct, frozen=True):
    """One scan on the board."""

    wall_ms: int
    """As the gate's clock said; corrected where that was not to be trusted."""
    unsure: bool
    """The gate's clock was not to be trusted."""
    bound_ms: int | None
    """How far off a corrected time may be; None if that is not known."""
    late: bool
    gate: str
    place: str
    dir: Direction
    outcome: Outcome
    reason: Reason
    kind: str
    signature: Signature
    identity: Identity
    marks: tuple[str, ...] = ()
    """Doubts and remarks of the gate's, but for its clock's, which is `unsure`."""

    @property
    def accepted(self) -> bool:
        """Say whether the gate let the person pass."""
        return self.outcome is Outcome.ACCEPTED


class Board(msgspec.Struct, frozen=True):
    """The whole page."""

    authority: str
    help_line: str
    gates: tuple[GateLine, ...]
    scans: tuple[ScanLine, ...]
    gaps: tuple[GapLine, ...]
    day: int
    """The local day for which times are written short."""
    trouble: str = ""
    """Code of what kept the board from being up to date, or of what else the reader must know."""
    ends: tuple[End, ...] = ()
    """Keys and certificates of the authority that end soon."""

    def count(self, condition: Condition) -> int:
        """Return how many gates are in this condition."""
        return sum(line.condition is condition for line in self.gates)


def draw(
    roster: Roster,
    standings: Mapping[str, Standing],
    rows: Iterable[Row],
    now_ms: int,
    day: int,
    gaps: Iterable[Gap] = (),
) -> Board:
    """Draw the board as it stands at `now_ms`."""
    listed = roster.placed
    gates = [_gate(gate, standings.get(name), now_ms) for name, gate in listed.items()]
    gates += [
        _stranger(standing, now_ms)
        for name, standing in sorted(standings.items())
        if name not in listed
    ]
    return Board(
        authority=roster.authority,
        help_line=roster.help_line,
        gates=tuple(sorted(gates, key=_worst_first)),
        scans=tuple(_scan(row, listed) for row in rows),
        gaps=tuple(_gap(gap, listed) for gap in gaps if gap.is_due(now_ms))[:GAPS],
        day=day,
    )


def conditions(
    roster: Roster, standings: Mapping[str, Standing], now_ms: int
) -> dict[str, Condition]:
    """Say how each gate of the roster does."""
    return {
        gate.gate: condition(known, _state(known.state) if known else None, now_ms)
        for gate in roster.gates
        for known in (standings.get(gate.gate),)
    }


def alarms(standings: Mapping[str, Standing]) -> dict[str, tuple[str, ...]]:
    """Return the alarms that each gate last gave, the worst first."""
    healths = {gate: _health(standing.health) for gate, standing in standings.items()}
    return {
        gate: tuple(dict.fromkeys(health.alarms))[:ALARMS]
        for gate, health in healths.items()
        if health and health.alarms
    }


def health(standing: Standing) -> Health | None:
    """Return how a gate said it fares; None if it said nothing that can be read."""
    return _health(standing.health)


def condition(standing: Standing | None, state: State | None, now_ms: int) -> Condition:
    """Say how a gate does.

    A fresh word of the gate itself counts most; when it is silent, the last start or stop in its
    journal still tells a door that was closed from one that only lost its network.
    """
    heard = standing and max(standing.record_ms, standing.state_ms, standing.health_ms)
    if not standing or not heard:
        return Condition.NEVER
    offline = state is not None and not state.online
    if offline or now_ms - heard > SILENT_AFTER_MS:
        return Condition.STOPPED if standing.said == "stop" else Condition.SILENT
    scanning = state.scanning if state is not None else standing.said != "stop"
    return Condition.WORKING if scanning else Condition.STOPPED


def _worst_first(line: GateLine) -> tuple[object, ...]:
    """Order as the district's stories do, and whoever needs nobody after them."""
    urgent = (
        any(each.what is Warn.FORK for each in line.warnings),
        line.condition is Condition.STOPPED,
        line.condition is Condition.SILENT,
        bool(line.warnings),
        line.condition is Condition.NEVER,
    )
    return (*(not each for each in urgent), *_where(line))


def _where(line: GateLine) -> tuple[object, ...]:
    return tuple(order(text) for text in (line.area, line.place, line.gate))


def _gap(gap: Gap, listed: Mapping[str, Gate]) -> GapLine:
    gate = listed.get(gap.gate)
    return GapLine(
        gate=gap.gate,
        place=gate.place if gate else "",
        lack=gap.lack,
        first=gap.first,
        last=gap.last,
        count=gap.count,
        since_ms=gap.since_ms,
        retired=gap.retired,
    )


def _gate(gate: Gate, standing: Standing | None, now_ms: int) -> GateLine:
    known = standing or Standing(gate.gate)
    state, health = _state(known.state), _health(known.health)
    how = condition(standing, state, now_ms)
    return GateLine(
        gate=gate.gate,
        place=gate.place,
        area=gate.area,
        sector=gate.sector,
        directions=gate.directions,
        condition=how,
        waiting=health.waiting if health else None,
        waiting_old=how in (Condition.SILENT, Condition.STOPPED),
        last_ms=known.record_wall,
        last_unsure=known.record_clock == ClockState.UNSYNCED,
        warnings=tuple(_warnings(known, health)),
    )


def _stranger(standing: Standing, now_ms: int) -> GateLine:
    """Draw a gate that has records here and is no longer in the roster."""
    state = _state(standing.state)
    return GateLine(
        gate=standing.gate,
        place="",
        area="",
        sector="",
        directions=(),
        condition=condition(standing, state, now_ms),
        waiting=None,
        waiting_old=True,
        last_ms=standing.record_wall,
        last_unsure=standing.record_clock == ClockState.UNSYNCED,
        warnings=(Alert(Warn.UNLISTED),),
    )


def _warnings(standing: Standing, health: Health | None) -> Iterable[Alert]:
    if standing.forks:
        yield Alert(Warn.FORK, standing.forks)
    if standing.complaints:
        yield Alert(Warn.REFUSED, standing.complaints)
    if health and health.fault:
        yield Alert(Warn.FAULT, code=health.fault[:40])
    if health and health.alarms:
        yield Alert(Warn.ALARM, code=health.alarms[0][:40])


def _scan(row: Row, listed: Mapping[str, Gate]) -> ScanLine:
    gate = listed.get(row.gate)
    unsure = row.clock is ClockState.UNSYNCED or Mark.CLOCK_UNSURE in row.marks
    corrected = unsure and row.moment.bound_ms is not None
    return ScanLine(
        wall_ms=row.moment.ms if corrected else row.wall,
        unsure=unsure,
        bound_ms=row.moment.bound_ms if corrected else None,
        late=row.clock is not ClockState.UNSYNCED and row.received - row.wall > LATE_AFTER_MS,
        gate=row.gate,
        place=gate.place if gate else "",
        dir=row.dir,
        outcome=row.outcome,
        reason=row.reason,
        kind=row.kind,
        signature=row.signature,
        identity=row.identity,
        marks=tuple(mark for mark in row.marks if mark != Mark.CLOCK_UNSURE),
    )


@lru_cache(maxsize=REMEMBERED)
def _state(raw: bytes) -> State | None:
    try:
        return unpack_state(raw) if raw else None
    except WireError:
        return None


@lru_cache(maxsize=REMEMBERED)
def _health(raw: bytes) -> Health | None:
    try:
        return unpack_health(raw) if raw else None
    except WireError:
        return None
