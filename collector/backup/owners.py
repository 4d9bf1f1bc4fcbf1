"""Whose a file is, by name: numbers of users differ from one machine to the next."""

import grp
import os
import pwd
from pathlib import Path

Owned = tuple[int, str, str]
"""Mode, user, group; names that are not known are empty."""
MODE = 0o2777
"""With whether a folder gives its group to what is made in it: several write what goes to gates."""


def of(path: Path) -> Owned:
    """Return whose a file is."""
    found = path.stat()
    try:
        owner = pwd.getpwuid(found.st_uid).pw_name
    except KeyError:
        owner = ""
    try:
        group = grp.getgrgid(found.st_gid).gr_name
    except KeyError:
        group = ""
    return found.st_mode & MODE, owner, group


def give(path: Path, owned: Owned) -> None:
    """Give a file its mode and, as root, its owner; users that are not here are left out."""
    mode, owner, group = owned
    if os.geteuid() == 0:
        uid = gid = -1
        try:
            uid = pwd.getpwnam(owner).pw_uid
            gid = grp.getgrnam(group).gr_gid
        except KeyError:
            pass
        os.chown(path, uid, gid)
    path.chmod(mode)


def settle(path: Path) -> None:
    """As root, give what lies in a folder to the folder's owner: root has written there."""
    if os.geteuid() == 0 and path.is_dir():
        found = path.stat()
        for each in path.iterdir():
            os.chown(each, found.st_uid, found.st_gid, follow_symlinks=False)


def folder(path: Path, owned: Owned) -> None:
    """Make a folder, and those above it, as it was; one that is there is left as it is."""
    if path.is_dir():
        return
    if not path.parent.is_dir():
        folder(path.parent, owned)
    path.mkdir()
    give(path, owned)
