"""What a new release does before it is switched to: load all that its services load.

    python -m device.update.trial --config FILE

Run as the scanner's user behind the scanner's walls, by gate-trial.service. It opens no camera, no
pin and no journal: the services that run have them. Ends with 0 only if everything is there and the
gate's configuration is one for this release too.
"""

import argparse
import importlib
import sys
from pathlib import Path

from device import config
from device.errors import GateError

LOADED = (
    "device.cli",
    "device.safe",
    "device.setup.__main__",
    "device.update.__main__",
    "device.wiring.door",
    "device.wiring.road",
)
FAILED = 2


def main() -> int:
    """Load everything; say in the log what is not there."""
    parser = argparse.ArgumentParser(prog="python -m device.update.trial", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    try:
        config.load(parser.parse_args().config)
        for each in LOADED:
            importlib.import_module(each)
    except (GateError, ImportError, OSError) as error:
        sys.stderr.write(f"{getattr(error, 'code', 'release-failed')}: {error}\n")
        return FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
