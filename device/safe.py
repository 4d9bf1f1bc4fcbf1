"""What the service runs after the scanner has ended, however it ended: every output goes to rest.

    python -m device.safe --config FILE

It loads neither camera nor decoders nor journal, so it works when they are what failed. It ends
without letting go of the pins: a kernel that keeps outputs (`persist_gpio_outputs=Y`) then keeps
them at rest, where gpiozero's own ending would turn them into inputs. A kernel that does not makes
them inputs anyway, and the resistor on the relay's wire holds it; docs/wiring shows which.
"""

import argparse
import os
import sys
from pathlib import Path

from device import clock, config
from device.errors import ConfigInvalid
from device.gpio.mock import traced_factory
from device.gpio.safe import Failure, drive_to_rest, let_go

FAILED = 2


def rest(path: Path) -> list[Failure]:
    """Drive to rest what the configuration at `path` says is connected.

    Without one that can be read nobody knows which level is safe: then every pin is let go of, so
    that the resistors decide.
    """
    try:
        panel = config.load(path).panel
    except ConfigInvalid as error:
        _, failed = let_go()
        return [(error.code, str(error)), *failed]
    factory = None
    if panel.board == "mock":
        factory = traced_factory(panel.trace, clock.up_ns, inherited=True)
    _, failed = drive_to_rest(panel.pins.outputs(), factory)
    return failed


def main() -> None:
    """Drive everything to rest and leave at once, the pins still held."""
    parser = argparse.ArgumentParser(prog="python -m device.safe", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    failed = rest(parser.parse_args().config)
    for what, why in failed:
        sys.stderr.write(f"{what}: {why}\n")
    sys.stderr.flush()
    os._exit(FAILED if failed else 0)


if __name__ == "__main__":
    main()
