"""A scanner held to an eighth of a core: whether it watches, answers and feeds its watchdog.

    python -m bench.eighth [SECONDS]

Needs root: the processor's share is held by a control group. The door is drawn by the scanner
itself, so a gate with a camera has more left than is seen here. The last line is JSON:

    fps_empty        frames a second at the empty door
    signal_ms_p50    from the capture of the frame that was read to the level at the pin
    signal_ms_max
    watchdog_gap_s   the longest silence towards the service manager, which allows 8 s
"""

import itertools
import json
import os
import socket
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.soak import event_of
from demo.crowd import Pace
from demo.district import District, build, crowd, seat
from demo.programs import Program, nap, python, up_ns
from device import health

SHARE = 0.125
PERIOD_US = 100_000
OLD, NEW = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")
PACE = Pace(every_s=8.0, hold_s=4.0)
START_S = 40.0


def main() -> int:
    """Run it."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 120.0
    signals: list[float] = []

    def heard(line: str) -> None:
        event = event_of(line)
        if event.get("event") == "passage":
            signals.append((event["shown_ns"] - event["captured_ns"]) / 1e6)

    with tempfile.TemporaryDirectory(prefix="eighth-") as folder, _group() as group:
        district = _district(Path(folder) / "district", seconds)
        with _manager(Path(folder) / "notify") as fed:
            command = ["sh", "-c", 'echo $$ >"$0" && exec "$@"', str(group / "cgroup.procs")]
            door = str(district.doors[0].config)
            scanner = Program(
                "scanner",
                [*command, *python("gate", "run", "--config", door)],
                district.folder,
                heard,
            )
            scanner.start()
            nap(START_S + seconds)
            running = scanner.running
            empty = _fps(district)
            scanner.stop()
    gaps = [(b - a) / 1e9 for a, b in itertools.pairwise(fed)]
    figures = {
        "fps_empty": empty,
        "signal_ms_p50": round(statistics.median(signals), 1) if signals else None,
        "signal_ms_max": round(max(signals), 1) if signals else None,
        "watchdog_gap_s": round(max(gaps, default=0.0), 2),
    }
    print(f"people answered: {len(signals)}; still running: {running}")
    print(json.dumps(figures))
    return 0 if running and signals else 1


def _district(folder: Path, seconds: float) -> District:
    """Let people come for half of the time; the rest is an empty door."""
    district = build(folder)
    people = crowd(district, seed=5).people(max(1, int(seconds / 2 / PACE.every_s)))
    seat(district, [people, [], []], up_ns() + int(START_S * 1e9), PACE, repeats=False)
    return district


def _fps(district: District) -> float:
    word = health.read(district.doors[0].run)
    return word.fps if word is not None else 0.0


@contextmanager
def _group() -> Iterator[Path]:
    """Make a control group with that share of a core, of the older or the newer kind."""
    name = f"gate-eighth-{os.getpid()}"
    quota = int(PERIOD_US * SHARE)
    if OLD.is_dir():
        group = OLD / name
        group.mkdir()
        (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
        (group / "cpu.cfs_quota_us").write_text(str(quota))
    else:
        group = NEW / name
        group.mkdir()
        (group / "cpu.max").write_text(f"{quota} {PERIOD_US}")
    try:
        yield group
    finally:
        nap(0.5)
        group.rmdir()


@contextmanager
def _manager(path: Path) -> Iterator[list[int]]:
    """Be the service manager: note when the watchdog is fed."""
    fed: list[int] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(path))
        ear.settimeout(0.5)
        os.environ["NOTIFY_SOCKET"] = str(path)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                try:
                    if b"WATCHDOG=1" in ear.recv(256):
                        fed.append(up_ns())
                except TimeoutError:
                    continue

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        try:
            yield fed
        finally:
            done.set()
            listener.join()
            del os.environ["NOTIFY_SOCKET"]


if __name__ == "__main__":
    sys.exit(main())
