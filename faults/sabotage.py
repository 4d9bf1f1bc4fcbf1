"""Journals that are broken on purpose: what the suite must notice, or it proves nothing.

Each is a change to a program's memory in the process that is about to run it.
"""

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from device.journal import segments
from device.journal.appendlog import AppendLog
from device.journal.damage import Mender
from device.journal.store import CardJournal


def _no_flush() -> None:
    """Let fdatasync return at once: a record is then on the card when the system feels like it."""

    def returns(_fd: int) -> None:
        return

    os.fdatasync = returns  # type: ignore[assignment]


def _forgetful() -> None:
    """Drop what is sealed at once, as if a broker's word were the collector's."""
    real = CardJournal.tend

    def tend(self: CardJournal, at: Any) -> None:  # noqa: ANN401
        real(self, at)
        for path in self._folder.glob("0*.json"):
            path.unlink()

    CardJournal.tend = tend  # type: ignore[method-assign]


def _restarting() -> None:
    """Begin at the wrong place: one number is used for two people."""
    real = AppendLog._load  # noqa: SLF001

    def load(self: AppendLog) -> None:
        real(self)
        if self.rows:
            self.rows.popitem()
            self.chains.pop()
            self._end -= len(self.texts.pop()) + 10

    AppendLog._load = load  # type: ignore[method-assign]  # noqa: SLF001


def _mute() -> None:
    """Set aside what is damaged, and say nothing of what was lost."""

    def says_nothing(*_args: Any) -> None:  # noqa: ANN401
        return

    Mender._fill = says_nothing  # type: ignore[method-assign,assignment]  # noqa: SLF001


def _nameless() -> None:
    """Give every journal the same id: an empty card then begins with numbers that were used."""

    def same(count: int) -> str:
        return "00" * count

    segments.secrets.token_hex = same  # type: ignore[attr-defined]


KINDS = {
    "": lambda: None,
    "green-early": lambda: None,  # that one is the scanner's mistake, and done where it says green
    "no-flush": _no_flush,
    "forgetful": _forgetful,
    "restarting": _restarting,
    "mute": _mute,
    "nameless": _nameless,
}
NOTICED = (
    ("powercuts", "no-flush"),
    ("powercuts", "forgetful"),
    ("powercuts", "restarting"),
    ("doorcuts", "no-flush"),
    ("chaos", "forgetful"),
    ("points", "green-early"),
    ("errors", "green-early"),
    ("card trouble", "green-early"),
    ("swaps", "nameless"),
    ("damage", "mute"),
)
"""Which family must notice what.

Links and clocks have nothing here: what they would notice depends on how fast the line is.
"""


def commit(kind: str) -> None:
    """Break the journal of this process in that way; an empty word breaks nothing."""
    KINDS[kind]()


@contextlib.contextmanager
def lasting(kind: str) -> Iterator[None]:
    """Break it while the block lasts, in a process that goes on to other things."""
    real = Mender._fill  # noqa: SLF001
    commit(kind)
    try:
        yield
    finally:
        Mender._fill = real  # type: ignore[method-assign]  # noqa: SLF001
