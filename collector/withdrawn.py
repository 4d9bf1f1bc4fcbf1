"""Which gates were withdrawn: one name a line, in a file that intake and the broker's program read.

A stolen gate is withdrawn here within seconds, without the authority's offline keys. It is by name:
a gate that takes the place of a withdrawn one is given another name, or restored.
"""

import re
from pathlib import Path

from collector.errors import StoreUnusable
from collector.i18n import N_
from collector.plainfile import write

MAX_BYTES = 4 * 1024 * 1024
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
HEAD = "# Gates of which nothing is taken any more; written by `collector gates`.\n"


class WithdrawnFile:
    """The list as it now stands on disk; without a file nobody is withdrawn."""

    def __init__(self, path: Path) -> None:
        """Take the path; nothing is read yet."""
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._names: frozenset[str] = frozenset()

    def current(self) -> frozenset[str]:
        """Return the names, read again if the file has changed.

        A file that cannot be read leaves the last names: nobody comes back by a slip of the pen.
        """
        try:
            stat = self._path.stat()
            seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if seen != self._seen:
                self._names, self._seen = load(self._path), seen
        except FileNotFoundError:
            self._seen, self._names = None, frozenset()
        except (OSError, StoreUnusable):
            return self._names
        return self._names


def load(path: Path) -> frozenset[str]:
    """Read the names; none if there is no file. Raises StoreUnusable."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES).decode("ascii")
    except FileNotFoundError:
        return frozenset()
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: {getattr(error, 'strerror', None) or N_('cannot be read')}"
        raise StoreUnusable(msg) from error
    lines = (line.strip() for line in text.splitlines())
    return frozenset(line for line in lines if NAME.fullmatch(line))


def save(path: Path, names: frozenset[str]) -> None:
    """Write the names, whole or not at all. Raises StoreUnusable."""
    text = HEAD + "".join(f"{name}\n" for name in sorted(names))
    write(path, text.encode("ascii"))
