"""Handing the district's desk its keys: a folder that `collector desk` reads, and nothing else.

These keys are not closed, since the desk starts by itself; whoever has them can issue passes until
the authority withdraws all that they have issued.
"""

from pathlib import Path

from provisioning import files, keyfile, making
from provisioning.authority import Authority, pretty
from provisioning.errors import FileUnusable, KeyMissing

PUBLIC = "public.json"
KEYS = "keys"


def hand(home: Authority, out: Path) -> list[Path]:
    """Write the desk's keys and what everyone may know into a folder; return what is there.

    The folder is only for its owner. Raises KeyMissing where the authority has no such keys here.
    """
    paths = [making.DESK_STATUS, *(making.issuing(use, way) for way, use in making.WAYS.items())]
    for path in paths:
        keyfile.load_ed25519(home.folder / path)
    found = {Path(path).name: _read(home.folder / path) for path in paths}
    files.folder(out / KEYS)
    for name, data in found.items():
        files.write(out / KEYS / name, data, files.PRIVATE)
    files.write(out / PUBLIC, pretty(home.public))
    return [*(out / KEYS / name for name in sorted(found)), out / PUBLIC]


def _read(path: Path) -> bytes:
    try:
        return files.read(path, keyfile.LIMIT)
    except FileUnusable as error:
        raise KeyMissing(path=path) from error
