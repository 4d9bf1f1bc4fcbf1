"""An attempt in which the process died rests; a process that ended well left no mark."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from device.flow import Frame
from device.reading.cascade import CascadeReader
from device.reading.rests import NAME, Rests

S = 1_000_000_000
DAY = 24 * 3600 * S


def crash(run: Path, name: str, up_ns: int) -> Rests:
    """Die in an attempt; return what the next process knows."""
    dying = Rests(run, up_ns)
    dying.enter(name)
    dying.close()
    return Rests(run, up_ns)


def test_what_crashed_rests_a_minute(tmp_path: Path) -> None:
    rests = crash(tmp_path, "zbar-quarter", 5 * S)
    assert rests.rests("zbar-quarter", 64 * S)
    assert not rests.rests("zbar-quarter", 65 * S)
    assert not rests.rests("zxing-half", 6 * S)


def test_what_crashed_three_times_rests_a_day(tmp_path: Path) -> None:
    rests = Rests(tmp_path, 0)
    for minute in (0, 5, 9):
        rests = crash(tmp_path, "zbar-quarter", minute * 60 * S)
    assert rests.rests("zbar-quarter", 9 * 60 * S + DAY - 1)
    assert not rests.rests("zbar-quarter", 9 * 60 * S + DAY)
    assert rests.resting == ("zbar-quarter",)


def test_a_process_that_ended_between_attempts_crashed_in_none(tmp_path: Path) -> None:
    ended = Rests(tmp_path, 0)
    ended.enter("zbar-quarter")
    ended.leave()
    assert Rests(tmp_path, 0).resting == ()


@pytest.mark.parametrize("left", [b"\xff" * 32, b"", b"\0" * 999, b"zbar" * 99])
def test_a_damaged_mark_stops_nothing(tmp_path: Path, left: bytes) -> None:
    (tmp_path / NAME).write_bytes(left)
    (tmp_path / "attempt.rests").write_bytes(left)
    assert not Rests(tmp_path, 0).rests("zxing-half", 0)


def test_a_mark_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / NAME).symlink_to("elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        Rests(tmp_path, 0)


def test_a_reader_leaves_out_what_rests_and_marks_nothing_between_frames(tmp_path: Path) -> None:
    rests = crash(tmp_path, "zxing-full", 0)
    made: list[str] = []
    reader = CascadeReader(marks=rests)
    rests.enter = made.append  # type: ignore[assignment, method-assign]
    luma = np.full((720, 1280), 99, np.uint8)
    reader.see(Frame(luma, 1, 0))
    assert "zxing-half" in made
    assert "zxing-full" not in made
    assert (tmp_path / NAME).read_bytes().strip(b"\0") == b""


DIE = """
import ctypes, sys
from pathlib import Path
from device.reading.rests import Rests
rests = Rests(Path(sys.argv[1]), 0)
rests.enter("zbar-threshold")
ctypes.string_at(0)
"""


def test_a_real_crash_in_a_library_is_found_by_the_next_process(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONFAULTHANDLER": ""}
    died = subprocess.run([sys.executable, "-c", DIE, str(tmp_path)], env=env, check=False)
    assert died.returncode == -signal.SIGSEGV
    assert Rests(tmp_path, 0).rests("zbar-threshold", 1)
