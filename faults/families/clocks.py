"""Clocks that jump, years ahead and years back, while people pass.

libfaketime stands between the programs and the system's clock. Certificates are then not valid yet
or no more, so the line may fail; nothing else may.
"""

import os
import subprocess
import sys
from pathlib import Path

from faults import clock, observer, onegate
from faults.district import District, Gate, remove
from faults.onegate import START_S
from faults.outcome import Job, Outcome

LIBRARY = "/usr/lib/*/faketime/libfaketime.so.1"
JUMPS = ("+3650d", "-3650d", "+1h", "-1h")
LASTS_S = 2.0


def batch(job: Job) -> Outcome:
    """Let the clock jump so many times; return what was lost."""
    dice, outcome = job.dice(), Outcome()
    district = District(job.folder, ["g1"], job.nursery)
    gate = district.gates[0]
    offset = gate.folder / "faketime"
    offset.write_text("+0")
    try:
        district.open()
        programs = [
            _faked(gate, offset, "writer", dice.randrange(2**32), job.broken),
            _faked(gate, offset, "uplink", 0),
        ]
        clock.until(lambda: observer.starts(gate.trace) > 0, START_S)
        clock.nap(LASTS_S)
        for number in range(job.count):
            jump = JUMPS[number % len(JUMPS)]
            for now in (jump, "+0"):
                before = len(observer.greens(gate.trace))
                offset.write_text(now)
                clock.nap(LASTS_S * (0.5 + dice.random()))
                if len(observer.greens(gate.trace)) == before:
                    outcome.odd.append(f"nothing was stored after the clock went to {now}")
            outcome.took(f"to {jump} and back")
        for each in programs:
            if each.poll() is not None:
                outcome.failed_starts += 1
                outcome.odd.append("a program ended")
            each.terminate()
            each.wait()
            _tidy(each.pid)
        gate.starts += 1
        onegate.settle(job, outcome, district, gate)
    finally:
        district.close()
        remove(job.folder)
    return outcome


def _tidy(pid: int) -> None:
    """Remove what libfaketime leaves in memory behind a program."""
    for name in (f"faketime_shm_{pid}", f"sem.faketime_sem_{pid}"):
        Path("/dev/shm", name).unlink(missing_ok=True)  # noqa: S108  (its own place)


def _faked(
    gate: Gate, offset: Path, what: str, seed: int, broken: str = ""
) -> "subprocess.Popen[bytes]":
    found = sorted(Path("/").glob(LIBRARY[1:]))
    fake = {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    words = ["setpriv", "--pdeathsig", "KILL", sys.executable, "-m", "faults.faked"]
    words += [what, str(gate.folder), str(seed), broken]
    with gate.log.open("ab") as log:
        return subprocess.Popen(
            words,
            env={**os.environ, **fake},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
