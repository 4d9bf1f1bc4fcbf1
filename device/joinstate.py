"""How far this gate has come in becoming one: a small file between gate-setup and the scanner.

    /run/gate/asked/code       written by the scanner alone: the text of the code that was shown
    /run/gate-setup/state      written by gate-setup alone: what it does, and what went wrong

Both are gone with the power, and so is the passphrase that a code may hold. A gate whose power was
cut half way is nobody again and waits for the code; to the same gate the district gives the same
answer.
"""

from pathlib import Path

import msgspec

from device import plainfile
from device.flow import Signal
from wire.enrolcode import MAX_CHARS, PREFIX
from wire.joining import Step, Trouble

ASKED, STATE = "asked/code", "state"
LIMIT = 4096
SILENT_NS = 150 * 10**9
"""A helper that has said nothing new for so long is not at work any more."""
OVER = frozenset({Step.WAITING, Step.ENROLLED, Step.TESTING, Step.REPORTED})
"""From then on another code may be shown: nothing is under way that it could disturb."""

SIGNALS = {
    Trouble.BUTTON: Signal.JOIN_BUTTON,
    Trouble.FOREIGN: Signal.JOIN_FOREIGN,
    Trouble.EXPIRED: Signal.JOIN_EXPIRED,
    Trouble.USED: Signal.JOIN_USED,
    Trouble.PASSPHRASE: Signal.JOIN_PASSPHRASE,
    Trouble.NO_WIFI: Signal.JOIN_NO_WIFI,
    Trouble.NO_NETWORK: Signal.JOIN_NO_NETWORK,
    Trouble.PORTAL: Signal.JOIN_PORTAL,
    Trouble.SERVER_FOREIGN: Signal.JOIN_SERVER,
    Trouble.SILENT: Signal.JOIN_SILENT,
    Trouble.FAULT: Signal.JOIN_FAULT,
}
"""What each trouble looks like."""


class JoinState(msgspec.Struct, frozen=True):
    """What gate-setup says."""

    step: Step
    up_ns: int
    number: str = ""
    """Of the code."""
    trouble: Trouble | None = None

    def is_busy(self, up_ns: int) -> bool:
        """Say whether something is under way."""
        fresh = 0 <= up_ns - self.up_ns < SILENT_NS
        return fresh and self.trouble is None and self.step not in OVER

    @property
    def settled_ns(self) -> int:
        """Return since when nothing more is to come of it, if nothing new is said."""
        is_over = self.trouble is not None or self.step in OVER
        return self.up_ns if is_over else self.up_ns + SILENT_NS

    def trouble_at(self, up_ns: int) -> Trouble | None:
        """Return what went wrong; a helper that fell silent half way is at fault too."""
        if self.trouble is None and self.step not in OVER and not self.is_busy(up_ns):
            return Trouble.FAULT
        return self.trouble


def tell(folder: Path, state: JoinState) -> None:
    """Say how far it is, to whoever may read. Raises OSError."""
    plainfile.write(folder / STATE, msgspec.json.encode(state), 0o644)


def told(folder: Path) -> JoinState | None:
    """Return what was said last; None for nothing, or nothing of the kind."""
    try:
        data = plainfile.read(folder / STATE, LIMIT)
        return msgspec.json.decode(data, type=JoinState) if data else None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def ask(folder: Path, text: str) -> None:
    """Lay the code's text down for gate-setup. Raises OSError."""
    path = folder / ASKED
    path.parent.mkdir(mode=0o750, exist_ok=True)
    plainfile.write(path, text.encode("ascii"))


def asked(folder: Path) -> str | None:
    """Return the text that was laid down; None if there is none, or what no code can be."""
    try:
        data = plainfile.read(folder / ASKED, MAX_CHARS)
        text = data.decode("ascii") if data else ""
    except (OSError, UnicodeDecodeError):
        return None
    return text if text.startswith(PREFIX) else None


def withdraw(folder: Path) -> None:
    """Take the text away again: nothing is asked any more. Raises OSError."""
    (folder / ASKED).unlink(missing_ok=True)
