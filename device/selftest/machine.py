"""The card, the clock and the watchdogs: what goes on when nobody is there."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from device import plainfile
from device.flow import Instant
from device.i18n import N_, _
from device.trouble import said
from wire.record import ClockState
from wire.selftest import Found, Outcome

FLEETING = frozenset({"tmpfs", "ramfs", "overlay", "squashfs", "devtmpfs", "rootfs", "iso9660"})
"""File systems that forget with the power, or cannot be written."""
TRIED_BYTES = 16_384
SLOW_MS = 500.0
SERVICE = "gate-scanner.service"


def storage(
    state: Path, up_ns: Callable[[], int], mounts: Path = Path("/proc/self/mountinfo")
) -> Found:
    """Write to the folder with the records for real, and see that it outlives the power."""
    tried = state / ".self-test"
    try:
        state.mkdir(parents=True, exist_ok=True)
        kind = file_system(state, mounts.read_text(encoding="utf-8", errors="replace"))
        if kind in FLEETING:
            says = _("{kind}: what is written there is gone with the power").format(kind=kind)
            return Found("storage", Outcome.BAD, says)
        data = os.urandom(TRIED_BYTES)
        began_ns = up_ns()
        plainfile.write(tried, data)
        took_ms = (up_ns() - began_ns) / 1e6
        same = plainfile.read(tried, TRIED_BYTES) == data
        tried.unlink()
    except OSError as error:
        return Found("storage", Outcome.BAD, said(error))
    good = same and took_ms <= SLOW_MS
    says = kind if good else _("it is too slow") if same else _("it gives back other bytes")
    return Found("storage", Outcome.GOOD if good else Outcome.BAD, says, {"ms": round(took_ms, 1)})


def file_system(folder: Path, mounts: str) -> str:
    """Return the kind of file system that `folder` is on; "" if that is not said."""
    best, kind = "", ""
    where = str(folder.resolve())
    for line in mounts.splitlines():
        left, _dash, right = line.partition(" - ")
        fields = left.split()  # the fifth is where it is mounted
        if len(fields) < 5 or not right:
            continue
        point = fields[4].replace("\\040", " ")
        inside = point in {"/", where} or where.startswith(point + "/")
        if inside and len(point) >= len(best):
            best, kind = point, right.split()[0]
    return kind


def clock(now: Instant) -> Found:
    """Say whether anybody keeps the clock right."""
    good = now.clock is not ClockState.UNSYNCED
    says = "" if good else _("nobody says that it is right")
    return Found("clock", Outcome.GOOD if good else Outcome.BAD, says)


def watchdogs(root: Path = Path("/"), timeout: Callable[[], str] | None = None) -> list[Found]:
    """Say whether somebody restarts the machine, and the scanner, when they hang."""
    states = sorted(root.glob("sys/class/watchdog/watchdog*/state"))
    active = any(_read(each) == "active" for each in states)
    board = Found("watchdog-board", Outcome.UNKNOWN, _("this machine has none"))
    if states:
        says = "" if active else N_("nobody has armed it")
        board = Found("watchdog-board", Outcome.GOOD if active else Outcome.BAD, says and _(says))
    said_s = (timeout or _service_timeout)()
    if not said_s:
        says = _("the service is not installed here")
        return [board, Found("watchdog-scanner", Outcome.UNKNOWN, says)]
    armed = said_s not in {"0", "infinity"}
    says = said_s if armed else _("nobody has armed it")
    return [board, Found("watchdog-scanner", Outcome.GOOD if armed else Outcome.BAD, says)]


def _service_timeout() -> str:
    """Return within what time the scanner's service wants to hear from it; "" if there is none."""
    systemctl = shutil.which("systemctl")
    if systemctl is None:
        return ""
    asked = [systemctl, "show", "--value", "-p", "LoadState", "-p", "WatchdogUSec", SERVICE]
    done = subprocess.run(asked, check=False, capture_output=True, text=True)  # noqa: S603  (constant)
    words = done.stdout.split()
    return words[-1] if "loaded" in words and len(words) > 1 else ""


def runs(service: str) -> bool:
    """Say whether a service runs on this machine."""
    systemctl = shutil.which("systemctl")
    if systemctl is None:
        return False
    asked = [systemctl, "is-active", "--quiet", service]
    return subprocess.run(asked, check=False, capture_output=True).returncode == 0  # noqa: S603


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
