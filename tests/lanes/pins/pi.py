"""A Raspberry Pi 3 in QEMU, looked at from outside: its console, and the levels of its pins.

The levels are read and driven at the chip's registers through QEMU, so they are what a wire would
carry, whatever the programs inside believe.
"""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Self

ROOT = Path(__file__).resolve().parents[3]
TOOL = ROOT / "tools/pi"
QEMU = "qemu-system-aarch64"
LONG_S = 240.0
"""A machine that hangs fails here; on a busy host it may take a minute to start."""
FIRST = -5
"""How nice it is; other work is at 0."""
PYTHON = "PYTHONPATH=/app GPIOZERO_PIN_FACTORY=lgpio PYTHONUNBUFFERED=1 /usr/bin/python3.11"

FUNCTION, SET, CLEAR, LEVEL = 0x3F200000, 0x3F20001C, 0x3F200028, 0x3F200034

INIT = """#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs run /run
stty -echo
mkdir -p /run/gate
chown 990:997 /run/gate
chown 0:997 /dev/gpiochip0
chmod 660 /dev/gpiochip0
mkfifo /run/in
mount -o remount,ro /
cd /run/gate
echo @up
while read -r line; do eval "$line"; done
"""

CONFIG = """
[camera]
source = "pictures"
path = "/none"
[link]
brokers = [{{ host = "localhost" }}]
[panel]
{panel}
"""


def pack(folder: Path, made: Path, panels: dict[str, str]) -> Path:
    """Write the initramfs: what `tools/pi` made, and the gate's code and configurations."""
    app, etc = folder / "root/app", folder / "root/etc/gate"
    for package in ("device", "wire"):
        skip = shutil.ignore_patterns("__pycache__", "*.po")
        shutil.copytree(ROOT / package, app / package, ignore=skip)
    shutil.copy(Path(__file__).with_name("guest.py"), app / "guest.py")
    etc.mkdir(parents=True)
    for name, panel in panels.items():
        (etc / f"{name}.toml").write_text(CONFIG.format(panel=panel))
    (folder / "root/run").mkdir()
    (folder / "root/init").write_text(INIT)
    (folder / "root/init").chmod(0o755)
    image = folder / "initrd.gz"
    own = subprocess.run([TOOL, "pack", folder / "root"], check=True, capture_output=True).stdout
    image.write_bytes((made / "root.gz").read_bytes() + own)
    return image


def _go_first() -> None:
    """Have the host give its time to this process, and to the machine that it starts, first.

    The Pi lives in real time and is looked at in real time; beside it run tests that can wait.
    """
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, FIRST)


class Pin(NamedTuple):
    """A pin as it stands."""

    is_output: bool
    level: int


class Pi:
    """One machine; entering starts it, leaving ends it."""

    def __init__(self, folder: Path, made: Path, image: Path, kernel: str = "") -> None:
        self._folder = folder
        self._command: list[str | Path] = [
            *(QEMU, "-M", "raspi3b", "-m", "1G", "-display", "none", "-qtest-log", "none"),
            *("-kernel", made / "vmlinuz", "-dtb", made / "pi.dtb", "-initrd", image),
            *("-append", f"console=ttyAMA0,115200 rdinit=/init quiet maxcpus=2 {kernel}"),
            *("-serial", f"unix:{folder}/console,server=on,wait=off", "-monitor", "none"),
            *("-qtest", f"unix:{folder}/qtest,server=on,wait=off"),
        ]
        self._heard = ""
        self.blind_s = 0.0
        """The longest time for which the last `watch` did not look, because its host was busy."""
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Start it, and wait until its console answers."""
        _go_first()
        said = self._open.enter_context((self._folder / "qemu").open("w"))
        self._qemu = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stderr=said)
        try:
            self._qtest = self._open.enter_context(self._connected("qtest"))
            self._answers = self._open.enter_context(self._qtest.makefile("r"))
            self._console = self._open.enter_context(self._connected("console"))
            self._console.settimeout(0.0)
            self.expect("@up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        """End it; it has no way to switch itself off."""
        self._open.close()
        self._qemu.kill()
        self._qemu.wait()

    def _connected(self, name: str) -> socket.socket:
        ends = time.monotonic() + 20  # noqa: TID251  (a machine of its own, with its own time)
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(self._folder / name))
            except OSError:
                connection.close()
                if time.monotonic() > ends or self._qemu.poll() is not None:  # noqa: TID251
                    raise
                time.sleep(0.05)
            else:
                return connection

    # --- its console ----------------------------------------------------------------------

    def hear(self) -> str:
        """Return everything its console has said since the last `expect`."""
        with contextlib.suppress(BlockingIOError):
            self._heard += self._console.recv(65536).decode(errors="replace").replace("\r", "")
        return self._heard

    def expect(self, pattern: str) -> re.Match[str]:
        """Wait for a line; what came before it is forgotten."""
        ends = time.monotonic() + LONG_S  # noqa: TID251
        while not (found := re.search(f"^{pattern}$", self.hear(), re.MULTILINE)):
            assert self._qemu.poll() is None, (self._folder / "qemu").read_text()
            assert time.monotonic() < ends, f"{pattern!r} did not come: {self._heard!r}"  # noqa: TID251
            time.sleep(0.02)
        self._heard = self._heard[found.end() :]
        return found

    def forget(self) -> None:
        """Forget what its console has said so far."""
        self.hear()
        self._heard = ""

    def run(self, command: str) -> int:
        """Run a line of shell; return its status."""
        self.begin(f"{command}; echo @status $?")
        return int(self.expect(r"@status (\d+)")[1])

    def begin(self, command: str) -> None:
        """Run a line of shell and do not wait for it."""
        self._console.sendall(command.encode() + b"\n")

    # --- its pins -------------------------------------------------------------------------

    def _ask(self, request: str) -> str:
        self._qtest.sendall(request.encode() + b"\n")
        answer = self._answers.readline().split()
        assert answer[:1] == ["OK"], answer
        return answer[-1]

    def levels(self) -> int:
        """Return the level of every pin, as bits."""
        return int(self._ask(f"readl {LEVEL:#x}"), 16)

    def pin(self, number: int) -> Pin:
        """Return what a pin does. The level of an input says only what last drove it."""
        word = int(self._ask(f"readl {FUNCTION + 4 * (number // 10):#x}"), 16)
        return Pin(word >> 3 * (number % 10) & 7 == 1, self.levels() >> number & 1)

    def drive(self, number: int, *, high: bool) -> None:
        """Drive a pin that is an input, from outside."""
        self._ask(f"writel {SET if high else CLEAR:#x} {1 << number:#x}")

    def watch(self, pins: int, until: Callable[[float], bool]) -> list[tuple[float, int]]:
        """Return each change of the pins in the mask, and when, in seconds from now."""
        began = time.monotonic()  # noqa: TID251
        seen: list[tuple[float, int]] = []
        self.blind_s, looked = 0.0, 0.0
        while True:
            level = self.levels() & pins
            now = time.monotonic() - began  # noqa: TID251
            self.blind_s, looked = max(self.blind_s, now - looked), now
            if not seen or seen[-1][1] != level:
                seen.append((now, level))
            if until(now):
                return seen
