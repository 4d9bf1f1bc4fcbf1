"""No picture ends the readers: those kept from earlier runs, and new ones for a bounded time."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from device.reading.cascade import CascadeReader
from device.reading.decoder import Decoder

FUZZ = Path(__file__).parent / "fuzz.py"
_spec = importlib.util.spec_from_file_location("fuzz", FUZZ)
assert _spec is not None
assert _spec.loader is not None
fuzz = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(fuzz)


@pytest.mark.parametrize("path", sorted(fuzz.CORPUS.glob("*.png")), ids=lambda path: path.stem)
def test_what_once_ended_a_reader_does_so_no_more(path: Path) -> None:
    luma = fuzz.cv2.imread(str(path), fuzz.cv2.IMREAD_GRAYSCALE)
    reader = CascadeReader()
    for number in range(8):
        fuzz.show(luma, Decoder(), reader, number)


def test_spoilt_pictures_end_no_reader() -> None:
    seconds, seed = os.environ.get("GATE_FUZZ_S", "8"), os.environ.get("GATE_FUZZ_SEED", "1")
    ran = subprocess.run(
        [sys.executable, str(FUZZ), seconds, seed], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert int(ran.stdout.split()[-2]) > 20
