"""Why a gate could not join, as an error: each trouble is one, with its sentence for who reads."""

from device.errors import GateError
from device.gpio.meanings import MEANINGS
from device.joinstate import SIGNALS
from wire.joining import Trouble


class JoinFailed(GateError):
    """Something on the way to a certificate went wrong; `trouble` says what."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        """Take the trouble; its code, sentence and remedy are those of its signal."""
        super().__init__(detail)
        self.trouble = trouble
        self.code = trouble.value
        self.says, self.remedy = MEANINGS[SIGNALS[trouble]]
