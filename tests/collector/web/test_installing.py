"""What the technician's list counts."""

import msgspec

from collector.counter import Line
from collector.web import installing
from collector.web.installing import Tally
from wire.joining import Step, Trouble

NOW = 1_000


def line(gate: str, **more: object) -> Line:
    return msgspec.structs.replace(Line("00" * 8, gate, "Chợ", "ba", 0, NOW + 1), **more)


def counted(*lines: Line) -> Tally:
    return installing.tally([installing.progress(each, NOW) for each in lines])


def test_a_gate_waits_until_its_code_is_used_and_is_done_when_all_is_good() -> None:
    assert counted() == Tally()
    going = line("b", used=True, step=Step.TESTING)
    bad = line("c", used=True, step=Step.REPORTED, passed=False)
    good = line("d", used=True, step=Step.REPORTED, passed=True)
    refused = line("e", trouble=Trouble.EXPIRED, expires_ms=NOW)
    assert counted(line("a"), going, bad, good, refused) == Tally(waiting=2, going=2, done=1)


def test_of_several_codes_of_a_gate_the_newest_counts() -> None:
    old, new = line("a", expires_ms=NOW - 1), line("a", used=True, passed=True)
    assert counted(new, old) == Tally(done=1)
    assert counted(old, new) == Tally(waiting=1)
