"""Which forms were sent: each is one record, over a double press, a reload and a power cut.

A line is on stable storage before the record is: the form, and the stamp that its record will have.
After a crash only the last line can be of a record that was not stored, and the journal says
whether it was. What a form said is not kept.
"""

import os
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from device import plainfile
from device.errors import StorageUnusable
from device.flow import Instant

NAME = "forms"
KEPT = 5_000
"""Forms that are remembered; an attendant sends a few hundred a day."""
LIMIT = 1_000_000
KNOWN = "# -\n"
"""All lines before it were held against the journal."""
Stamp = tuple[str, int]
"""The boot and the time since it, ms, of one record."""


class Forms:
    """The forms that were sent from this desk."""

    def __init__(self, folder: Path) -> None:
        """Remember in `folder`; `begin` opens it."""
        self._path = folder / NAME
        self._sent: OrderedDict[str, Stamp] = OrderedDict()
        self._file: int | None = None

    def begin(self, is_stored: Callable[[Stamp], bool]) -> None:
        """Take up what was remembered; `is_stored` says whether the journal has such a scan.

        Raises StorageUnusable.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            data = plainfile.read(self._path, LIMIT) if self._path.exists() else b""
        except OSError as error:
            raise StorageUnusable(str(self._path)) from error
        last: Stamp | None = None
        for line in (data or b"").decode("ascii", "replace").splitlines():
            form, _, rest = line.partition(" ")
            boot, _, up = rest.partition(" ")
            last = None
            if up.isdigit():
                self._sent[form] = last = (boot, int(up))
            elif rest == "-":
                self._sent.pop(form, None)
        if last is not None and not is_stored(last):
            self._sent.popitem()
        self._rewrite()

    def has(self, form: str) -> bool:
        """Say whether the record of a form is stored."""
        return form in self._sent

    def will(self, form: str, at: Instant) -> None:
        """Say that the record of `form`, stamped `at`, is stored next. Raises StorageUnusable."""
        stamp = (at.boot, at.up_ns // 1_000_000)
        self._append(f"{form} {stamp[0]} {stamp[1]}\n")
        self._sent[form] = stamp

    def failed(self, form: str) -> None:
        """Say that it was not stored after all."""
        self._sent.pop(form, None)
        self._append(f"{form} -\n")

    def close(self) -> None:
        """Close the file; harmless when repeated."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _rewrite(self) -> None:
        while len(self._sent) > KEPT:
            self._sent.popitem(last=False)
        lines = [f"{form} {boot} {up}\n" for form, (boot, up) in self._sent.items()]
        lines.append(KNOWN)
        try:
            plainfile.write(self._path, "".join(lines).encode())
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        except OSError as error:
            raise StorageUnusable(str(self._path)) from error

    def _append(self, line: str) -> None:
        if self._file is None:
            raise StorageUnusable(str(self._path))
        try:
            os.write(self._file, line.encode())
            os.fdatasync(self._file)
        except OSError as error:
            raise StorageUnusable(str(self._path)) from error
