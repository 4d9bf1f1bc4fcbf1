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
import warnings
from pathlib import Path

from device import config
from device.errors import ConfigInvalid
from device.gpio.safe import Failure, Held, drive_to_rest, let_go

FAILED = 2


def rest(path: Path) -> tuple[list[Held], list[Failure]]:
    """Drive to rest what the configuration at `path` says is connected.

    Returned is what holds the pins, which must be kept as long as they are to stay driven, and
    what could not be driven.

    Without one that can be read nobody knows which level is safe: then every pin is let go of, so
    that the resistors decide.
    """
    try:
        panel = config.load(path).panel
    except ConfigInvalid as error:
        held, failed = let_go()
        return held, [(error.code, str(error)), *failed]
    factory = None
    if panel.board == "mock":
        # Of use on a machine without pins only; it would load a third more.
        from device import clock  # noqa: PLC0415
        from device.gpio.mock import traced_factory  # noqa: PLC0415

        factory = traced_factory(panel.trace, clock.up_ns, inherited=True)
    return drive_to_rest(panel.pins.outputs(), factory)


def main() -> None:
    """Drive everything to rest and leave at once, the pins still held."""
    parser = argparse.ArgumentParser(prog="python -m device.safe", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gpiozero warns of every driver it tries
        held, failed = rest(parser.parse_args().config)
    for why in dict.fromkeys(why for _, why in failed):
        names = ", ".join(what for what, said in failed if said == why)
        sys.stderr.write(f"{names}: {why}\n")
    sys.stderr.flush()
    # `held` lives until here: a pin that nobody holds any more becomes an input.
    os._exit(FAILED if failed or not held else 0)


if __name__ == "__main__":
    main()
