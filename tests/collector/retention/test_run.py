"""One run of retention, on each ledger; and what enemies and accidents do to it."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from collector import clock
from collector.config import LedgerConfig
from collector.ledger import opened
from collector.ledger.entries import Arrival, Entry, Post, Run
from collector.ledger.ports import Archive, Ledger, View
from collector.localday import DAY_MS, day_of, midnight
from collector.retention.doubt import Doubt
from collector.retention.run import LONGEST_DAYS, run
from tests.collector.postgres import Cluster
from wire.canonical import canonical
from wire.record import (
    ClockState,
    Direction,
    Identity,
    Outcome,
    Reason,
    Scan,
    Signature,
    genesis,
    link,
    to_document,
)

TODAY = 20_700
NOON = midnight(TODAY) + DAY_MS // 2
HOUR = 3_600_000
IN_2099 = 4_070_908_800_000


class Place:
    """A ledger with its files, opened as often as asked for."""

    def __init__(self, config: LedgerConfig, folder: Path) -> None:
        self.config, self.folder = config, folder
        self._opened: list[Ledger | View | Archive] = []

    def ledger(self) -> Ledger:
        made = opened.ledger(self.config).__enter__()
        self._opened.append(made)
        return made

    def view(self) -> View:
        made = opened.view(self.config).__enter__()
        self._opened.append(made)
        return made

    def archive(self) -> Archive:
        made = opened.archive(self.config).__enter__()
        self._opened.append(made)
        return made

    def close(self) -> None:
        for each in self._opened:
            each.close()

    def holding(self, word: bytes) -> list[str]:
        """Return the files in which a word is."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return sorted(path.name for path in files if word in path.read_bytes())


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        made = Place(LedgerConfig(path=tmp_path / "ledger.db"), tmp_path)
    else:
        server: Cluster = request.getfixturevalue("postgres")
        made = Place(LedgerConfig(postgres=server.ledger()), server.folder)
    yield made
    made.close()


class Pen:
    """A journal whose records bear the day they were made on, and come when they are told to."""

    def __init__(self, gate: str = "g1", journal: str = "j1") -> None:
        self.gate, self.journal, self.high = gate, journal, 0
        self.chain = genesis(gate, journal)

    def scans(self, day: int, count: int, received_ms: int = 0) -> tuple[Post, int]:
        """Return scans made in the morning of a day, and when they come."""
        prev, entries = self.chain, []
        for number in range(count):
            self.high += 1
            at = midnight(day) + 6 * HOUR + number * 1000
            scan = Scan(
                seq=self.high,
                boot="0badcafe",
                up=at - midnight(0),
                wall=at,
                clock=ClockState.SYNCED,
                dir=Direction.IN,
                kind=f"day-{day}-of-{self.gate}",
                signature=Signature.CHECKED,
                identity=Identity.SEEN,
                outcome=Outcome.ACCEPTED,
                reason=Reason.ACCEPTED,
            )
            document = to_document(scan)
            self.chain = link(self.chain, document)
            entries.append(Entry(self.high, self.chain, canonical(document), scan))
        arrival = Arrival(self.gate, self.journal, prev, tuple(entries))
        return Post((arrival,)), received_ms or midnight(day) + 7 * HOUR


def now(at_ms: int = NOON, up_ms: int = 10**9) -> Run:
    return Run(at_ms, "boot", up_ms)


def still(_: float) -> None:
    """Do not wait."""


def filled(place: Place, days: int = 5, count: int = 4) -> Pen:
    """Fill a journal with the last days, today among them."""
    pen, ledger = Pen(), place.ledger()
    for day in range(TODAY - days + 1, TODAY + 1):
        ledger.commit(*pen.scans(day, count))
    return pen


def test_the_days_of_the_policy_stay_and_all_before_them_go(place: Place) -> None:
    filled(place)
    view, archive = place.view(), place.archive()
    outcome = run(archive, 3, now(), still)
    assert (outcome.doubt, outcome.day) == (None, TODAY - 3)
    assert [(each.first, each.last, each.records) for each in outcome.receipts] == [(1, 8, 8)]
    assert [each.seq for each in view.after(0, 99)] == list(range(9, 21))
    assert view.broken() == ()
    again = run(archive, 3, now(NOON + HOUR, 10**9 + HOUR), still)
    assert (again.receipts, again.left) == ((), 0)
    tomorrow = run(archive, 3, now(NOON + DAY_MS, 10**9 + DAY_MS), still)
    assert [(each.first, each.last) for each in tomorrow.receipts] == [(9, 12)]


def test_no_day_outlives_thirty_whatever_is_configured(place: Place) -> None:
    filled(place, 34, 1)
    run(place.archive(), 1000, now(), still)
    (first, *_) = place.view().after(0, 99)
    assert day_of(first.wall or 0) == TODAY - LONGEST_DAYS + 1


