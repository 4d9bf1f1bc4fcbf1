"""The smallest scanner: the gate's own journal and inbox, and nothing before or behind them.

Where the real one lights green, this one writes a line outside the card: a number that nobody
could guess went into the sealed fields, so the ledger can be asked later for exactly that scan.
"""

import json
import os
import random
import secrets
import signal
from pathlib import Path

import msgspec

from device import cli, config, enrol
from device import clock as device_clock
from device.errors import GateError, JournalFull
from device.flow import Signal, Verdict
from device.inbox import Inbox
from device.journal.store import CardJournal, Limits
from faults import clock, sabotage
from wire.keys import Keyring
from wire.record import Direction, Identity, Outcome, Reason, Signature, What

PAUSE_S = 0.004
REFUSED, BROKEN = 3, 4


class Task(msgspec.Struct, frozen=True):
    """What to do."""

    config: Path
    trace: Path
    """Gets one line for each green, and one when the journal is open."""
    boot: Path
    seed: int
    scans: int = 10**9
    broken: str = ""
    """How the journal is broken on purpose; see sabotage.py."""


def write(task: Task) -> int:
    """Store scans until killed; return once stopped, or once the journal can go on no more."""
    sabotage.commit(task.broken)
    device_clock.BOOT_ID = task.boot
    cli._speak()  # noqa: SLF001  (what the real program says goes into the log)
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stopping.append(number))
    fd = os.open(task.trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    dice = random.Random(task.seed)  # noqa: S311  (a play, not a secret)
    try:
        with _journal(config.load(task.config)) as journal:
            system = device_clock.SystemClock(vouched=True)
            journal.note(What.START, system.now())
            _say(fd, {"started": journal.journal, "last": journal.last})
            for _ in range(task.scans):
                if stopping:
                    break
                _pass(journal, system, fd, early=task.broken == "green-early")
                for _ in range(dice.randrange(1, 4)):
                    journal.tend(system.now())
                    clock.nap(dice.random() * PAUSE_S)
            while task.scans == 0 and not stopping:
                journal.tend(system.now())
                clock.nap(PAUSE_S)
            journal.note(What.STOP, system.now())
    except JournalFull as error:
        _say(fd, {"refused": str(error)})
        return REFUSED
    except GateError as error:
        _say(fd, {"broken": str(error)})
        return BROKEN
    return 0


def _pass(journal: CardJournal, system: device_clock.SystemClock, fd: int, *, early: bool) -> None:
    nonce = secrets.token_hex(12)
    if early:
        _say(fd, {"green": nonce})
    record = journal.scan(_accepted(nonce), system.now())
    if record is not None and not early:
        _say(fd, {"green": nonce, "journal": journal.journal, "seq": record.seq})


def _accepted(nonce: str) -> Verdict:
    return Verdict(
        kind="pass",
        signature=Signature.CHECKED,
        identity=Identity.SEEN,
        outcome=Outcome.ACCEPTED,
        reason=Reason.ACCEPTED,
        direction=Direction.IN,
        signal=Signal.ACCEPT,
        personal={"pass": nonce},
    )


def _journal(found: config.Config) -> CardJournal:
    """Return the journal as the scanner's wiring makes it."""
    keys = found.folders.keys
    enrolment, key = enrol.load(keys, enrol.root_key(keys / enrol.ROOT))
    limits = Limits(
        segment_records=found.journal.segment_records,
        keep_confirmed_s=found.journal.keep_confirmed_s,
        alive_s=found.journal.alive_s,
    )
    inbox = Inbox(found.folders.inbox, Keyring(enrolment.keys))
    return CardJournal(
        found.folders.journal,
        found.folders.run,
        enrolment.gate,
        enrolment.seal,
        inbox.receipt,
        limits,
        key=key,
    )


def _say(fd: int, what: dict[str, object]) -> None:
    """Write a line in one call, which no kill can undo."""
    os.write(fd, json.dumps(what).encode() + b"\n")
