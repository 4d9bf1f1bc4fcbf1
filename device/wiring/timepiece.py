"""Picks the parts of the gate's clock, for each of its processes."""

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from device import clock, config, health
from device.flow import Instant
from device.timekeeping.keeper import Limits, Timekeeper
from device.timekeeping.saved import SavedTime
from wire.enrolment import Enrolment

RELEASED = datetime(2026, 11, 22, tzinfo=UTC)
"""When this program was written."""
SERVES_YEARS = 10
"""No gate runs the same program for longer; a clock that says so is wrong."""


def timekeeper(
    found: config.Config,
    enrolment: Enrolment,
    past_ms: int,
    folder: Path | None = None,
    run: Path | None = None,
) -> Timekeeper:
    """Return the clock of one process: its time is later than `past_ms`.

    It goes on from the time that is kept in `folder`, and what is known of this boot in `run`;
    without them it keeps none.
    """
    ceiling_ms = ceiling(enrolment.certificate)
    limits = Limits(floor_ms=past_ms, ceiling_ms=ceiling_ms, vouched=found.clock.vouched)
    return Timekeeper(
        clock.SystemClock(), limits, SavedTime(folder), SavedTime(run), enrolment.gate
    )


def heeding(own: Timekeeper, run: Path) -> Callable[[], Instant]:
    """Return what tells the time to a process that sees no receipts: as the scanner has it.

    Its `own` is told while the scanner does not work.
    """

    def now() -> Instant:
        mine, word = own.now(), health.read(run)
        if word is None or not word.clock or not health.is_alive(word, mine.up_ns):
            return mine
        since_ms = (mine.up_ns - word.up_ns) // 1_000_000
        return Instant(mine.up_ns, word.wall_ms + since_ms, word.clock, mine.boot)

    return now


def ceiling(certificate: str) -> int:
    """Return a time that cannot be: the certificate has run out, or the program is far too old."""
    old = int(RELEASED.replace(year=RELEASED.year + SERVES_YEARS).timestamp() * 1000)
    return min(certificate_ms(certificate) or old, old)


@functools.cache
def certificate_ms(certificate: str) -> int:
    """Return when it runs out; 0 if it cannot be read."""
    try:
        leaf = x509.load_pem_x509_certificate(certificate.encode())
    except ValueError:
        return 0
    return int(leaf.not_valid_after_utc.timestamp() * 1000)
