"""What a card asks of root: one small file, which gate-setup takes away and checks again.

It lies in memory, because a card may bring a Wi-Fi password, and so it is gone with the power: that
may cost a card, and never has one obeyed later, when nobody is there any more. Whoever reads it
believes nothing in it but the authority's signature on the card.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec
import structlog

from device import plainfile
from wire.canonical import parse, read
from wire.controlcard import MAX_CHARS, Parsed
from wire.controlcard import parse as parse_card
from wire.errors import WireError

log = structlog.get_logger()

FOLDER, NAME = "asked", "card.json"
LIMIT = MAX_CHARS + 256
COMMAND = "command.json"
"""A command of the district's that only root can do: its signed bytes, as they came."""


class _Asked(msgspec.Struct, frozen=True):
    """The file."""

    card: str
    """The text of the card."""
    v: Literal[1] = 1

    def __repr__(self) -> str:
        """Say nothing: the card may hold a password."""
        return "<Asked>"


def asking(run: Path) -> Callable[[Parsed], None]:
    """Return what lays a card where gate-setup looks."""

    def ask(shown: Parsed) -> None:
        folder = run / FOLDER
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            plainfile.write(folder / NAME, msgspec.json.encode(_Asked(shown.text)))
        except OSError as error:
            log.error("card.unasked", detail=error.strerror)  # noqa: TRY400  (said, not debugged)

    return ask


def handing_on(run: Path) -> Callable[[bytes], bool]:
    """Return what lays a command where gate-setup looks, and says whether it could."""

    def hand_on(data: bytes) -> bool:
        folder = run / FOLDER
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            plainfile.write(folder / COMMAND, data)
        except OSError as error:
            log.error("command.unasked", detail=error.strerror)  # noqa: TRY400  (said only)
            return False
        return True

    return hand_on


def taken_command(run: Path) -> bytes | None:
    """Return the command that is asked for and take the file away, or None if there is none.

    Raises WireError for a file that cannot be one; it is gone then too.
    """
    return _taken(run / FOLDER / COMMAND)


def taken(run: Path) -> Parsed | None:
    """Return the card that is asked for and take the file away, or None if there is none.

    Raises WireError for a file that is no such request; it is gone then too.
    """
    data = _taken(run / FOLDER / NAME)
    return None if data is None else parse_card(read(_Asked, parse(data, LIMIT)).card)


def _taken(path: Path) -> bytes | None:
    try:
        data = plainfile.read(path, LIMIT)
    except FileNotFoundError:
        return None
    except OSError as error:
        msg = "a request that cannot be read"
        raise WireError(msg) from error
    finally:
        _away(path)
    if data is None:
        msg = "a request that is no plain file, or too long"
        raise WireError(msg)
    return data


def _away(path: Path) -> None:
    """Take away whatever lies there: it is looked at once."""
    if path.is_dir() and not path.is_symlink():
        path.rename(path.with_name(f"{path.name}.refused"))
    else:
        path.unlink(missing_ok=True)