def test_what_only_would_go_stays(place: Place) -> None:
    filled(place)
    archive = place.archive()
    outcome = run(archive, 3, now(), still, dry=True)
    assert (outcome.ends, outcome.receipts) == ({"g1 j1": 8}, ())
    assert (archive.last_run(), place.view().deletions(0)) == (None, ())


def test_a_new_district_raises_no_alarm_until_something_could_be_over(place: Place) -> None:
    """It deletes nothing and believes no time meanwhile: who deletes by the same time neither."""
    place.ledger()
    archive = place.archive()
    with capture_logs() as logs:
        for day in range(3):
            outcome = run(archive, 3, now(NOON + day * DAY_MS, 10**9 + day * DAY_MS), still)
            assert (outcome.doubt, outcome.is_new) == (Doubt.UNSURE, True)
            assert archive.last_run() is None
    assert {(each["event"], each["log_level"]) for each in logs} == {("retention.new", "info")}
    with capture_logs() as logs:
        outcome = run(archive, 3, now(NOON + 3 * DAY_MS, 10**9 + 3 * DAY_MS), still)
    assert (outcome.doubt, outcome.is_new) == (Doubt.UNSURE, False)
    assert [(each["event"], each["log_level"]) for each in logs] == [
        ("retention.stopped", "warning")
    ]


@pytest.mark.parametrize("at_ms", [IN_2099, NOON + 3 * DAY_MS])
def test_a_first_clock_by_which_something_would_go_is_doubted_loudly(
    place: Place, at_ms: int
) -> None:
    filled(place)
    archive = place.archive()
    outcome = run(archive, 5, now(at_ms), still)
    assert (outcome.doubt, outcome.is_new) == (Doubt.UNSURE, False)
    assert place.view().deletions(0) == ()


def test_a_first_clock_that_goes_back_or_that_gates_contradict_is_doubted_loudly(
    place: Place,
) -> None:
    place.ledger()
    archive = place.archive()
    assert run(archive, 3, now(IN_2099), still).is_new
    assert not run(archive, 3, now(), still).is_new
    place.ledger().commit(*Pen().scans(TODAY, 1, NOON + 2 * DAY_MS))
    outcome = run(archive, 9, now(NOON + 2 * DAY_MS), still)
    assert (outcome.doubt, outcome.is_new) == (Doubt.GATES, False)


def test_a_district_that_was_believed_once_is_not_new(place: Place) -> None:
    place.ledger()
    archive = place.archive()
    run(archive, 9, now(), still, is_sure=True)
    outcome = run(archive, 9, Run(NOON + 3 * DAY_MS, "another", 1), still)
    assert (outcome.doubt, outcome.is_new) == (Doubt.UNSURE, False)


def test_nothing_goes_by_a_clock_in_doubt_and_the_run_says_why(place: Place) -> None:
    filled(place)
    archive, view = place.archive(), place.view()
    run(archive, 10, now(), still)
    ahead = now(NOON + 40 * DAY_MS, 10**9 + HOUR)
    assert run(archive, 3, ahead, still).doubt is Doubt.MOVED
    assert run(archive, 3, now(NOON - 2 * DAY_MS), still).doubt is Doubt.BACK
    assert archive.last_run() == now(), "the last that was believed"
    assert view.deletions(0) == ()
    assert run(archive, 3, ahead, still, is_sure=True).receipts != ()


@pytest.mark.parametrize("boot", ["boot", "another"])
def test_a_clock_that_stays_in_2099_is_believed_on_no_day_though_no_gate_is_heard(
    place: Place, boot: str
) -> None:
    filled(place)
    archive, view = place.archive(), place.view()
    run(archive, 10, now(), still)
    for day in range(1, 5):
        later = Run(IN_2099 + day * DAY_MS, boot, 10**9 + day * DAY_MS)
        assert run(archive, 3, later, still).doubt is not None
    assert view.deletions(0) == ()
    place.ledger().commit(*Pen("g2", "j2").scans(TODAY + 5, 1))
    right = run(archive, 3, now(NOON + 5 * DAY_MS, 10**9 + 5 * DAY_MS), still)
    assert right.doubt is None, "a gate that is heard again says what day it is"
    assert right.receipts != ()


def test_gates_that_say_another_day_stop_it(place: Place) -> None:
    """The server's clock is two days ahead: it takes what gates send now as two days late."""
    filled(place)
    pen, ledger = Pen("g2", "j2"), place.ledger()
    ledger.commit(*pen.scans(TODAY, 1, NOON + 2 * DAY_MS))
    stopped = run(place.archive(), 3, now(NOON + 2 * DAY_MS), still)
    assert (stopped.doubt, place.view().deletions(0)) == (Doubt.GATES, ())


