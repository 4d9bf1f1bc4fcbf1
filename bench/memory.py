"""How much memory a scanner takes: a real `gate run` on pictures of 1280x720, from outside.

It runs with what a gate has installed; the environment of the other readers plays no part.
"""

import subprocess
import tempfile
import time
from pathlib import Path

import cv2

from bench.drawn import screens

ROOT = Path(__file__).parents[1]
PYTHON = ROOT / ".venv/bin/python"
GATE = ROOT / ".cache/bench-gate/bin/python"
"""With a gate's packages and no others: a development environment loads more."""
RUN = "import sys; from device.cli import main; sys.exit(main())"
SECONDS = 8.0
PICTURES = 24
# Makes an authority and its gates as the demonstration does.
MAKE = """\
import sys
from pathlib import Path
from demo.district import build
build(Path(sys.argv[1]))
"""


def rss_mb() -> float:
    """Return the resident memory of a scanner that has read for some seconds, in megabytes."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "district"
        subprocess.run([PYTHON, "-c", MAKE, str(folder)], cwd=ROOT, check=True)  # noqa: S603
        gate = folder / "ben-xe"
        (gate / "pictures").mkdir()
        for number, (_, luma) in enumerate(screens(PICTURES)):
            cv2.imwrite(str(gate / f"pictures/{number:03d}.png"), luma)
        (gate / "bench.toml").write_text(
            (gate / "gate.toml")
            .read_text(encoding="utf-8")
            .replace('source = "doorway"', 'source = "pictures"\nfps = 15.0\nrepeat = true')
            .replace('script = "doorway.json"', 'path = "pictures"')
            .replace('record = "frames.jsonl"', ""),
            encoding="utf-8",
        )
        # An installed gate has its modules compiled; compiling them at the start takes 10 MB more.
        for part in ("wire", "device"):
            subprocess.run([GATE, "-m", "compileall", "-q", str(ROOT / part)], check=True)  # noqa: S603
        return _watched([str(GATE), "-c", RUN, "run", "--config", "bench.toml"], gate)


def _watched(command: list[str], folder: Path) -> float:
    scanner = subprocess.Popen(  # noqa: S603
        command, cwd=folder, stderr=subprocess.DEVNULL, env={"PYTHONPATH": str(ROOT)}
    )
    try:
        time.sleep(SECONDS)
        if scanner.poll() is not None:
            msg = f"the scanner ended with status {scanner.returncode}"
            raise RuntimeError(msg)
        status = Path(f"/proc/{scanner.pid}/status").read_text()
        line = next(each for each in status.splitlines() if each.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    finally:
        scanner.terminate()
        scanner.wait(timeout=20)
