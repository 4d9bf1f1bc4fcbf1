"""Asks the gate's clock what time it is, in a process whose clocks somebody has moved.

    python asked.py STATE FLAG FLOOR_MS CEILING_MS

Prints the machine's clocks and the gate's answer; once for each line on its standard input.
"""

import json
import sys
import time
from pathlib import Path

from device import clock
from device.timekeeping.keeper import Limits, Timekeeper
from device.timekeeping.saved import SavedTime


def main() -> None:
    """Answer."""
    state, flag = Path(sys.argv[1]), Path(sys.argv[2])
    limits = Limits(floor_ms=int(sys.argv[3]), ceiling_ms=int(sys.argv[4]))
    system = clock.SystemClock(synchronised=flag)
    system._kept = lambda: False  # type: ignore[method-assign]  # as in a unit's sandbox
    keeper = Timekeeper(system, limits, SavedTime(state / "card"), SavedTime(state / "run"))
    for _ in sys.stdin:
        now = keeper.now()
        said = {
            "boot": now.boot,
            "real_ms": time.time_ns() // 1_000_000,  # noqa: TID251  (what faketime moved)
            "monotonic_ms": time.monotonic_ns() // 1_000_000,  # noqa: TID251
            "boottime_ms": now.up_ns // 1_000_000,
            "wall_ms": now.wall_ms,
            "clock": now.clock,
            "fault": keeper.fault,
            "notes": [each.data["how"] for each in keeper.notes()],
        }
        print(json.dumps(said), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
