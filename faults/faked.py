"""`python -m faults.faked writer|uplink GATE SEED BROKEN`: a program under a false clock.

It has an interpreter of its own, because libfaketime must be there before anything else is.
"""

import sys
from pathlib import Path

from faults import programs
from faults.writer import Task, write


def main() -> int:
    """Run one of the two."""
    what, folder, seed, broken = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    config, boot = folder / "gate.toml", folder / "boot_id"
    if what == "uplink":
        return programs.gate(["uplink", "--config", str(config)], boot)
    return write(Task(config, folder / "greens.jsonl", boot, seed, broken=broken))


if __name__ == "__main__":
    sys.exit(main())
