"""What the kernel says of the machine, and nothing that it does not say."""

from pathlib import Path

import pytest

from device import vitals
from device.vitals import Vitals

FIRMWARE = "sys/devices/platform/soc/soc:firmware/get_throttled"


def wrote(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_of_a_machine_that_says_nothing_nothing_is_known(tmp_path: Path) -> None:
    assert vitals.read(tmp_path / "gone", tmp_path) == Vitals()


def test_the_hottest_zone_counts(tmp_path: Path) -> None:
    wrote(tmp_path, "sys/class/thermal/thermal_zone0/temp", "48312\n")
    wrote(tmp_path, "sys/class/thermal/thermal_zone1/temp", "81900\n")
    wrote(tmp_path, "sys/class/thermal/thermal_zone2/temp", "nonsense\n")
    assert vitals.read(tmp_path, tmp_path).temperature_c == 81.9


@pytest.mark.parametrize(
    ("word", "power", "throttled"),
    [
        ("0\n", "ok", False),
        ("50000", "was-low", False),
        ("50005", "low", True),
        ("80008", "ok", True),
        ("20002", "ok", True),
    ],
)
def test_the_firmwares_word_is_taken_apart(
    tmp_path: Path, word: str, power: str, *, throttled: bool
) -> None:
    wrote(tmp_path, FIRMWARE, word)
    found = vitals.read(tmp_path, tmp_path)
    assert (found.power, found.throttled) == (power, throttled)


@pytest.mark.parametrize(("alarm", "power"), [("0", "ok"), ("1", "low"), ("?", "")])
def test_without_it_the_voltage_monitor_is_asked(tmp_path: Path, alarm: str, power: str) -> None:
    wrote(tmp_path, "sys/class/hwmon/hwmon0/name", "cpu_thermal\n")
    wrote(tmp_path, "sys/class/hwmon/hwmon1/name", "rpi_volt\n")
    wrote(tmp_path, "sys/class/hwmon/hwmon1/in0_lcrit_alarm", alarm)
    found = vitals.read(tmp_path, tmp_path)
    assert (found.power, found.throttled) == (power, None)


def test_the_card_is_the_one_with_the_records(tmp_path: Path) -> None:
    device = tmp_path.stat().st_dev
    number = f"{device >> 8 & 0xFFF}:{device & 0xFF | device >> 12 & 0xFFF00}"
    (tmp_path / "sys/devices/mmcblk0p3").mkdir(parents=True)
    link = tmp_path / "sys/dev/block" / number
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "sys/devices/mmcblk0p3")
    wrote(tmp_path, "sys/fs/ext4/mmcblk0p3/errors_count", "7\n")
    wrote(tmp_path, "sys/fs/ext4/mmcblk0p2/errors_count", "9\n")
    found = vitals.read(tmp_path, tmp_path)
    assert (found.card_errors, found.card_read_only) == (7, False)


def test_memory_is_what_programs_could_have(tmp_path: Path) -> None:
    wrote(tmp_path, "proc/meminfo", "MemTotal: 426000 kB\nMemAvailable:  123904 kB\n")
    assert vitals.read(tmp_path, tmp_path).memory_free_mb == 121


def test_this_very_machine_can_be_asked(tmp_path: Path) -> None:
    assert (vitals.read(tmp_path).memory_free_mb or 0) > 0
