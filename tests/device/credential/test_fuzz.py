"""No code ends the gate: those kept from earlier runs, and new ones for a bounded time."""

import os
import re
import subprocess
import sys
from pathlib import Path

from device.credential import classify
from device.credential.kinds import KINDS

CORPUS = Path(__file__).parent / "corpus"


def test_what_once_ended_the_gate_does_so_no_more() -> None:
    for path in CORPUS.iterdir():
        assert classify(path.read_bytes()).kind in KINDS, path.name


def test_varied_codes_end_nothing() -> None:
    seconds, seed = os.environ.get("GATE_FUZZ_S", "8"), os.environ.get("GATE_FUZZ_SEED", "1")
    ran = subprocess.run(
        [sys.executable, "-m", "tests.device.credential.fuzz", seconds, seed],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    tried = re.search(r"number_of_executed_units: ([0-9]+)", ran.stderr)
    assert tried is not None
    assert int(tried[1]) > 1000
