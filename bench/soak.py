"""Does a gate grow? Both its services with people at a drawn door, a real broker and a collector.

    python -m bench.soak MINUTES

Every second the memory, handles and threads of scanner and uplink are read, and the processor time
they used. People come for the first three quarters; the rest is an empty door. The first third is
left out of what has grown: until then caches fill and the first segments are made.

Writes .cache/soak.png. The last line is JSON:

    rss_growth_mb      what the process that grew more has grown by, from the second third's medians
    fd_growth          handles, likewise
    signal_ms_p99      from the capture of the frame that was read to the level at the pin
    cpu_idle_percent   of one core, used by the scanner at the empty door. What the drawing of the
                       door takes, which on a gate the camera does, is measured apart and taken off;
                       the line before says both
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from bench.soakchart import draw
from demo.crowd import Pace
from demo.district import District, build, crowd, seat
from demo.programs import Program, broker, nap, python, up_ns
from device.camera.scene import Scene
from device.camera.script import load_script

EVERY_S = 1.0
PEOPLE = 0.75
SETTLED = 0.33
LEAST = 1.0
PACE = Pace(every_s=2.4)
PICTURE = Path(__file__).resolve().parents[1] / ".cache/soak.png"
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
DRAWN = 60


class Sample(msgspec.Struct, frozen=True):
    """One process at one moment."""

    at_s: float
    rss_mb: float
    handles: int
    threads: int
    cpu_s: float


class Run(msgspec.Struct):
    """What was seen."""

    samples: dict[str, list[Sample]]
    signals: list[tuple[float, float]]
    """When (s), and how long (ms)."""
    emptied_s: float


def main() -> int:
    """Run it; the exit status is 1 if a program ended by itself or nobody was let in."""
    parser = argparse.ArgumentParser(prog="bench.soak")
    parser.add_argument("minutes", type=float)
    minutes = parser.parse_args().minutes
    if minutes < LEAST:
        parser.error(f"less than {LEAST:g} minute shows nothing")
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        district = _district(Path(folder) / "district", minutes * 60)
        drawing_ms = _drawing_ms(district)
        run = _soak(district, minutes * 60)
        waits = _waits(district)
    _tell(run, drawing_ms, waits)
    return 0 if run.signals else 1


def _district(folder: Path, seconds: float) -> District:
    """Make a district, of which one door is used."""
    district = build(folder)
    people = crowd(district, seed=5).people(int(seconds * PEOPLE / PACE.every_s))
    seat(district, [people, [], []], up_ns() + 6 * 10**9, PACE, repeats=False)
    return district


def _soak(district: District, seconds: float) -> Run:
    run = Run({"scanner": [], "uplink": []}, [], seconds * PEOPLE + 8)
    began_ns = up_ns()

    def heard(line: str) -> None:
        event = event_of(line)
        if event.get("event") == "passage":
            ms = (event["shown_ns"] - event["captured_ns"]) / 1e6
            run.signals.append(((event["shown_ns"] - began_ns) / 1e9, ms))

    with _running(district, heard) as (scanner, uplink):
        while (at_s := (up_ns() - began_ns) / 1e9) < seconds:
            for name, program in (("scanner", scanner), ("uplink", uplink)):
                run.samples[name].append(_sample(program.pid, at_s))
            nap(EVERY_S - (up_ns() - began_ns) / 1e9 % EVERY_S)
    return run


@contextmanager
def _running(district: District, heard: Callable[[str], None]) -> Iterator[tuple[Program, Program]]:
    """Run broker, intake and the gate's two services."""
    door, logs = district.doors[0], district.folder
    config = str(door.config)
    programs = [
        Program("broker", broker(district), logs, None),
        Program(
            "intake", python("collector", "intake", "--config", str(district.collector)), logs, None
        ),
        Program("scanner", python("gate", "run", "--config", config), logs, heard),
        Program("uplink", python("gate", "uplink", "--config", config), logs, None),
    ]
    try:
        for program in programs:
            program.start()
        nap(3.0)
        yield programs[2], programs[3]
        ended = [each for each in programs if not each.running]
        if ended:
            sys.exit(f"{ended[0].name} ended by itself: {ended[0].last_words()}")
    finally:
        for program in reversed(programs):
            program.stop()