def test_what_came_late_goes_by_the_day_it_was_made(place: Place) -> None:
    pen, ledger = Pen(), place.ledger()
    ledger.commit(*pen.scans(TODAY - 9, 3, NOON))
    ledger.commit(*pen.scans(TODAY, 3, NOON))
    outcome = run(place.archive(), 5, now(), still)
    assert [(each.first, each.last) for each in outcome.receipts] == [(1, 3)]


def test_no_file_knows_what_is_gone(place: Place) -> None:
    filled(place, 6, 300)
    gone, kept = (f"day-{TODAY - n}-of-g1".encode() for n in (4, 2))
    assert place.holding(gone) != []
    outcome = run(place.archive(), 3, now(), still)
    assert outcome.left == 0
    assert place.holding(gone) == []
    assert place.holding(kept) != []


def test_forks_are_in_no_file_either(place: Place) -> None:
    filled(place)
    other = Pen()
    other.scans(TODAY - 99, 1)
    post, _ = other.scans(TODAY - 77, 3)
    place.ledger().commit(post, NOON)
    word = f"day-{TODAY - 77}-of-g1".encode()
    assert place.view().forked("g1", "j1") == (2, 3, 4)
    assert place.holding(word) != []
    run(place.archive(), 3, now(), still)
    assert place.holding(word) == []


def test_a_view_that_reads_meanwhile_sees_its_moment_and_hinders_nobody(place: Place) -> None:
    filled(place, 5, 600)
    reading = place.view().walk("g1", "j1")
    seen = [next(reading).last]
    outcome = run(place.archive(), 3, now(), still)
    assert outcome.receipts[0].last == 1200
    seen += [each.last for each in reading]
    assert seen == list(range(1, 3001))
    later = run(place.archive(), 3, now(NOON + HOUR, 10**9 + HOUR), still)
    assert (later.receipts, later.left) == ((), 0)
    assert place.holding(f"day-{TODAY - 4}-of-g1".encode()) == []


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_run_that_is_killed_is_finished_by_the_next(place: Place, steps: int) -> None:
    """Killed after the receipts, or after so many steps of the sweep."""
    filled(place, 8, 400)
    child = os.fork()
    if not child:
        try:
            _killed_after(place.config, steps)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    view = place.view()
    assert [each.last for each in view.deletions(0)] == [2000]
    assert view.broken() == ()
    assert (view.tallies()[0].missing, view.tallies()[0].deleted) == (0, 2000)
    outcome = run(place.archive(), 3, now(), still)
    assert (outcome.receipts, outcome.left) == ((), 0)
    assert place.holding(f"day-{TODAY - 4}-of-g1".encode()) == []
    assert len(view.after(0, 9999)) == 1200


def _killed_after(config: LedgerConfig, steps: int) -> None:
    """Run in a process of its own, which gets as far as it is told."""
    left = [steps]

    def pause(_: float) -> None:
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with opened.archive(config) as archive:
        if not steps:
            ends = dict.fromkeys(archive.kept(), 2000)
            archive.delete(ends, TODAY - 3, NOON)
            pause(0)
        run(archive, 3, now(), pause)
        pause(0)
        pause(0)


def test_intake_commits_all_the_while(place: Place) -> None:
    filled(place, 6, 400)
    ledger, pen, done = place.ledger(), Pen("g2", "j2"), threading.Event()
    counts = []

    def intake() -> None:
        while not done.is_set():
            counts.append(len(ledger.commit(*pen.scans(TODAY, 5))))
            clock.pause(0.002)

    thread = threading.Thread(target=intake)
    thread.start()
    try:
        outcome = run(place.archive(), 3, now(), still)
    finally:
        done.set()
        thread.join()
    assert outcome.receipts[0].last == 1200
    tallies = {each.gate: each for each in place.view().tallies()}
    assert tallies["g2"].rows == 5 * len(counts) > 0
    assert (tallies["g1"].rows, tallies["g1"].missing) == (1200, 0)
    assert place.view().broken() == ()


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_records_that_lie_with_older_ones_are_moved_and_stay(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if their clock had been found out after they came."""
    filled(place)
    monkeypatch.setattr("collector.ledger.batch.bin_for", lambda *_: (TODAY - 4) % 40)
    pen = Pen("g2", "j2")
    place.ledger().commit(*pen.scans(TODAY - 1, 50, NOON))
    outcome = run(place.archive(), 3, now(), still)
    assert outcome.left == 0
    assert len(list(place.view().walk("g2", "j2"))) == 50
    assert place.view().broken() == ()
    assert place.holding(f"day-{TODAY - 4}-of-g1".encode()) == []
