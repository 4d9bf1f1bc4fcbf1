"""Whether there is room enough on a disk, before and after it was needed."""

import errno
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from collector.errors import CollectorError, LedgerFull

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def needed(told: CollectorError) -> Iterator[None]:
    """Raise `told` if a disk becomes full in the block; whatever else goes wrong passes."""
    try:
        yield
    except (CollectorError, OSError) as error:
        if not _is_full(error):
            raise
        raise told from error


def lacking(
    wanted: Iterable[tuple[Path, int]], going: Iterable[Path]
) -> Iterator[tuple[Path, int]]:
    """Yield the folders on whose disks there is too little room, and how many bytes are missing.

    `wanted` are files to be made, with their bytes; `going` are files that are deleted before.
    """
    needed_on: Counter[int] = Counter()
    folders: dict[int, Path] = {}
    for path, size in wanted:
        folder = next(each for each in path.absolute().parents if each.is_dir())
        device = folder.stat().st_dev
        folders.setdefault(device, folder)
        needed_on[device] += size
    for path in going:
        at = path.stat()
        needed_on[at.st_dev] -= at.st_blocks * 512 if at.st_nlink == 1 else 0
    for device, folder in folders.items():
        disk = os.statvfs(folder)
        missing = needed_on[device] - disk.f_bavail * disk.f_frsize
        if missing > 0:
            yield folder, missing


def _is_full(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, LedgerFull) or getattr(error, "errno", None) in FULL:
            return True
        error = error.__cause__
    return False
