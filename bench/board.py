"""What the district's board finds and costs: `make bench-board`. The last line is JSON.

Seeds 30 days of 200 gates with 20 faults, several times over, and lets the real detector look after
every quarter of an hour of the last week. A fault counts as found when its gate has a story within
two opening hours of it; every other gate with a story on a day is a false alarm. Then fifty boards
look at the pages of such a district. `ARGS=--detector` leaves these out, `ARGS="7 8"` names
seeds, and `ARGS=--rough` makes people come in larger lumps, which hides more.
"""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from bench import boardpages
from bench.district import CALM, DAYS, FIRST_DAY, ROUGH, WATCHED, District, Fault, opened
from collector.figures.plausible import Finding, Past, Story, implausible, past
from collector.figures.tally import Tally, weekday

SEEDS = (1, 2, 3, 4, 5)
RIGHT = {
    "defocused": {Story.FEW, Story.SILENT},
    "exits-silent": {Story.EXITS, Story.FEW},
    "half-missing": {Story.FEW},
    "clock-off": {Story.CLOCK},
    "moved": {Story.MOVED, Story.MANY, Story.FEW, Story.SILENT},
    "no-holiday": {Story.SILENT, Story.FEW},
}


class Found(msgspec.Struct):
    """What the detector did with one seed."""

    faults: list[Fault]
    false: list[tuple[str, int, str]]
    look_ms: list[float]
    past_ms: list[float]


def main() -> int:
    """Measure, and end with the figures: the mean of the seeds, and the pages of one."""
    words = sys.argv[1:]
    seeds = [int(word) for word in words if word.isdigit()] or list(SEEDS)
    found, false = [], []
    for seed in seeds:
        result = watched(District(seed, ROUGH if "--rough" in words else CALM))
        told(seed, result)
        found.append(sum(in_time(fault) for fault in result.faults))
        false.append(len(result.false) / WATCHED)
    figures: dict[str, float] = {
        "faults_found": round(statistics.fmean(found), 1),
        "false_per_day": round(statistics.fmean(false), 2),
    }
    if "--detector" not in words:
        with tempfile.TemporaryDirectory() as folder:
            figures |= boardpages.measured(Path(folder))
    print(json.dumps(figures))
    return 0


def watched(district: District) -> Found:
    """Let the detector look at the last week of a district."""
    tally = Tally()
    district.past(tally)
    found = Found(district.faults, [], [], [])
    for day in range(FIRST_DAY + DAYS - WATCHED, FIRST_DAY + DAYS):
        began = time.perf_counter()
        known = past(tally, district.roster, day)
        found.past_ms.append(1000 * (time.perf_counter() - began))
        _day(district, tally, known, found)
    return found


def _day(district: District, tally: Tally, known: Past, found: Found) -> None:
    alarmed: set[str] = set()
    for slot, glances in enumerate(district.day(known.day)):
        tally.add(glances)
        began = time.perf_counter()
        findings = implausible(tally, known, district.roster, slot + 1)
        found.look_ms.append(1000 * (time.perf_counter() - began))
        for gate, finding in findings.items():
            place = district.roster.place_of(gate).id
            fault = next(
                (each for each in found.faults if each.holds(gate, place, known.day, slot)), None
            )
            if fault is None:
                if gate not in alarmed and not _upset(found.faults, place, known.day, slot):
                    found.false.append((gate, known.day, _detail(finding)))
                alarmed.add(gate)
            elif fault.found_at is None:
                fault.found_at, fault.story = slot + 1, finding.story


def _upset(faults: list[Fault], place: str, day: int, slot: int) -> bool:
    """Say whether another gate of the place is at fault, so that people use this one instead."""
    return any(
        each.site.place.id == place and each.day == day and slot >= each.slot for each in faults
    )


def _detail(finding: Finding) -> str:
    return f"{finding.story}, {finding.seen} in place of {finding.usual:.0f}"


def in_time(fault: Fault) -> bool:
    """Say whether a fault was found within two opening hours."""
    if fault.found_at is None:
        return False
    place, day = fault.site.place, weekday(fault.day)
    whole = [slot for slot in range(fault.slot, fault.found_at) if opened(place, day, slot)]
    return len(whole) - (1 if fault.minute else 0) <= 8


def told(seed: int, found: Found) -> None:
    """Print what was found with one seed."""
    good = [fault for fault in found.faults if in_time(fault)]
    right = sum(fault.story in RIGHT[fault.kind] for fault in good)
    print(
        f"seed {seed}: {len(good)} of {len(found.faults)} found in time ({right} with a fitting "
        f"story), {len(found.false) / WATCHED:.2f} false a day; a look takes "
        f"{statistics.median(found.look_ms):.1f} ms, a day's past {max(found.past_ms):.0f} ms"
    )
    for fault in found.faults:
        if not in_time(fault):
            late = "" if fault.found_at is None else f" (after {fault.found_at - fault.slot} slots)"
            print(f"  missed: {fault.kind} at a gate of {fault.site.size:.0f} people a day{late}")
    for gate, day, story in found.false:
        print(f"  false: {gate} on day {day - FIRST_DAY}: {story}")


if __name__ == "__main__":
    sys.exit(main())
