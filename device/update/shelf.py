"""The releases on the card, and which of them runs.

    releases/NAME/   one release, an environment of Python's own; a whole one has `release.json`
    current          the release that the services run
    proven           the last that ran well; the same as `current`, unless that is on trial
    trial            the release being tried, while it is

The links are changed by rename, after what they point at is on the card, so that a power cut leaves
each of them pointing at a release that is whole.
"""

import os
import shutil
from pathlib import Path

import msgspec

from device import plainfile
from device.errors import ReleaseFailed
from device.i18n import N_
from wire import release
from wire.keys import Signed

MARK = "release.json"
"""What the authority signed; laid into a release last, when all else of it is on the card."""


class Shelf:
    """A folder of releases with its links."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, such as /opt/gate."""
        self._folder, self._releases = folder, folder / "releases"

    def settle(self) -> None:
        """Have `proven` name a release itself; on a new card it is whatever is current."""
        proven = self._folder / "proven"
        if not proven.is_symlink() or proven.readlink() == Path("current"):
            self._link("proven", self.current)

    @property
    def current(self) -> str:
        """Return the name of the release that runs; raise ReleaseFailed if none is there."""
        return self._named("current")

    @property
    def proven(self) -> str:
        """Return the name of the last release that ran well."""
        return self._named("proven")

    @property
    def on_trial(self) -> str | None:
        """Return the name of the release that is being tried."""
        return self._named("trial") if (self._folder / "trial").is_symlink() else None

    def version(self) -> int:
        """Return the version of the release that runs; 0 for one that came with the card."""
        try:
            data = plainfile.read(self._releases / self.current / MARK, release.MAX_BYTES)
            found = msgspec.json.decode(data or b"", type=Signed)
            return msgspec.convert(found.doc, release.Release).version
        except FileNotFoundError:
            return 0
        except (OSError, msgspec.MsgspecError) as error:
            msg = N_("the release that runs cannot be read")
            raise ReleaseFailed(msg) from error

    def room_for(self, name: str) -> Path:
        """Return an empty folder for a new release; of the others what runs is kept, and no more.

        So there are never more than two, and what a power cut has left behind is gone.
        """
        path, kept = self._releases / name, {self.current, self.proven}
        for each in self._releases.iterdir():
            if each.name not in kept:
                shutil.rmtree(each)
        path.mkdir()
        return path

    def finish(self, name: str, manifest: bytes) -> None:
        """Put a release on the card for good, and say that it is being tried."""
        os.sync()  # thousands of files: one by one would cost a slow card minutes
        plainfile.write(self._releases / name / MARK, manifest)
        self._link("trial", name)

    def switch(self, name: str) -> None:
        """Let the services run this release from their next start on."""
        self._link("current", name)

    def prove(self) -> None:
        """Say that what is current runs well."""
        self._link("proven", self.current)

    def go_back(self) -> None:
        """Let the services run the last release that ran well."""
        self._link("current", self.proven)

    def discard(self, name: str) -> None:
        """Forget a release that is not to run; harmless if there is none."""
        self.end_trial()
        if name not in (self.current, self.proven):
            shutil.rmtree(self._releases / name, ignore_errors=True)

    def end_trial(self) -> None:
        """Say that nothing is being tried."""
        (self._folder / "trial").unlink(missing_ok=True)
        plainfile.sync_folder(self._folder)

    def _named(self, link: str) -> str:
        path = (self._folder / link).resolve()
        if path.parent != self._releases.resolve() or not path.is_dir():
            msg = N_("the release that runs cannot be read")
            raise ReleaseFailed(msg)
        return path.name

    def _link(self, link: str, name: str) -> None:
        new = self._folder / f".{link}.new"
        new.unlink(missing_ok=True)
        new.symlink_to(Path("releases") / name)
        new.replace(self._folder / link)
        plainfile.sync_folder(self._folder)
