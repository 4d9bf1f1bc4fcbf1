"""How the machine fares, as the kernel says: heat, power, card, memory.

What the kernel does not say is not known, and nothing is made up for it. It reads a few small files
and judges none of them.
"""

import os
from pathlib import Path

import msgspec

ROOT = Path("/")
UNDER_VOLTAGE, THROTTLED = 0x1, 0x2 | 0x4 | 0x8
"""Bits of the firmware's word on its power supply and its heat, as they are now."""
SINCE_BOOT = 16
"""The same bits, so many places higher, say whether it ever was since the boot."""


class Vitals(msgspec.Struct, frozen=True, omit_defaults=True):
    """The machine's state; None or "" is not known."""

    temperature_c: float | None = None
    power: str = ""
    """`ok`, `low` (under-voltage now), `was-low` (since the boot)."""
    throttled: bool | None = None
    """The processor is slowed down, because of heat or of the power supply."""
    card_errors: int | None = None
    """Errors that the file system with the records has met, ever."""
    card_read_only: bool | None = None
    memory_free_mb: int | None = None
    """What programs could still have."""


def read(records: Path, root: Path = ROOT) -> Vitals:
    """Ask about the machine, and about the card on which `records` lies. Never raises."""
    power, throttled = _firmware(root)
    return Vitals(
        temperature_c=_temperature(root),
        power=power or _monitor(root),
        throttled=throttled,
        card_errors=_card_errors(records, root),
        card_read_only=_read_only(records),
        memory_free_mb=_memory(root),
    )


def _temperature(root: Path) -> float | None:
    """Return that of the hottest zone."""
    zones = (_number(each) for each in sorted(root.glob("sys/class/thermal/thermal_zone*/temp")))
    found = [each / 1000 for each in zones if each is not None]
    return round(max(found), 1) if found else None


def _firmware(root: Path) -> tuple[str, bool | None]:
    """Ask a Raspberry Pi's firmware."""
    for path in sorted(root.glob("sys/devices/platform/soc*/soc*firmware/get_throttled")):
        word = _number(path, 16)
        if word is not None:
            was = word >> SINCE_BOOT & UNDER_VOLTAGE
            power = "low" if word & UNDER_VOLTAGE else "was-low" if was else "ok"
            return power, bool(word & THROTTLED)
    return "", None


def _monitor(root: Path) -> str:
    """Ask a Raspberry Pi's hardware monitor, which knows of the present only."""
    for name in sorted(root.glob("sys/class/hwmon/hwmon*/name")):
        if _text(name) == "rpi_volt":
            alarm = _number(name.with_name("in0_lcrit_alarm"))
            return "" if alarm is None else "low" if alarm else "ok"
    return ""


def _card_errors(records: Path, root: Path) -> int | None:
    try:
        device = records.stat().st_dev
    except OSError:
        return None
    block = root / f"sys/dev/block/{os.major(device)}:{os.minor(device)}"
    return _number(root / "sys/fs/ext4" / block.resolve().name / "errors_count")


def _read_only(records: Path) -> bool | None:
    try:
        return bool(os.statvfs(records).f_flag & os.ST_RDONLY)
    except OSError:
        return None


def _memory(root: Path) -> int | None:
    for line in (_text(root / "proc/meminfo") or "").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) // 1024
    return None


def _number(path: Path, base: int = 10) -> int | None:
    try:
        return int(_text(path) or "", base)
    except ValueError:
        return None


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
