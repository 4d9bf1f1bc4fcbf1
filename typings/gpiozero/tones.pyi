from typing import Self

class Tone(float):
    @property
    def frequency(self) -> float: ...
    @classmethod
    def from_frequency(cls, freq: float) -> Self: ...
