"""Who passed last which way, as keyed digests in /run.

Both the digests and their key are gone when the power is: a stolen gate tells nothing, and a
restart of the process forgets nobody. One short line is appended for each passage; the file is
written anew when most of its lines are out of date.
"""

import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import structlog

from device.memory import TAG_BYTES
from wire.record import Direction

log = structlog.get_logger()

NAME = "inside"
MOST = 20_000
"""People remembered; whose passage is longest ago is forgotten first. About 5 MB of memory."""
_LINE = struct.Struct(f"<{TAG_BYTES}sBq")
_CODES = {None: 0, Direction.IN: 1, Direction.OUT: 2}
_WAYS = {code: way for way, code in _CODES.items()}
_SLACK = 1024


class Last(msgspec.Struct, frozen=True):
    """The last accepted passage of one subject at this door."""

    way: Direction
    up_ns: int


class Inside:
    """Remembers the last passage of each subject until the power is cut."""

    def __init__(self, run: Path, tag: Callable[[bytes], bytes], most: int = MOST) -> None:
        """Keep it in `run`; `tag` digests a subject under the key of this boot."""
        self._path, self._tag, self._most = run / NAME, tag, most
        self._known: dict[bytes, Last] = {}
        self._lines = 0
        self._fd = -1
        self._lost = False
        self.is_new = not self._path.exists()
        """Nothing was remembered since the machine started."""

    def begin(self) -> None:
        """Take up what an earlier process of this boot remembered, and go on from there."""
        for digest, last in self._stored():
            self._know(digest, last)
        self._write(self._rewrite)

    def of(self, subject: bytes) -> Last | None:
        """Return the last passage of `subject`, if there is one."""
        return self._known.get(self._tag(subject))

    def put(self, subject: bytes, last: Last | None) -> None:
        """Remember a passage; or with None, that there was none."""
        digest = self._tag(subject)
        self._know(digest, last)
        self._lines += 1
        worn = self._lines > 2 * len(self._known) + _SLACK
        self._write(self._rewrite if worn else lambda: os.write(self._fd, _spelled(digest, last)))

    def forget(self) -> None:
        """Remember nobody any more: the place is known to be empty."""
        self._known.clear()
        self._write(self._rewrite)

    def close(self) -> None:
        """Close the file; harmless when repeated."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _know(self, digest: bytes, last: Last | None) -> None:
        self._known.pop(digest, None)
        if last is None:
            return
        self._known[digest] = last
        if len(self._known) > self._most:
            del self._known[next(iter(self._known))]

    def _stored(self) -> Iterator[tuple[bytes, Last | None]]:
        try:
            data = self._path.read_bytes()
        except OSError:
            return
        whole = len(data) - len(data) % _LINE.size  # a kill in mid-write leaves a part of a line
        for digest, code, up_ns in _LINE.iter_unpack(data[:whole]):
            way = _WAYS.get(code)
            yield digest, Last(way, up_ns) if way else None

    def _rewrite(self) -> None:
        """Put a file in place that has one line for each subject."""
        temporary = self._path.with_suffix(".new")
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            os.write(fd, b"".join(_spelled(*each) for each in self._known.items()))
            temporary.replace(self._path)
        except OSError:
            os.close(fd)
            raise
        self.close()
        self._fd, self._lines = fd, len(self._known)

    def _write(self, work: Callable[[], object]) -> None:
        """Do `work`; a door that can't remember over a restart goes on without."""
        try:
            work()
        except OSError as error:
            if not self._lost:
                log.error("inside.lost", detail=error.strerror)  # noqa: TRY400  (said, not debugged)
            self._lost = True
        else:
            self._lost = False


def _spelled(digest: bytes, last: Last | None) -> bytes:
    return _LINE.pack(digest, _CODES[last.way if last else None], last.up_ns if last else 0)
