"""Who comes to a drawn doorway, and when: the script of a demonstration or a test.

A JSON file. Everything that is not written in it (angle, distance, how a hand shakes) follows from
the seed and the person's name, so the same script is the same crowd again.
"""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from device.errors import ScriptInvalid
from device.i18n import N_, _
from wire import complaint

MAX_BYTES = 16_000_000
S = 1_000_000_000

Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e6)]
Side = Annotated[int, msgspec.Meta(ge=160, le=4096)]


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who comes, holds something up and goes."""

    who: str
    """A name for the record; no two people share it."""
    arrive_s: Seconds
    """When the hand comes into view, after the script's start."""
    hold_s: Annotated[float, msgspec.Meta(gt=0, le=3600)]
    """How long it is held up, between coming in and going out."""
    medium: Literal["phone", "paper"] = "phone"
    text: str | None = None
    """What the code holds."""
    picture: str | None = None
    """In place of `text`: a photo to hold up. A path relative to the script's folder."""

    def __post_init__(self) -> None:
        """Refuse somebody with nothing, or with two things, to show."""
        if (self.text is None) == (self.picture is None):
            msg = N_("give either text or picture")
            raise ValueError(msg)


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A crowd."""

    seed: int
    start_up_ns: int
    """CLOCK_BOOTTIME at which the script begins. A scanner that starts later joins it there."""
    people: tuple[Person, ...]
    size: tuple[Side, Side] = (1280, 720)
    """Width and height of the frames, pixels."""
    repeat_s: Annotated[float, msgspec.Meta(gt=0)] | None = None
    """If given, the crowd comes again every so often, with `.1`, `.2`, ... after the names."""

    def __post_init__(self) -> None:
        """Refuse two people of one name: the record could not tell them apart."""
        names = [each.who for each in self.people]
        if len(set(names)) != len(names):
            msg = N_("two people have the same name")
            raise ValueError(msg)


def load_script(path: Path) -> Script:
    """Read a script; raise ScriptInvalid naming what is wrong in it and where."""
    try:
        if path.stat().st_size > MAX_BYTES:
            msg = f"{path}: {N_('far too long')}"
            raise ScriptInvalid(msg)
        script = msgspec.json.decode(path.read_bytes(), type=Script)
    except OSError as error:
        msg = f"{path}: {error.strerror or N_('cannot be read')}"
        raise ScriptInvalid(msg) from error
    except msgspec.ValidationError as error:
        msg = f"{path}: {complaint.named(str(error), _)}"
        raise ScriptInvalid(msg) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        msg = f"{path}: {N_('not JSON')}"
        raise ScriptInvalid(msg) from error
    return msgspec.structs.replace(
        script, people=tuple(_rooted(each, path.resolve().parent) for each in script.people)
    )


def _rooted(person: Person, folder: Path) -> Person:
    if person.picture is None:
        return person
    return msgspec.structs.replace(person, picture=str(folder / person.picture))
