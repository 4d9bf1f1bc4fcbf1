"""What two people do together: found an authority, or bring its root back for one piece of work.

The root is in memory while the work lasts and nowhere after it. What the work is, is not known
here.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provisioning import authority, files, keyfile, shares, sharesheet
from provisioning.authority import CA_KEY, HOSTS, ROOT, Authority
from provisioning.errors import AuthorityExists, FileUnusable, KeyMissing
from provisioning.shares import Share
from wire.keys import KeyEntry, Use, entry

NEEDED, COUNT = 2, 3
Write = Callable[[Path, Sequence[Share], str, KeyEntry, datetime], list[Path]]
"""Puts shares on pages in a folder and reads them again: `write` of sharesheet or sharepdf."""


def found(  # noqa: PLR0913 - all that is said about an authority, by name
    folder: Path,
    name: str,
    *,
    help_line: str = "",
    hosts: tuple[str, ...] = HOSTS,
    now: datetime,
    secret: bytes,
    sheets: Path,
    needed: int = NEEDED,
    count: int = COUNT,
    write: Write = sharesheet.write,
) -> tuple[Authority, list[Path]]:
    """Make an authority whose root is on `count` pages, of which it takes `needed`.

    The pages come first and are read back: there is never an authority without its root. Raises
    what `authority.create` and `sharesheet.write` do.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise AuthorityExists(folder=folder)
    root = Ed25519PrivateKey.generate()
    made = shares.split(root, needed, count)
    public = entry(root.public_key(), Use.ROOT)
    pages = write(sheets, made, name, public, now)
    try:
        home = authority.create(
            folder, name, help_line=help_line, hosts=hosts, now=now, secret=secret, root=root
        )
    except BaseException:
        for page in pages:  # shares of a root that is nobody's would be taken for the right ones
            page.unlink(missing_ok=True)
        raise
    return home, pages


def joined(home: Authority, given: Sequence[Path]) -> Authority:
    """Return the authority with its root, from the shares that were given.

    Without any it is returned as it is. Raises ShareInvalid, SharesFew, ShareForeign, FileUnusable.
    """
    if not given:
        return home
    root = shares.join([sharesheet.read(path) for path in given], home.public.root)
    return replace(home, joined=root)


def share(
    home: Authority,
    sheets: Path,
    now: datetime,
    needed: int = NEEDED,
    count: int = COUNT,
    write: Write = sharesheet.write,
) -> list[Path]:
    """Put the root on new pages, and take it out of the folder if it lies there; return the pages.

    Pages of before bring the same root back: burn them. Raises RootAbsent and what
    `sharesheet.write` does.
    """
    root = home.root()
    made = shares.split(root, needed, count)
    pages = write(sheets, made, home.public.authority, home.public.root, now)
    if not home.is_shared():
        _close(home, root)
    return pages


def _close(home: Authority, root: Ed25519PrivateKey) -> None:
    """Close what lies beside the root, and only then delete the root."""
    secret = keyfile.offline_secret(root)
    offline = home.folder / "offline"
    try:
        for path in offline.glob("reserve-*.pem"):
            keyfile.save(path, keyfile.load_ed25519(path, lambda: secret), secret)
        keyfile.save(home.folder / CA_KEY, home.issuer().key, secret)
        (home.folder / ROOT).unlink(missing_ok=True)
        files.flush_folder(offline)
    except OSError as error:
        raise FileUnusable(path=offline, detail=error.strerror) from error
    if not keyfile.is_closed(home.folder / CA_KEY):
        raise KeyMissing(path=home.folder / CA_KEY)
