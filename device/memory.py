"""What the door remembers across a restart of its process: which codes were just read.

Without it a scanner that restarts while somebody still holds a code up would count that person
twice. Kept are keyed digests, in /run, under a key that is in /run too: both are gone when the
power is, and neither says anything to whoever finds them.
"""

import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

log = structlog.get_logger()

Seen = tuple[tuple[bytes, int], ...]
KEY_BYTES, TAG_BYTES = 32, 16
EVERY_NS = 10**9


class Memory:
    """A small file in /run, written when a code was read and once a second while one is held."""

    def __init__(self, run: Path) -> None:
        """Keep it in `run`, which only this user may read."""
        self._path = run / "seen"
        self._key = _key(run / "seen.key")
        self._written: Seen = ()
        self._written_ns = 0
        self._lost = False

    def tag(self, text: bytes) -> bytes:
        """Return the digest by which a code is remembered."""
        return hashlib.blake2b(text, key=self._key, digest_size=TAG_BYTES).digest()

    def load(self) -> Seen:
        """Return what was remembered; nothing if the file is missing or damaged."""
        try:
            return msgspec.msgpack.decode(self._path.read_bytes(), type=Seen)
        except (OSError, msgspec.DecodeError):
            return ()

    def keep(self, remembered: Callable[[], Seen], up_ns: int) -> None:
        """Write what is remembered if other codes were read, or a second has passed."""
        seen = remembered()
        same = [tag for tag, _ in seen] == [tag for tag, _ in self._written]
        if same and (not seen or up_ns - self._written_ns < EVERY_NS):
            return
        try:
            self._write(msgspec.msgpack.encode(seen))
        except OSError as error:  # a door goes on without it
            if not self._lost:
                log.error("memory.lost", detail=error.strerror)  # noqa: TRY400
            self._lost = True
        else:
            self._lost = False
        self._written, self._written_ns = seen, up_ns

    def _write(self, data: bytes) -> None:
        """Put `data` in place, whole or not at all."""
        temporary = self._path.with_suffix(".new")
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(data)
        temporary.replace(self._path)


def _key(path: Path) -> bytes:
    """Return the key made at the first start since boot."""
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        found = b""
    if len(found) != KEY_BYTES:
        found = secrets.token_bytes(KEY_BYTES)
        path.unlink(missing_ok=True)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(fd, found)
        os.close(fd)
    return found
