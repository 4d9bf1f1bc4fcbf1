"""`python -m device.setup --config FILE --folder FOLDER`: what gate-setup.service runs, as root.

Ends with 2 after a fault; that an enrolment was refused is none, and said beside it.
"""

import argparse
import sys
from pathlib import Path

from device import config
from device.errors import GateError
from device.setup import admission

FAILED = 2


def main() -> int:
    """Do what is asked, and say in the log what could not be done."""
    parser = argparse.ArgumentParser(prog="python -m device.setup", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    parser.add_argument("--folder", type=Path, required=True, metavar="FOLDER")
    asked = parser.parse_args()
    try:
        keys = config.load(asked.config).folders.keys
        admission.admit(keys, asked.folder)
    except (GateError, OSError) as error:
        sys.stderr.write(f"{getattr(error, 'code', 'storage-unusable')}: {error}\n")
        return FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
