"""Which exceptions mean that the pins cannot be used.

gpiozero passes on what the library under it raises; lgpio has an exception of its own that it
shares with nobody. It is known by name here, because importing lgpio already opens files.
"""

import contextlib
from collections.abc import Iterator

from gpiozero.exc import GPIOPinInUse, GPIOZeroError

from device.errors import PinsBusy, PinsMissing


def is_of_the_pins(error: Exception) -> bool:
    """Say whether `error` comes from the pins or their drivers rather than from a mistake here."""
    known = isinstance(error, (GPIOZeroError, OSError, ImportError))
    return known or type(error).__module__ == "lgpio"


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Raise PinsMissing in place of what a driver raises; PinsBusy if another has the pin."""
    try:
        yield
    except Exception as error:
        if not is_of_the_pins(error):
            raise
        # lgpio tells its errors apart by words only.
        is_busy = isinstance(error, GPIOPinInUse) or "GPIO busy" in str(error)
        raise (PinsBusy if is_busy else PinsMissing)(str(error)) from error
