"""Brings a network up through NetworkManager, by the command that it ships: nmcli.

What the command prints is for people and changes; why a network did not come up is told by the
number of NetworkManager's own reason (its D-Bus interface, NMDeviceStateReason).
"""

import shutil
import subprocess
from collections.abc import Callable, Sequence

from device.setup.trouble import JoinFailed
from device.setup.wifi import UUID
from wire.enrolcode import Network
from wire.joining import Trouble

WAIT_S = 30
GRACE_S = 10
NO_SECRETS, SSID_NOT_FOUND = 7, 53
SUPPLICANT = frozenset({NO_SECRETS, 8, 9, 10, 11})
"""The access point and this radio did not come to terms: with WPA that is the passphrase."""

Run = Callable[[Sequence[str]], tuple[int, str]]
"""Runs a command; returns its exit status and what it printed."""


def command(words: Sequence[str]) -> tuple[int, str]:
    """Run one of the system's commands, in its own language, and never for ever."""
    program = shutil.which(words[0])
    if program is None:
        return 127, ""
    try:
        done = subprocess.run(  # noqa: S603  (constants, and a profile's own number)
            [program, *words[1:]],
            check=False,
            capture_output=True,
            text=True,
            timeout=WAIT_S + GRACE_S,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired:
        return 3, ""
    return done.returncode, done.stdout


def up(network: Network, run: Run = command) -> None:
    """Bring the kept profile up. Raises JoinFailed with what the technician can do about it."""
    if network.country:
        run(["iw", "reg", "set", network.country])
        run(["nmcli", "radio", "wifi", "on"])
    run(["nmcli", "connection", "reload"])
    status, _said = run(["nmcli", "--wait", str(WAIT_S), "connection", "up", "uuid", UUID])
    if status != 0:
        raise JoinFailed(_why(network, run))


def _why(network: Network, run: Run) -> Trouble:
    if network.kind != "wifi":
        return Trouble.NO_NETWORK
    _status, said = run(["nmcli", "--get-values", "GENERAL.REASON", "device", "show"])
    numbers = {
        int(word) for line in said.splitlines() if (word := line.partition(" ")[0]).isdigit()
    }
    if SSID_NOT_FOUND in numbers:
        return Trouble.NO_WIFI
    return Trouble.PASSPHRASE if numbers & SUPPLICANT else Trouble.NO_NETWORK
