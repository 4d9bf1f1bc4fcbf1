"""Plays patterns in time, on whatever shows them, and always ends at rest."""

import contextlib
import threading
from collections.abc import Callable, Sequence
from typing import Protocol, Self

from device.errors import PinsMissing
from device.flow import Signal
from device.gpio.patterns import PATTERNS, REST, Pattern, Step, hushed


class Lamps(Protocol):
    """Something that can show a step: pins, a terminal.

    - `show` sets everything the step says, and clears what it does not; the relay's pulse, which
      the step only begins, ends by itself.
    - `close` leaves everything at rest; twice is harmless.
    """

    def show(self, step: Step) -> None:
        """Set the step."""
        ...

    def close(self) -> None:
        """Go to rest and let go of what is held."""
        ...


class Player:
    """The Panel port: one thread that walks through the steps of the newest signal.

    The first step is set by the caller's own thread, so that nothing comes between a stored scan
    and its light.
    """

    def __init__(
        self, lamps: Sequence[Lamps], is_quiet: Callable[[], bool] = lambda: False
    ) -> None:
        """Play on all of `lamps`, the board's pins first; hushed whenever `is_quiet` says so."""
        self._lamps = lamps
        self._is_quiet = is_quiet
        self._turn = threading.Condition()
        self._left: Pattern = ()
        self._round = 0
        self._closing = False
        self._fault: Exception | None = None
        self._thread = threading.Thread(target=self._play, name="signals", daemon=True)

    def __enter__(self) -> Self:
        """Go to rest and start."""
        self._set(REST)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        """End the thread and leave everything at rest."""
        with self._turn:
            self._closing = True
            self._turn.notify()
        with contextlib.ExitStack() as every:  # the others too if one of them fails
            for each in reversed(self._lamps):
                every.callback(each.close)
            self._thread.join()

    def show(self, signal: Signal) -> None:
        """Set the first step of `signal` now; the rest follows by itself.

        Raises PinsMissing if nothing would follow: a light without an end is worse than none.
        """
        pattern = hushed(PATTERNS[signal]) if self._is_quiet() else PATTERNS[signal]
        with self._turn:
            if self._closing or self._fault is not None or not self._thread.is_alive():
                msg = "nothing plays the signals any more"
                raise PinsMissing(msg) from self._fault
            self._round += 1
            self._left = pattern
            self._set(pattern[0] if pattern else REST)
            self._turn.notify()

    def _set(self, step: Step) -> None:
        for each in self._lamps:
            each.show(step)

    def _rest(self) -> None:
        """Go to rest, each for itself: a part that fails keeps no other one lit."""
        with contextlib.ExitStack() as every:
            for each in reversed(self._lamps):
                every.callback(each.show, REST)

    def _play(self) -> None:
        with self._turn:
            try:
                while not self._closing:
                    self._walk()
            except Exception as error:  # noqa: BLE001  # a driver's; the next `show` says it
                self._fault = error
            finally:
                self._rest()

    def _walk(self) -> None:
        """Wait out the step that is shown, unless a new signal comes; then set the next."""
        if not self._left:
            self._turn.wait()
            return
        now = self._round
        self._turn.wait_for(
            lambda: self._closing or self._round != now, timeout=self._left[0].ms / 1000
        )
        if not self._closing and self._round == now:
            self._left = self._left[1:]
            self._set(self._left[0] if self._left else REST)
