"""What a door knows when it judges: over restarts, power cuts and what its siblings say."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.typing import EventDict

from device.credential import classify
from device.errors import JournalBroken
from device.flow import Credential, Instant, Remark, Signal, Verdict
from device.memory import Memory
from device.passages.countfile import Base, CountFile
from device.passages.doubt import Doubts
from device.passages.entries import Entries
from device.passages.inside import Inside
from device.passages.passages import BASE_NS, BASE_RECORDS, Passages
from device.passages.subject import subject_of
from tests.device.doorstep import GATE, NOW_S, PLACE, text_of
from tests.device.fakes import S
from wire.canonical import Document
from wire.record import ClockState, Direction, Identity, Outcome, Reason, Signature, What
from wire.site import Summary

IN, OUT = Direction.IN, Direction.OUT


class Records:
    """The Past port over a list."""

    def __init__(self) -> None:
        self.journal = "aa"
        self.documents: list[Document] = []
        self.asked: list[int] = []
        self.broken_after: int | None = None

    @property
    def last(self) -> int:
        return len(self.documents)

    def since(self, seq: int) -> Iterator[Document]:
        self.asked.append(seq)
        for document in self.documents[seq:]:
            if document["seq"] == self.broken_after:
                msg = "not readable"
                raise JournalBroken(msg)
            yield document

    def store(self, **fields: object) -> int:
        self.documents.append({"seq": self.last + 1, **fields})
        return self.last


class Door:
    """A door whose process and power come and go."""

    def __init__(self, folder: Path, *, within_s: float | None = None, alone: bool = True) -> None:
        self._folder, self._within_s, self._alone = folder, within_s, alone
        (folder / "run").mkdir(exist_ok=True)
        self.past = Records()
        self.up_ns = S
        self.remarks: list[Remark] = []
        self.clock = ClockState.SYNCED
        self.restart()

    @property
    def now(self) -> Instant:
        return Instant(self.up_ns, NOW_S * 1000 + self.up_ns // 1_000_000, self.clock, "b")

    def restart(self) -> None:
        run = self._folder / "run"
        self.passages = Passages(
            inside=Inside(run, Memory(run).tag),
            entries=Entries(self._folder / "presence"),
            base=CountFile(self._folder / "presence"),
            past=self.past,
            doubts=Doubts(self._within_s),
            alone=self._alone,
        )
        self.hear(self.passages.begin(self.now))

    def cut_power(self) -> None:
        for path in (self._folder / "run").iterdir():
            path.unlink()
        self.up_ns = 0
        self.restart()

    def hear(self, remarks: tuple[Remark, ...]) -> None:
        for each in remarks:
            self.remarks.append(each)
            self.past.store(t="note", what=each.what.value, data=each.data)

    def tend(self, after_s: float = 0) -> None:
        self.up_ns += int(after_s * S)
        self.hear(self.passages.tend(self.now))

    def pass_by(self, name: str, way: Direction = IN, outcome: Outcome = Outcome.ACCEPTED) -> None:
        verdict = Verdict(
            kind="pass",
            signature=Signature.CHECKED,
            identity=Identity.SEEN,
            outcome=outcome,
            reason=Reason.ACCEPTED,
            direction=way,
            signal=Signal.ACCEPT,
        )
        seq = self.past.store(t="scan", dir=way.value, outcome=outcome.value)
        self.passages.passed(shown(name), verdict, seq, self.now)

    def last(self, name: str) -> Direction | None:
        return self.passages.standing(shown(name), self.now).last


def shown(name: str) -> Credential:
    return classify(text_of(name))


def summary(inside: int, time_s: float, since: int = 1) -> Summary:
    return Summary(GATE, PLACE, ("cong-hai",), inside, int(time_s * 1000), since)


def test_nothing_is_known_of_a_stranger(tmp_path: Path) -> None:
    door = Door(tmp_path)
    found = door.passages.standing(shown("PASS-A"), door.now)
    assert (found.last, found.since_s, found.entries, found.inside) == (None, None, 0, 0)
    assert (found.siblings_age_s, found.siblings_unknown) == (None, False)


def test_the_last_passage_and_its_age_are_known(tmp_path: Path) -> None:
    door = Door(tmp_path)
    door.pass_by("PASS-A")
    door.up_ns += 90 * S
    found = door.passages.standing(shown("PASS-A"), door.now)
    assert (found.last, found.since_s, found.inside) == (IN, 90.0, 1)
    assert door.last("PASS-B") is None


def test_who_was_refused_did_not_pass(tmp_path: Path) -> None:
    door = Door(tmp_path)
    door.pass_by("PASS-A", outcome=Outcome.REJECTED)
    door.pass_by("PASS-A", outcome=Outcome.OBEYED)
    assert (door.last("PASS-A"), door.passages.people) == (None, 0)


def test_a_restart_keeps_who_is_inside_and_how_many(tmp_path: Path) -> None:
    door = Door(tmp_path)
    door.pass_by("PASS-A")
    door.pass_by("PASS-B")
    door.restart()
    assert (door.last("PASS-A"), door.passages.people, door.remarks) == (IN, 2, [])


def test_a_power_cut_keeps_how_many_and_says_so(tmp_path: Path) -> None:
    door = Door(tmp_path)
    door.pass_by("PASS-A")
    door.pass_by("PASS-B")
    door.cut_power()
    assert (door.last("PASS-A"), door.passages.people) == (None, 2)
    assert door.remarks == [Remark(What.COUNT, {"count": 2, "own": 2, "why": "power-cut"})]
    door.restart()
    assert len(door.remarks) == 1


def test_an_empty_place_has_nothing_to_say_after_a_power_cut(tmp_path: Path) -> None:
    door = Door(tmp_path)
    door.cut_power()
    assert door.remarks == []


def test_a_start_counts_only_what_came_after_the_base(tmp_path: Path) -> None:
    door = Door(tmp_path)
    for number in range(BASE_RECORDS):
        door.pass_by(f"PASS-{number}")
    door.tend()
    door.pass_by("PASS-A", OUT)
    door.restart()
    assert door.passages.people == BASE_RECORDS - 1
    assert door.past.asked == [0, BASE_RECORDS]


def test_the_base_is_written_seldom(tmp_path: Path) -> None:
    door = Door(tmp_path)
    base = tmp_path / "presence" / "count.json"
    door.pass_by("PASS-A")
    door.tend(after_s=BASE_NS / S - 2)
    assert not base.exists()
    door.tend(after_s=3)
    before = base.stat().st_ino
    door.tend(after_s=BASE_NS / S + 1)
    assert base.stat().st_ino == before, "nobody passed since"


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff", None])
def test_without_a_sound_base_everything_is_counted_again(
    tmp_path: Path, damage: bytes | None
) -> None:
    door = Door(tmp_path)
    for number in range(BASE_RECORDS):
        door.pass_by(f"PASS-{number}")
    door.tend()
    base = tmp_path / "presence" / "count.json"
    changed = base.read_bytes().replace(b'"own":256', b'"own":999')
    assert changed != base.read_bytes()
    base.write_bytes(changed if damage is None else damage)
    door.restart()
    assert door.passages.people == BASE_RECORDS
    assert door.past.asked[-1] == 0


def test_another_journal_is_counted_from_its_beginning(tmp_path: Path) -> None:
    door = Door(tmp_path)
    door.pass_by("PASS-A")
    door.tend()
    door.past.journal, door.past.documents = "bb", []
    door.tend()
    door.pass_by("PASS-B")
    door.restart()
    assert door.passages.people == 2


def test_what_can_be_read_of_a_damaged_journal_is_counted(tmp_path: Path) -> None:
    door = Door(tmp_path)
    for name in ("PASS-A", "PASS-B", "PASS-C"):
        door.pass_by(name)
    door.past.broken_after = 3
    door.restart()
    assert door.passages.people == 2


def test_who_did_not_go_through_is_taken_back(tmp_path: Path) -> None:
    door = Door(tmp_path, within_s=5)
    door.pass_by("PASS-A")
    door.passages.went_through(door.up_ns)
    door.tend(after_s=20)
    door.pass_by("PASS-A", OUT)
    door.pass_by("TWICE-B")
    door.tend(after_s=5)
    assert (door.passages.people, door.remarks) == (1, [])
    door.tend(after_s=0.1)
    assert door.remarks == [Remark(What.CANCELLED, {"seq": 2}), Remark(What.CANCELLED, {"seq": 3})]
    assert (door.passages.people, door.last("PASS-A"), door.last("TWICE-B")) == (1, IN, None)
    assert door.passages.standing(shown("TWICE-B"), door.now).entries == 0
    door.cut_power()
    assert door.passages.people == 1


def test_who_goes_through_too_late_is_somebody_else(tmp_path: Path) -> None:
    door = Door(tmp_path, within_s=5)
    door.pass_by("PASS-A")
    door.passages.went_through(door.up_ns + 6 * S)
    door.tend(after_s=6)
    assert [each.what for each in door.remarks] == [What.CANCELLED]


def test_a_later_passage_of_the_same_person_stays(tmp_path: Path) -> None:
    door = Door(tmp_path, within_s=5)
    door.pass_by("PASS-A")
    door.up_ns += 3 * S
    door.pass_by("PASS-A", OUT)
    door.tend(after_s=3)
    assert [each.data for each in door.remarks] == [{"seq": 1}]
    assert door.last("PASS-A") is OUT


def test_no_base_is_written_while_a_passage_is_in_doubt(tmp_path: Path) -> None:
    door = Door(tmp_path, within_s=5)
    for number in range(BASE_RECORDS):
        door.pass_by(f"PASS-{number}")
    door.tend()
    assert not (tmp_path / "presence" / "count.json").exists()
    door.tend(after_s=6)
    assert (tmp_path / "presence" / "count.json").exists()
    door.cut_power()
    assert door.passages.people == 0


def test_entries_are_of_passes_that_have_so_many_and_of_the_way_in(tmp_path: Path) -> None:
    door = Door(tmp_path)
    for name, way in (("TWICE-A", IN), ("TWICE-A", OUT), ("TWICE-A", IN), ("PASS-B", IN)):
        door.pass_by(name, way)
    door.cut_power()
    found = [door.passages.standing(shown(n), door.now).entries for n in ("TWICE-A", "PASS-B")]
    assert found == [2, 0]


def test_a_pass_of_another_issuer_with_the_same_number_is_another_pass(tmp_path: Path) -> None:
    door = Door(tmp_path)
    door.pass_by("TWICE-A")
    assert door.last("TWICE-A") is IN
    assert door.last("DECLARED-A") is None
    assert door.passages.standing(shown("TWICE-A"), door.now).entries == 1
    assert door.passages.standing(shown("DECLARED-A"), door.now).entries == 0


def test_siblings_are_added_and_no_door_shows_fewer_than_nobody(tmp_path: Path) -> None:
    door = Door(tmp_path, alone=False)
    assert door.passages.standing(shown("PASS-A"), door.now).siblings_unknown
    door.pass_by("PASS-A")
    door.hear(door.passages.hold(summary(4, NOW_S), door.up_ns))
    found = door.passages.standing(shown("PASS-A"), door.now)
    assert (found.inside, found.siblings_unknown) == (5, False)
    door.hear(door.passages.hold(summary(-40, NOW_S), door.up_ns))
    assert door.passages.people == 0
    assert door.remarks == []


def test_a_place_of_one_gate_asks_no_siblings(tmp_path: Path) -> None:
    door = Door(tmp_path)
    door.passages.hold(summary(4, NOW_S), door.up_ns)
    found = door.passages.standing(shown("PASS-A"), door.now)
    assert (found.inside, found.siblings_age_s, found.siblings_unknown) == (0, None, False)
    door.pass_by("PASS-A")
    door.hear(door.passages.hold(summary(4, NOW_S + 1, since=5000), door.up_ns))
    assert (door.passages.people, door.last("PASS-A"), door.remarks) == (1, IN, [])


@pytest.mark.parametrize(
    ("clock", "arrived_s", "sent_s", "age_s"),
    [
        (ClockState.SYNCED, 10, 10, 20),
        (ClockState.SYNCED, 10, -50, 80),
        (ClockState.SYNCED, 10, 500, 20),
        (ClockState.SYNCED, None, 10, 20),
        (ClockState.UNSYNCED, 10, -50, 20),
        (ClockState.UNSYNCED, None, 10, None),
    ],
)
def test_the_age_of_what_siblings_saw_is_the_older_of_two_where_the_clock_is_sure(
    tmp_path: Path, clock: ClockState, arrived_s: int | None, sent_s: int, age_s: float | None
) -> None:
    door = Door(tmp_path, alone=False)
    arrived_ns = None if arrived_s is None else arrived_s * S
    door.passages.hold(summary(1, NOW_S + sent_s), arrived_ns)
    door.up_ns, door.clock = 30 * S, clock
    found = door.passages.standing(shown("PASS-A"), door.now)
    assert (found.siblings_age_s, found.siblings_unknown) == (age_s, age_s is None)


def test_where_the_siblings_begin_anew_so_does_this_door_and_once_only(tmp_path: Path) -> None:
    door = Door(tmp_path, alone=False)
    door.hear(door.passages.hold(summary(-3, NOW_S, since=1000), door.up_ns))
    for name in ("PASS-A", "PASS-B"):
        door.pass_by(name)
    assert door.remarks == []
    door.hear(door.passages.hold(summary(0, NOW_S + 1, since=2000), door.up_ns))
    assert door.remarks == [Remark(What.COUNT, {"count": 0, "own": 0, "why": "day"})]
    assert door.last("PASS-A") is None
    door.pass_by("PASS-C")
    door.restart()
    door.hear(door.passages.hold(summary(0, NOW_S + 1, since=2000), None))
    assert (door.passages.people, len(door.remarks)) == (1, 1)
    door.hear(door.passages.hold(summary(9, NOW_S + 2, since=3000), door.up_ns))
    assert (door.passages.people, len(door.remarks)) == (9, 2)
    door.pass_by("PASS-D")
    door.cut_power()
    door.hear(door.passages.hold(summary(0, NOW_S + 3, since=4000), door.up_ns))
    assert (door.passages.people, door.remarks[-1].data["why"]) == (0, "day")


def test_a_count_that_is_set_counts_for_the_whole_place(tmp_path: Path) -> None:
    door = Door(tmp_path, alone=False)
    door.passages.hold(summary(-3, NOW_S), door.up_ns)
    door.hear((door.passages.set_count(10, "card"),))
    assert door.remarks == [Remark(What.COUNT, {"count": 10, "own": 13, "why": "card"})]
    door.cut_power()
    door.passages.hold(summary(-4, NOW_S + 1), door.up_ns)
    assert door.passages.people == 9


def test_an_empty_place_remembers_nobody_inside(tmp_path: Path) -> None:
    door = Door(tmp_path)
    door.pass_by("PASS-A")
    door.hear((door.passages.set_count(3, "card"),))
    assert door.last("PASS-A") is IN
    door.hear((door.passages.set_count(0, "card"),))
    assert door.last("PASS-A") is None


def test_a_base_that_cannot_be_written_stops_nobody(tmp_path: Path, logs: list[EventDict]) -> None:
    (tmp_path / "presence").write_bytes(b"")
    file = CountFile(tmp_path / "presence")
    file.write(Base("aa", 1, 1))
    file.write(Base("aa", 1, 1))
    assert file.read() is None
    assert [each["event"] for each in logs].count("count.unwritten") == 1


@pytest.mark.parametrize(
    ("fields", "subject"),
    [
        ({"number": "094090000001", "former": "360000001"}, b"number:094090000001"),
        ({"insurance": "0123456789", "name": "Mẫu"}, b"insurance:0123456789"),
        ({"code": "URN:UVCI:01"}, b"code:URN:UVCI:01"),
        ({"name": "Mẫu"}, None),
        ({"number": ""}, None),
        (None, None),
    ],
)
def test_a_code_is_about_the_one_it_names(fields: Document | None, subject: bytes | None) -> None:
    assert subject_of(Credential("x", personal=fields)) == subject


DEEDS = st.sampled_from(["in", "out", "press", "wait", "restart", "cut", "set"])


@given(deeds=st.lists(DEEDS, max_size=30))
def test_whatever_happens_the_count_is_that_of_the_records(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[str]
) -> None:
    door = Door(tmp_path_factory.mktemp("door"), within_s=2)
    before = 0
    for deed in deeds:
        match deed:
            case "in" | "out":
                door.pass_by("PASS-A", Direction(deed))
            case "press":
                door.passages.went_through(door.up_ns)
            case "wait":
                door.tend(after_s=1.5)
            case "restart":
                door.restart()
            case "cut":
                door.cut_power()
            case _:
                door.hear((door.passages.set_count(2, "card"),))
        before = door.passages.people
        assert before >= 0
    door.restart()
    assert door.passages.people == before
