"""`python -m device.update --config FILE --releases FOLDER --brought FOLDER`, as root.

What gate-update.service runs. Ends with 2 if a release was not taken or did not work; why is in the
log, and in words beside what was brought.
"""

import argparse
import sys
from pathlib import Path

from device import clock, config
from device.errors import GateError
from device.update import environment
from device.update.services import Services
from device.update.shelf import Shelf
from device.update.update import RESULT, Update

FAILED = 2
WITHIN_S = 180.0
"""A slow board needs half a minute from start to first frame, and may need a second start."""


def main() -> int:
    """Do what there is to do, and say in the log what came of it."""
    parser = argparse.ArgumentParser(prog="python -m device.update", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    parser.add_argument("--releases", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--brought", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--within", type=float, default=WITHIN_S, metavar="SECONDS")
    asked = parser.parse_args()
    try:
        keys = config.load(asked.config).folders.keys
        services = Services(_up_s, clock.sleep)
        shelf, make = Shelf(asked.releases), environment.make
        done = Update(shelf, asked.brought, keys, services, make, asked.within).run()
        sys.stderr.write((asked.brought / RESULT).read_text(encoding="utf-8"))
    except (GateError, OSError) as error:
        sys.stderr.write(f"{getattr(error, 'code', 'storage-unusable')}: {error}\n")
        return FAILED
    return 0 if done else FAILED


def _up_s() -> float:
    return clock.up_ns() / 1e9


if __name__ == "__main__":
    sys.exit(main())
