"""Where the gate stands, and which ways it serves: as enrolled, or as cards have said since.

A card moves a gate for good, or lends it to an event from a time until another. What the cards said
is in one small file that the scanner alone writes; an enrolment that was made later than a card
ends what the card said. The parts that go by the place are made for one place, so a gate that moves
takes them up anew (device/wiring/door.py).
"""

from pathlib import Path

import msgspec
import structlog

from device import plainfile
from device.flow import Instant, Remark
from wire.enrolment import Enrolment
from wire.record import Direction, What

log = structlog.get_logger()

NAME = "posts.json"
LIMIT = 16 * 1024


class Post(msgspec.Struct, frozen=True):
    """A place, and the ways that the gate serves there."""

    place: str
    area: str
    directions: tuple[Direction, ...]


class Loan(msgspec.Struct, frozen=True):
    """A post that has a begin and an end, in seconds since 1970."""

    post: Post
    begins: int
    ends: int


class _Kept(msgspec.Struct, frozen=True):
    """The file."""

    issued: int = 0
    """When the newest card that counts was made, in seconds since 1970."""
    lasting: Post | None = None
    loan: Loan | None = None
    told: Post | None = None
    """Of which post the journal knows."""
    v: int = 1


class Posts:
    """What the cards have said of one gate."""

    def __init__(self, folder: Path, enrolment: Enrolment) -> None:
        """Keep it in `folder`; `enrolment` says where the gate stands without any card."""
        self._path = folder / NAME
        self._enrolled = Post(enrolment.place, enrolment.area, enrolment.directions)
        self._enrolled_ms = enrolment.issued
        self._kept = _Kept()
        self._telling: Post | None = None

    def begin(self) -> None:
        """Read what is stored. What cannot be read is said, and the enrolment holds."""
        try:
            data = plainfile.read(self._path, LIMIT)
            found = msgspec.json.decode(data or b"", type=_Kept)
        except (FileNotFoundError, NotADirectoryError):
            return
        except (OSError, msgspec.DecodeError):
            log.error("posts.unread")  # noqa: TRY400  (said, not debugged)
            return
        if found.issued * 1000 < self._enrolled_ms:
            found = _Kept(told=found.told)
        self._kept = found

    @property
    def lasting(self) -> Post:
        """Return where the gate stands when no event has it."""
        return self._kept.lasting or self._enrolled

    def in_force(self, now: Instant) -> Post:
        """Return where it stands now.

        A clock that is unsure is believed as far as it goes: it never runs ahead of what is known
        to be past, so an event then begins and ends late.
        """
        loan, at_s = self._kept.loan, now.wall_ms / 1000
        return loan.post if loan and loan.begins <= at_s < loan.ends else self.lasting

    def stand(self, post: Post, issued: int) -> None:
        """Move the gate for good; an event that has it, or will, stays."""
        self._write(msgspec.structs.replace(self._kept, lasting=post, issued=self._newer(issued)))

    def lend(self, post: Post, times: tuple[int, int], issued: int) -> None:
        """Lend the gate to an event; another event gives way to it."""
        loan = Loan(post, *times)
        self._write(msgspec.structs.replace(self._kept, loan=loan, issued=self._newer(issued)))

    def news(self, post: Post) -> tuple[Remark, ...]:
        """Return what the journal is to be told of the post that is in force from now on."""
        if post == (self._kept.told or self._enrolled):
            return ()
        self._telling = post
        loan = self._kept.loan
        why = "event" if loan and post == loan.post else "card" if self._kept.lasting else "back"
        said = {"place": post.place, "area": post.area, "directions": list(post.directions)}
        return (Remark(What.PLACED, {**said, "why": why}),)

    def told(self) -> None:
        """Take note that the journal has been told."""
        if self._telling is not None:
            told, self._telling = self._telling, None
            self._write(msgspec.structs.replace(self._kept, told=told))

    def _newer(self, issued: int) -> int:
        return max(issued, self._kept.issued, self._enrolled_ms // 1000 + 1)

    def _write(self, kept: _Kept) -> None:
        """Keep it; what cannot be written holds until the gate is started anew."""
        self._kept = kept
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            plainfile.write(self._path, msgspec.json.encode(kept))
        except OSError as error:
            log.error("posts.unwritten", detail=error.strerror)  # noqa: TRY400


def posted(enrolment: Enrolment, post: Post) -> Enrolment:
    """Return the enrolment as it holds at another post. Its signature was for the first one."""
    return msgspec.structs.replace(
        enrolment, place=post.place, area=post.area, directions=post.directions
    )
