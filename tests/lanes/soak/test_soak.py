"""Three minutes of a gate with people at its door: it answers, is confirmed, and does not grow."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MINUTES = 3
GROWTH_MB = 6.0
"""A few minutes are mostly settling; half an hour (make soak MINUTES=30) stays below 2 MB."""


@pytest.mark.timeout(400)
def test_a_gate_with_people_at_its_door_does_not_grow() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.soak", str(MINUTES)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert set(figures) == {"rss_growth_mb", "fd_growth", "signal_ms_p99", "cpu_idle_percent"}
    assert figures["fd_growth"] <= 0, done.stdout
    assert figures["rss_growth_mb"] < GROWTH_MB, done.stdout
