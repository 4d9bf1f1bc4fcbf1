"""How many bytes reach a block device: ext4 on a loop device, and the kernel's own count."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from device.flow import Instant, Verdict
from device.journal.store import CardJournal

SIZE = 96 * 1024 * 1024
ALONE, IN_A_ROW = 32, 1024
TOGETHER = 16
"""In five minutes at a door of 2,000 scans in ten hours: they share a commit with commit=300."""
DAY_S = 86_400
SETTLED_S = 1.3
"""Longer than the file system waits before it commits what is not flushed, with commit=1."""


class Figures(msgspec.Struct, frozen=True):
    """Bytes written to the device."""

    alone: float
    """For a scan after which nothing happens for a while: the file system commits its time too."""
    in_a_row: float
    """For each of many scans, with sealing and all that may wait."""
    idle: float
    """In a day without anybody: a note every five minutes."""


def on_a_device(
    folder: Path,
    options: str,
    journal: Callable[[Path], CardJournal],
    verdict: Verdict,
    moment: Callable[[float], Instant],
) -> Figures | None:
    """Measure on a file system mounted with `options`; None where none can be mounted."""
    image, mount = folder / "card.img", folder / "card"
    mount.mkdir(exist_ok=True)
    with image.open("wb") as file:
        file.truncate(SIZE)
    # Blocks as on a real card; by itself so small a file system gets smaller ones.
    at_once = ["-E", "lazy_itable_init=0,lazy_journal_init=0"]
    made = ["mkfs.ext4", "-q", "-F", "-b", "4096", *at_once, str(image)]
    mounted = ["mount", "-o", f"loop,{options}", str(image), str(mount)]
    for command in (made, mounted):
        if subprocess.run(command, check=False, capture_output=True).returncode:  # noqa: S603
            return None
    try:
        together = TOGETHER if "commit=300" in options else 1
        return _measured(mount, journal, verdict, moment, together)
    finally:
        subprocess.run(["umount", str(mount)], check=True)  # noqa: S603, S607


def _measured(
    mount: Path,
    journal: Callable[[Path], CardJournal],
    verdict: Verdict,
    moment: Callable[[float], Instant],
    together: int,
) -> Figures:
    device = _device(mount)
    second = 0
    with journal(mount) as ours:

        def run(scans: int, at_once: int) -> float:
            """Scan; let the file system commit after so many."""
            nonlocal second
            start = _sectors(device)
            for number in range(1, scans + 1):
                ours.scan(verdict, moment(second))
                for _ in range(5):
                    second += 1
                    ours.tend(moment(second))
                if number % at_once == 0:
                    os.sync() if at_once > 1 else time.sleep(SETTLED_S)
            return (_sectors(device) - start) * 512 / scans

        run(512, 512)  # its first files are filled
        in_a_row = run(IN_A_ROW, IN_A_ROW)
        run(300 - ours.last % 257, 1000)  # no segment ends among the lone ones
        os.sync()
        alone = run(ALONE, together)
        start, first = _sectors(device), ours.last
        for _ in range(DAY_S):
            second += 1
            ours.tend(moment(second))
        os.sync()
        day = (_sectors(device) - start) * 512
        flushes = (ours.last - first) / 2  # a silence is noted together with the head
    # A day run through in a moment lets the file system put together what a real one cannot.
    return Figures(alone, in_a_row, max(day, flushes * alone))


def _device(mount: Path) -> str:
    number = mount.stat().st_dev
    return f"/sys/dev/block/{os.major(number)}:{os.minor(number)}/stat"


def _sectors(device: str) -> int:
    return int(Path(device).read_text(encoding="ascii").split()[6])
