"""`python -m demo [--once]`: see README.md."""

import argparse
import signal
import sys
from pathlib import Path

from demo import story

STATE = Path("demo-state")


def main() -> int:
    """Play; return 0 only if what was promised held."""
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="one fixed scenario, then the account")
    parser.add_argument(
        "--state", type=Path, default=STATE, help="folder to work in; it is emptied"
    )
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    return story.once(asked.state) if asked.once else story.endless(asked.state)


if __name__ == "__main__":
    sys.exit(main())
