"""The story of an update: believe it, lay it out, try it, switch, watch, and keep it or go back.

    release.json              what was brought, with its wheels beside it
    release.accepted.json     what runs now
    release.refused.json      what was brought and does not run
    result.txt                what came of it, in words

Power may fail after each step: what runs is whole at every moment, and the next start of this goes
on where it was. What was brought is always moved away, taken or not, so that it is looked at once.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, Protocol

from device import plainfile
from device.errors import GateError, ReleaseFailed, StorageUnusable
from device.i18n import N_, _, detail
from device.update import bundle
from device.update.bundle import MANIFEST
from device.update.shelf import Shelf
from wire.release import Release

ACCEPTED, REFUSED, RESULT = "release.accepted.json", "release.refused.json", "result.txt"
WHEELS = "wheels"


class Door(Protocol):
    """What is to go on working."""

    def can_run(self) -> bool:
        """Say whether the release on trial starts at all."""
        ...

    def restart(self) -> None:
        """Start the services anew, from what is current."""
        ...

    def are_well(self, within_s: float) -> bool:
        """Wait for the services; say whether they are ready and stay so."""
        ...


class Update:
    """One gate's releases, and what was brought."""

    def __init__(
        self,
        shelf: Shelf,
        brought: Path,
        keys: Path,
        door: Door,
        make: Callable[[Path, list[Path]], None],
        within_s: float,
    ) -> None:
        """Take where everything is; `within_s` is how long the services have to be ready."""
        self._shelf, self._brought, self._keys = shelf, brought, keys
        self._door, self._make, self._within_s = door, make, within_s

    def run(self) -> bool:
        """Finish what a power cut has stopped, then take what was brought.

        Returns whether all that was to do has been done well. Raises OSError if not even what came
        of it can be written.
        """
        try:
            self._shelf.settle()
            self._resume()
            if _is_there(self._brought / MANIFEST):
                self._take()
        except GateError as error:
            self._answer(REFUSED, _failure(error))
            return False
        except OSError as error:
            self._answer(REFUSED, _failure(StorageUnusable(error.strerror)))
            return False
        return True

    def _resume(self) -> None:
        """Bring a trial to its end that nobody has ended."""
        tried = self._shelf.on_trial
        if tried is None:
            return
        if tried != self._shelf.current:  # not switched yet, or gone back already
            self._shelf.discard(tried)
        elif tried == self._shelf.proven:
            self._accept(tried)
        else:  # a release with which the machine hangs must not be tried again and again
            msg = N_("the power failed while it was tried; bring it again")
            self._go_back(tried, ReleaseFailed(msg))

    def _take(self) -> None:
        manifest, found = bundle.believed(self._brought, self._keys, self._shelf.version())
        name = str(found.version)
        try:
            self._lay_out(name, manifest, found)
            if not self._door.can_run():
                msg = N_("it cannot start on this gate")
                raise ReleaseFailed(msg)
        except (GateError, OSError):
            self._shelf.discard(name)
            raise
        self._shelf.switch(name)
        self._door.restart()
        if self._door.are_well(self._within_s):
            self._shelf.prove()
            self._accept(name)
            return
        msg = N_("the door did not work with it, so the gate runs the one from before again")
        self._go_back(name, ReleaseFailed(msg))

    def _lay_out(self, name: str, manifest: bytes, found: Release) -> None:
        folder = self._shelf.room_for(name)
        wheels = folder / WHEELS
        wheels.mkdir()
        self._make(folder, bundle.take(self._brought, found, wheels))
        shutil.rmtree(wheels)
        self._shelf.finish(name, manifest)

    def _accept(self, name: str) -> None:
        self._answer(ACCEPTED, _("This gate now runs release {name}.").format(name=name))
        self._shelf.end_trial()

    def _go_back(self, name: str, why: ReleaseFailed) -> NoReturn:
        """Run what ran before. What was brought is laid aside first, so it is not tried again."""
        self._answer(REFUSED, _failure(why))
        self._shelf.go_back()
        self._door.restart()
        self._shelf.discard(name)
        raise why

    def _answer(self, name: str, said: str) -> None:
        """Say what came of it, and lay aside what was brought."""
        plainfile.write(self._brought / RESULT, f"{said}\n".encode())
        (self._brought / RESULT).chmod(0o644)
        if _is_there(self._brought / MANIFEST):
            (self._brought / MANIFEST).replace(self._brought / name)
        for wheel in self._brought.glob("*.whl"):
            wheel.unlink()


def _is_there(path: Path) -> bool:
    """Say whether something of that name is there, even a link that leads nowhere."""
    return path.is_symlink() or path.exists()


def _failure(error: GateError) -> str:
    why = detail(str(error))
    return f"{error.code}: {_(error.says)} ({why})\n{_(error.remedy)}"
