"""The gate's clock on clocks that are really moved: by libfaketime, and by namespaces of time.

Every test says which clocks it moved and sees that no other did: a tool that also moved the time
since boot would prove nothing.
"""

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from device import clock
from tests.conftest import IN_CI
from tests.device.timekeeping.machine import DAY, S

ASKED = Path(__file__).with_name("asked.py")
ROOT = Path(__file__).resolve().parents[3]
LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)
FAKED = {
    "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    "FAKETIME_NO_CACHE": "1",
    "NO_FAKE_STAT": "1",  # else the times of files would move along
}


class Child:
    """A process with clocks of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        while not (line := self._process.stdout.readline()).startswith("{"):
            assert line, "it ended"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def child(folder: Path, before: tuple[str, ...] = (), faked: Path | None = None) -> Iterator[Child]:
    """Run the gate's clock; `faked` is the file by which libfaketime is told the time."""
    now_ms = clock.SystemClock().now().wall_ms
    limits = (str(now_ms - 30 * DAY), str(now_ms + 365 * DAY))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if faked is not None:
        told = {"LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(faked), **FAKED}
        environment |= told
    process = subprocess.Popen(
        [*before, sys.executable, str(ASKED), str(folder), str(folder / "flag"), *limits],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    try:
        yield Child(process)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def faketime(tmp_path: Path) -> Path:
    """Return the file by which the time is faked."""
    if LIBRARY is None and not IN_CI:
        pytest.skip("faketime is not on this machine")
    assert LIBRARY is not None, "faketime is not on this machine"
    path = tmp_path / "faketime"
    path.write_text("+0\n")
    return path


@pytest.mark.parametrize(
    ("jump", "fault"), [(-40 * 365 * DAY, ""), (-3 * DAY, ""), (75 * 365 * DAY, "clock-beyond")]
)
def test_a_jump_of_the_wall_clock_alone(
    tmp_path: Path, faketime: Path, jump: int, fault: str
) -> None:
    (tmp_path / "flag").touch()
    with child(tmp_path, faked=faketime) as gate:
        before = gate.ask()
        assert before["clock"] == "synced"
        faketime.write_text(f"{jump // S:+d}\n")
        after = gate.ask()
        faketime.write_text("+0\n")
        (tmp_path / "flag").touch()
        restored = gate.ask()
    passed = after["boottime_ms"] - before["boottime_ms"]
    moved = after["real_ms"] - before["real_ms"] - passed
    assert abs(moved - jump) < 2 * S, "the wall clock jumped"
    assert after["monotonic_ms"] - before["monotonic_ms"] == pytest.approx(passed, abs=2 * S)
    assert 0 <= passed < 20 * S, "the time since boot did not"
    assert (after["clock"], after["fault"]) == ("unsynced", fault)
    earliest = after["real_ms"] - jump - 31 * DAY
    assert earliest < after["wall_ms"] < after["real_ms"] - jump + DAY, "a time that can be"
    assert (restored["clock"], restored["fault"]) == ("synced", "")


@pytest.mark.parametrize("year", [1970, 2099])
def test_a_gate_that_starts_in_another_century(tmp_path: Path, faketime: Path, year: int) -> None:
    """The battery of no clock, or a stamp that ran wild; the saved time is from yesterday."""
    (tmp_path / "flag").touch()
    with child(tmp_path) as gate:
        assert gate.ask()["notes"] == ["ntp"]
    saved = (tmp_path / "card/time.json").read_bytes()
    faketime.write_text(f"@{year}-01-02 00:00:00\n")
    with child(tmp_path, faked=faketime) as gate:
        found = gate.ask()
    assert abs(found["real_ms"] / (365.25 * DAY) - (year - 1970)) < 1, "the wall clock moved"
    assert abs(found["boottime_ms"] - clock.up_ns() // 1_000_000) < 20 * S, "and nothing else"
    assert found["clock"] == "unsynced"
    assert abs(found["wall_ms"] - json.loads(saved)["wall_ms"]) < 60 * S
    assert (tmp_path / "card/time.json").read_bytes() == saved, "nothing wrong is left behind"


def test_a_new_boot_goes_on_from_the_saved_time(tmp_path: Path) -> None:
    """A namespace of time begins at its own boot; the boot's id is laid over the machine's."""
    _needs_namespaces()
    (tmp_path / "flag").touch()
    with child(tmp_path) as gate:
        before = gate.ask()
    (tmp_path / "flag").unlink()
    new = tmp_path / "boot_id"
    new.write_text(f"{uuid.uuid4()}\n")
    back_s = clock.up_ns() // 10**9 - 5
    unshared = ("unshare", "--mount", "--time", "--boottime", f"-{back_s}", "--fork")
    script = 'mount --bind "$0" /proc/sys/kernel/random/boot_id && exec "$@"'
    with child(tmp_path, before=(*unshared, "sh", "-c", script, str(new))) as gate:
        after = gate.ask()
    assert after["boottime_ms"] < 60 * S, "the time since boot began anew"
    assert after["boot"] == new.read_text()[:8] != before["boot"], "so did the boot"
    assert abs(after["real_ms"] - before["real_ms"]) < 60 * S, "the wall clock did not move"
    assert after["clock"] == "unsynced", "what was proved in another boot counts no more"
    assert after["wall_ms"] >= before["wall_ms"]


def _needs_namespaces() -> None:
    tried = ["unshare", "--mount", "--time", "--boottime", "100", "--fork", "true"]
    works = (
        shutil.which("unshare") is not None
        and not subprocess.run(tried, check=False, capture_output=True).returncode
    )
    if not works and not IN_CI:
        pytest.skip("this machine has no namespaces of time, or needs root for them")
    assert works, "this machine has no namespaces of time, or needs root for them"
