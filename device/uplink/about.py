"""What the gate says about itself beside its records: hints for the district's board.

Pure but for the files it looks at: the scanner's word on itself, the durable end, the card's room.
"""

import os
from pathlib import Path

import msgspec

from device import alarms as _alarms
from device import health, vitals
from device.flow import ViewHealth
from device.journal import durable
from wire import state

PER_DAY = 2_000 * 512
"""Bytes of records that a busy door makes in a day."""
LONGEST_DAYS = 3650.0
DAY_MS = 86_400_000


def current(
    run: Path, up_ns: int, wall: int, incarnation: int, oldest: int, *, online: bool
) -> state.State:
    """Return whether the door works."""
    end = durable.read(run)
    fresh = health.is_fresh(health.read(run), up_ns)
    return state.State(
        online=online,
        scanning=online and fresh,
        incarnation=incarnation,
        wall=wall,
        journal=end.journal if end else "",
        last=end.seq if end else 0,
        oldest=oldest,
    )


def fares(run: Path, journal: Path, up_ns: int, wall: int, alarms: tuple[str, ...]) -> state.Health:
    """Return how the gate fares."""
    found, machine = health.read(run), vitals.read(journal)
    about = found.about if found is not None else health.About()
    fresh = health.is_fresh(found, up_ns)
    sight = found.sight if found is not None else health.Sight()
    oldest = found.oldest_up_ms if found is not None else 0
    told = state.Health(
        waiting=waiting(run),
        oldest_ms=max(0, up_ns // 1_000_000 - oldest) if oldest else 0,
        days_of_room=_days(journal),
        camera="ok" if fresh else "silent",
        fault="journal-full" if found is not None and found.refusing else "",
        wall=wall,
        view="" if sight.view is ViewHealth.CLEAR else sight.view,
        posters=sight.posters,
        resting=sight.resting,
        alarms=alarms,
        temperature_c=machine.temperature_c,
        power=machine.power,
        throttled=bool(machine.throttled),
        card_errors=machine.card_errors,
        card_read_only=bool(machine.card_read_only),
        memory_mb=machine.memory_free_mb,
        starts=found.starts if found is not None else 0,
        clock=found.clock or "" if found is not None and fresh else "",
        clock_fault=about.clock_fault if fresh else "",
        certificate_days=_days_to(about.certificate_ms, wall),
        policy=about.policy,
        policy_days=_days_since(about.policy_ms, wall),
        version=about.version,
    )
    return msgspec.structs.replace(told, alarms=_alarms.of(told))


def waiting(run: Path) -> int:
    """Return how many records are stored and not confirmed."""
    end = durable.read(run)
    return end.seq - end.confirmed if end else 0


def tells_more(before: state.State, now: state.State) -> bool:
    """Say whether the board would show something else."""
    return (before.online, before.scanning, before.journal) != (
        now.online,
        now.scanning,
        now.journal,
    )


def _days_to(then_ms: int, now_ms: int) -> int | None:
    return (then_ms - now_ms) // DAY_MS if then_ms else None


def _days_since(then_ms: int, now_ms: int) -> int | None:
    return max(0, now_ms - then_ms) // DAY_MS if then_ms else None


def _days(journal: Path) -> float:
    try:
        room = os.statvfs(journal if journal.exists() else "/")
    except OSError:
        return 0.0
    return round(min(room.f_bavail * room.f_frsize / PER_DAY, LONGEST_DAYS), 1)
