"""`python -m device.setup.carry --config FILE [--device DEVICE]`: gate-stick.service, as root.

Finds the USB stick, mounts it where only this process sees it, so that nothing on it can be run and
no device opened by it, and lets go of it again. Ends with 2 if there is no stick or nothing could
be carried.
"""

import argparse
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from device import lean  # noqa: F401  (first, before anything that logs)

# isort: split
from device import clock, config
from device.errors import GateError, StorageUnusable
from device.i18n import N_
from device.setup.stick import Stick

FAILED = 2
BLOCKS = Path("/sys/class/block")
AT = Path("/run/gate-stick")
SAFE = "nosuid,nodev,noexec,noatime"
OPTIONS = {"vfat": f"{SAFE},umask=0077", "exfat": f"{SAFE},umask=0077"}
"""File systems without links, owners and special files, and how they are mounted."""


def main() -> int:
    """Carry what there is, and say in the log what could not be done."""
    parser = argparse.ArgumentParser(prog="python -m device.setup.carry", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    parser.add_argument("--device", type=Path, metavar="DEVICE")
    asked = parser.parse_args()
    try:
        found = config.load(asked.config)
        now = clock.SystemClock(vouched=found.clock.vouched).now()
        with mounted(asked.device or stick()) as root:
            sys.stderr.write(Stick(found, root, now).carry())
    except (GateError, OSError) as error:
        sys.stderr.write(f"{getattr(error, 'code', 'storage-unusable')}: {error}\n")
        return FAILED
    return 0


def stick(blocks: Path = BLOCKS) -> Path:
    """Return the first partition (or whole disk) that hangs on USB and can be read by laptops.

    Raises StorageUnusable if there is none.
    """
    for each in sorted(blocks.iterdir(), reverse=True):
        device = Path("/dev") / each.name
        if "/usb" in str(each.resolve()) and kind(device) in OPTIONS:
            return device
    msg = N_("no USB stick was found, or none with a FAT or exFAT partition")
    raise StorageUnusable(msg)


def kind(device: Path) -> str:
    """Return what file system is on a device; "" for none."""
    return _done("blkid", "-p", "-o", "value", "-s", "TYPE", str(device)).stdout.strip()


@contextlib.contextmanager
def mounted(device: Path, at: Path = AT) -> Iterator[Path]:
    """Mount a device for the block; raise StorageUnusable if it cannot be."""
    found = kind(device)
    if found not in OPTIONS:
        msg = N_("the stick has no FAT or exFAT partition")
        raise StorageUnusable(msg)
    at.mkdir(mode=0o700, exist_ok=True)
    done = _done("mount", "-t", found, "-o", OPTIONS[found], str(device), str(at))
    if done.returncode != 0:
        msg = N_("the stick cannot be mounted")
        raise StorageUnusable(msg)
    try:
        yield at
    finally:
        _done("umount", str(at))


def _done(command: str, *words: str) -> "subprocess.CompletedProcess[str]":
    program = next(
        path
        for folder in ("/usr/sbin", "/usr/bin", "/sbin", "/bin")
        if (path := Path(folder) / command).exists()
    )
    return subprocess.run(  # noqa: S603  (the system's own commands, and words from above)
        [str(program), *words], check=False, capture_output=True, text=True
    )


if __name__ == "__main__":
    sys.exit(main())
