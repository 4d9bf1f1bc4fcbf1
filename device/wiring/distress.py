"""Shows on the lamps that a gate cannot start or go on, before its process ends.

Its service starts it again, so the fault is shown anew with each start until it is mended. Which
fault it is, the log says. Whatever keeps the lamps dark does not take that fault's place.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from device import clock, config
from device.errors import ConfigInvalid, NotEnrolled
from device.flow import Signal
from device.gpio.patterns import length_ms
from device.wiring.panel import pinned


@contextmanager
def shown(path: Path) -> Iterator[None]:
    """Show every error that ends the block on the lamps that the configuration at `path` names."""
    try:
        yield
    except Exception as error:
        _show(path, Signal.UNENROLLED if isinstance(error, NotEnrolled) else Signal.OUT_OF_ORDER)
        raise


def _show(path: Path, signal: Signal) -> None:
    # The error that is on its way says more than that there are no pins either.
    with suppress(Exception), pinned(_panel(path), "", clock.SystemClock().now).panel as panel:
        panel.show(signal)
        clock.sleep(length_ms(signal) / 1000)


def _panel(path: Path) -> config.Panel:
    """Return what is connected; without a configuration, what a gate has that says nothing."""
    try:
        return config.load(path).panel
    except ConfigInvalid:
        return config.Panel()
