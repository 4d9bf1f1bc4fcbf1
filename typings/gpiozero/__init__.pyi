from collections.abc import Callable
from types import TracebackType
from typing import Self

from gpiozero.tones import Tone

class Factory:
    def close(self) -> None: ...

class Pin: ...

class Device:
    pin_factory: Factory | None
    @property
    def pin(self) -> Pin | None: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

class DigitalOutputDevice(Device):
    value: float
    def __init__(
        self,
        pin: int,
        *,
        active_high: bool = ...,
        initial_value: bool | None = ...,
        pin_factory: Factory | None = ...,
    ) -> None: ...
    def on(self) -> None: ...
    def off(self) -> None: ...
    def blink(
        self,
        on_time: float = ...,
        off_time: float = ...,
        n: int | None = ...,
        background: bool = ...,
    ) -> None: ...

class DigitalInputDevice(Device):
    @property
    def is_active(self) -> bool: ...
    when_activated: Callable[[], object] | None
    when_deactivated: Callable[[], object] | None
    def __init__(
        self,
        pin: int,
        *,
        pull_up: bool | None = ...,
        active_state: bool | None = ...,
        bounce_time: float | None = ...,
        pin_factory: Factory | None = ...,
    ) -> None: ...

class Buzzer(DigitalOutputDevice): ...

class PWMOutputDevice(Device):
    value: float

class TonalBuzzer(Device):
    pwm_device: PWMOutputDevice
    @property
    def min_tone(self) -> Tone: ...
    @property
    def max_tone(self) -> Tone: ...
    def __init__(
        self, pin: int, *, octaves: int = ..., pin_factory: Factory | None = ...
    ) -> None: ...
    def play(self, tone: Tone) -> None: ...
    def stop(self) -> None: ...