def _sample(pid: int, at_s: float) -> Sample:
    folder = Path(f"/proc/{pid}")
    status = dict(
        line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line
    )
    times = (folder / "stat").read_text().rpartition(") ")[2].split()
    return Sample(
        at_s=at_s,
        rss_mb=int(status["VmRSS"].split()[0]) / 1024,
        handles=len(list((folder / "fd").iterdir())),
        threads=int(status["Threads"]),
        cpu_s=(int(times[11]) + int(times[12])) * TICK_S,
    )


def _drawing_ms(district: District) -> float:
    """Return the processor time of drawing one frame of the empty door, in ms."""
    scene = Scene(load_script(district.doors[0].script))
    scene.draw(0)
    began = time.process_time()
    for number in range(DRAWN):
        scene.draw(number * 66_000_000)
    return (time.process_time() - began) / DRAWN * 1000


def event_of(line: str) -> dict[str, Any]:
    """Return what a line of a log says; {} if it is none."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _waits(district: District) -> int:
    """Return how many records the gate still held unconfirmed at the end."""
    word = json.loads((district.doors[0].run / "scanner.json").read_bytes())
    return int(word["waiting"])


def _grown(samples: list[Sample], end_s: float, name: str) -> float:
    """Return the difference of the medians of two stretches: after settling, and at the end."""
    busy = [each for each in samples if each.at_s < end_s]
    begin_s = end_s * SETTLED
    settled = [each for each in busy if begin_s <= each.at_s < begin_s + (end_s - begin_s) / 3]
    late = [each for each in busy if each.at_s >= end_s - (end_s - begin_s) / 3]
    return _median(late, name) - _median(settled, name)


def _median(samples: list[Sample], name: str) -> float:
    return float(statistics.median(getattr(each, name) for each in samples))


def _cpu_percent(samples: list[Sample], from_s: float) -> float:
    quiet = [each for each in samples if each.at_s >= from_s]
    return 100 * (quiet[-1].cpu_s - quiet[0].cpu_s) / (quiet[-1].at_s - quiet[0].at_s)


def _tell(run: Run, drawing_ms: float, waits: int) -> None:
    print(
        f"{'':10}{'MB at end':>10}{'grown':>8}{'handles':>9}{'grown':>7}{'threads':>9}{'CPU %':>8}"
    )
    for name, samples in run.samples.items():
        last, end_s = samples[-1], run.emptied_s
        print(
            f"{name:10}{last.rss_mb:>10.1f}{_grown(samples, end_s, 'rss_mb'):>8.2f}"
            f"{last.handles:>9}{_grown(samples, end_s, 'handles'):>7.0f}{last.threads:>9}"
            f"{_cpu_percent(samples, end_s):>8.1f}"
        )
    whole = _cpu_percent(run.samples["scanner"], run.emptied_s)
    drawn = drawing_ms * 15 / 10
    print(f"empty door: {whole:.1f} % of a core, of which drawing the door takes {drawn:.1f} %")
    print(f"people answered: {len(run.signals)}; records not confirmed at the end: {waits}")
    draw(PICTURE, run.samples, run.signals)
    print(f"picture: {PICTURE.relative_to(PICTURE.parents[1])}")
    spread = sorted(ms for _, ms in run.signals)
    figures = {
        "rss_growth_mb": round(
            max(_grown(s, run.emptied_s, "rss_mb") for s in run.samples.values()), 2
        ),
        "fd_growth": int(max(_grown(s, run.emptied_s, "handles") for s in run.samples.values())),
        "signal_ms_p99": round(spread[min(len(spread) - 1, int(len(spread) * 0.99))], 1)
        if spread
        else None,
        "cpu_idle_percent": round(max(0.0, whole - drawn), 1),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    sys.exit(main())
