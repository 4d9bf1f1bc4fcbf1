"""Plays a trace of a door: what happens in front of it, in; what it keeps and shows, out.

    door both                    optional: in, out or both; `in` if not said
    door passed                  optional: there is a contact that closes when somebody went through
    at 0.00  frame  PASS-A       one frame, in which these codes are readable; `-`: none
    at 0.00 to 2.00  frame  LINK frames of 15 a second, up to but without the last moment
    at 2.50  tick                time passes, and no frame comes
    at 3.00  press  direction    also: service, admit, passed, opened, closed
    at 3.00  policy 2 {...}      the uplink brings the version and these rules, signed
    at 3.00  siblings -4         the uplink brings what the other gates saw; `-4 60`: a minute old
    at 3.00  restart             the process is ended and started again
    at 3.00  power cut           and with it the memory of this boot
    at 3.00  card full           also: card room, card broken, clock unsynced, clock synced,
                                 receipt (of all there is), stop
        0.00  scan    in pass accepted accepted checked seen     what comes of it, and when

Real are presence, credential, judge, attendant, passages, cards, patterns and the scanner itself. A
code is named by what it is: tests/device/doorstep.py has the names.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.credential import classify
from device.credential.own_pass import KIND as PASS
from device.errors import GateError
from device.flow import Press
from device.gpio.patterns import speaks_ms
from device.reading.presence import OnePerShowing
from device.scanner import Scanner
from tests.device.doorstep import GATE, NOW_S, VAULT, Doorstep, text_of
from tests.device.fakes import (
    GivenInputs,
    MemoryJournal,
    S,
    SeenPanel,
    ShownFrames,
    SteppedClock,
    ToldReader,
)
from wire.receipt import Receipt
from wire.record import ClockState, Direction, Record

TRACES = sorted((Path(__file__).parents[1] / "traces" / "door").glob("*.trace"))
DOORS = {"in": (Direction.IN,), "out": (Direction.OUT,), "both": (Direction.IN, Direction.OUT)}
PASSED_WITHIN_S = 5.0


class TellingJournal(MemoryJournal):
    """The fake journal, which tells what it stored; breaking is a fault of the trace's."""

    def __init__(self, player: "Player") -> None:
        super().__init__(GATE, VAULT, player.receipt)
        self._player = player

    def _append(self, record: Record) -> Record:
        super()._append(record)
        self._player.tell(record.up * 1_000_000, _spelled(self.documents[-1]))
        return record


def _spelled(document: dict[str, object]) -> str:
    if document["t"] == "note":
        data = document.get("data")
        return f"note    {document['what']}" + (
            f" {json.dumps(data, ensure_ascii=False)}" if data else ""
        )
    if document["t"] == "key":
        return "key"
    fields = ("dir", "kind", "outcome", "reason", "signature", "identity")
    marks = document.get("marks") or ()
    assert isinstance(marks, (list, tuple))
    return "scan    " + " ".join(str(each) for each in (*(document[f] for f in fields), *marks))


class Player:
    """One door, and the time of the trace."""

    def __init__(self, trace: str, folder: Path) -> None:
        self._doors = {line.split()[1] for line in trace.splitlines() if line.startswith("door ")}
        self._lines = iter(trace.splitlines())
        self._told: list[str] = []
        self._out: list[str] = []
        self.clock = SteppedClock(NOW_S * 1000)
        self._panel = SeenPanel(self.tell, self.clock)
        self._journal = TellingJournal(self)
        self._reader, self._inputs = ToldReader(), GivenInputs()
        self._receipts: list[Receipt] = []
        [way] = (self._doors & set(DOORS)) or {"in"}
        self._doorstep = Doorstep(folder, DOORS[way])
        self._begins_again = True

    def _built(self) -> Scanner:
        within_s = PASSED_WITHIN_S if "passed" in self._doors else None
        return Scanner(
            camera=ShownFrames(self._frames),
            reader=self._reader,
            presence=OnePerShowing(lambda text: classify(text).kind == PASS),
            classify=classify,
            doorman=self._doorstep.attendant(self._journal, within_s),
            journal=self._journal,
            panel=self._panel,
            clock=self.clock,
            speaks_ms=speaks_ms,
            report=lambda _frame, _now: None,
            inputs=self._inputs,
        )

    def play(self) -> str:
        """Return the trace with the effects that there really were."""
        while self._begins_again:
            self._begins_again = False
            self._scanner = self._built()
            try:
                self._scanner.run()
                end = "end"
            except GateError as error:
                end = f"end     {error.code}"
            self.tell(self.clock.up_ns, end)
        self._flush()
        return "".join(f"{line}\n" for line in self._out)

    def tell(self, up_ns: int, what: str) -> None:
        """Write an effect down."""
        self._told.append(f"    {up_ns / S:5.2f}  {what}")

    def receipt(self) -> Receipt | None:
        """Return what has come from the collector."""
        return self._receipts.pop() if self._receipts else None

    def _flush(self) -> None:
        self._out += self._told
        self._told.clear()

    def _frames(self) -> Iterator[int]:
        for line in self._lines:
            if line.startswith("    "):
                continue
            self._flush()
            self._out.append(line)
            words = line.split()
            if words and words[0] == "at":
                yield from self._happening(words[1:])
            if self._begins_again:
                return

    def _happening(self, words: list[str]) -> Iterator[int]:
        start, end = float(words[0]), None
        if words[1] == "to":
            end, words = float(words[2]), words[2:]
        what, names = words[1], words[2:]
        if what == "frame":
            self._reader.view = [text_of(name) for name in names if name != "-"]
            for number in range(max(1, round(((end or start) - start) * 15))):
                up_ns = int(start * S) + number * S // 15
                self._pass(up_ns)
                yield up_ns
        else:
            self._pass(int(start * S))
            if what != "tick":
                self._set(what, *names)

    def _pass(self, up_ns: int) -> None:
        self._panel.until(up_ns)
        self.clock.up_ns = up_ns

    def _set(self, what: str, how: str = "", *more: str) -> None:
        match what, how:
            case "card", "broken":
                self._journal.is_broken = True
            case "card", _:
                self._journal.is_full = how == "full"
            case "clock", _:
                self.clock.state = ClockState(how)
            case "receipt", _:
                high = self._journal.last
                chain = self._journal.chains[high].hex()
                self._receipts.append(Receipt(GATE, self._journal.journal, high, chain, 1))
            case "press", _:
                self._inputs.press(Press(how), self.clock.up_ns)
            case "policy" | "siblings", _:
                self._bring(what, how, *more)
            case "restart" | "power", _:
                self._begins_again = True
                if what == "power":
                    self._doorstep.cut_power()
            case _:
                self._scanner.stop()

    def _bring(self, what: str, how: str, *more: str) -> None:
        if what == "policy":
            self._doorstep.bring_policy(int(how), **json.loads(" ".join(more) or "{}"))
        else:
            old_s = float(more[0]) if more else 0.0
            now_s = self.clock.now().wall_ms / 1000
            self._doorstep.bring_siblings(int(how), now_s - old_s)


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.stem)
def test_a_door_does_what_its_trace_says_and_nothing_else(path: Path, tmp_path: Path) -> None:
    written = path.read_text(encoding="utf-8")
    assert Player(written, tmp_path).play() == written


def test_there_are_traces() -> None:
    assert len(TRACES) >= 25
