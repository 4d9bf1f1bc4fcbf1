from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

class ZBarSymbol(IntEnum):
    QRCODE = 64

class Decoded(NamedTuple):
    data: bytes
    type: str

def decode(
    image: npt.NDArray[np.uint8], symbols: list[ZBarSymbol] | None = None
) -> list[Decoded]: ...
