"""From sealed records to persons, in both databases."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from collector.people.entries import Kind
from collector.trace.entries import Flag
from collector.vault import custody, folder
from collector.vault.errors import VaultLocked
from tests.collector.vault.conftest import DAY, HOUR, MONDAY, WORDS, SealingGate, Town, card
from wire.record import ClockState, Direction
from wire.sealing import seal_key

AT = MONDAY + 8 * HOUR
SEEN = "SELECT person, at, span, way, link, flags FROM sighting ORDER BY at"


def test_a_scan_becomes_a_sighting_and_a_stay_within_one_turn(town: Town) -> None:
    town.unlock()
    pen = SealingGate("g1")
    pen.passes(card(1), AT)
    pen.passes(card(1), AT + HOUR, way=Direction.OUT)
    town.send(pen, AT + HOUR + 500)
    town.room.turn(AT + HOUR + 600, AT)
    one, other = town.rows(SEEN)
    assert one[0] == other[0]
    assert (one[3], other[3]) == (0, 1)
    assert {one[4], other[4]} == {Kind.NUMBER}
    assert abs(one[1] - AT) <= 2000
    assert one[2] <= 4000
    ((how, stayed),) = town.rows("SELECT how, stayed FROM stay")
    assert how == 0
    assert abs(stayed - HOUR) <= 4000


def test_a_locked_vault_keys_nothing_and_says_so_and_catches_up(town: Town) -> None:
    pen = SealingGate("g1")
    pen.passes(card(1), AT)
    town.send(pen, AT + 500)
    assert town.room.turn(AT + 600, AT) == 0
    with pytest.raises(VaultLocked):
        town.room.seal(b"", "")
    town.unlock(AT)
    town.settle(AT + 700)
    assert len(town.rows(SEEN)) == 1
    town.room.lock()
    pen.passes(card(1), AT + HOUR)
    town.send(pen, AT + HOUR)
    town.settle(AT + HOUR)
    assert len(town.rows(SEEN)) == 1
    town.unlock(AT)
    town.settle(AT + HOUR)
    assert len(town.rows(SEEN)) == 2


def test_seen_on_each_side_of_an_epochs_turn_is_one_person_with_two_sightings(town: Town) -> None:
    town.unlock()
    pen = SealingGate("g1")
    turn = MONDAY + 7 * DAY
    for at in (turn - HOUR, turn + HOUR):
        pen.passes(card(1), at)
        town.send(pen, at + 500)
        town.settle(at + 600)
    assert town.rows("SELECT COUNT(*), COUNT(DISTINCT person) FROM sighting") == [(2, 1)]
    assert town.rows("SELECT COUNT(DISTINCT epoch) FROM sighting") == [(2,)]
    assert town.rows("SELECT epoch, COUNT(*) FROM fields GROUP BY epoch ORDER BY epoch") == [
        (2950, 1),
        (2951, 1),
    ]


def test_fields_are_kept_once_for_each_person_and_epoch(town: Town) -> None:
    town.unlock()
    pen = SealingGate("g1")
    for each in range(5):
        pen.passes(card(1), AT + each * HOUR)
    town.send(pen, AT + 5 * HOUR)
    town.settle(AT + 5 * HOUR)
    assert town.rows("SELECT COUNT(*) FROM fields") == [(1,)]


def test_a_restarted_vault_finds_the_same_person_again(town: Town) -> None:
    pen = SealingGate("g1")
    for each in range(3):
        pen.passes(card(1), AT + each * HOUR)
        town.send(pen, AT + each * HOUR + 500)
        town.again()
        town.unlock(AT)
        town.settle(AT + each * HOUR + 600)
    assert town.rows("SELECT COUNT(*), COUNT(DISTINCT person) FROM sighting") == [(3, 1)]


def test_what_does_not_open_is_counted_and_stops_nothing(town: Town) -> None:
    town.unlock()
    pen = SealingGate("g1")
    pen.passes(card(1), AT)
    pen.passes(card(2), AT + 1000, damaged=True)
    pen.renew(AT + 2000, seal_key(X25519PrivateKey.generate().public_key()))
    pen.passes(card(3), AT + 3000)
    pen.renew(AT + 4000)
    pen.passes(card(4), AT + 5000)
    lost = len(pen.chain)
    pen.passes(card(5), AT + 6000)
    pen.documents[lost - 1] = {**pen.documents[lost - 1], "key": 10_000}
    pen = _chained(pen)
    pen.passes(card(6), AT + 7000)
    town.send(pen, AT + 8000)
    town.settle(AT + 8000)
    assert len(town.rows(SEEN)) == 3
    assert sorted(town.rows("SELECT why, seq FROM unopened")) == [
        ("fields-damaged", 3),
        ("no-key", 8),
        ("other-authority", 5),
    ]
    assert town.rows("SELECT gate FROM deployed") == [("g1",)]


def test_what_did_not_open_is_keyed_once_the_authoritys_other_key_is_there(town: Town) -> None:
    other = X25519PrivateKey.generate()
    public = seal_key(other.public_key())
    town.unlock()
    pen = SealingGate("g1")
    pen.passes(card(1), AT)
    pen.renew(AT + 2000, public)
    pen.passes(card(1), AT + HOUR, way=Direction.OUT)
    pen.passes(card(2), AT + HOUR, damaged=True)
    town.send(pen, AT + HOUR)
    town.settle(AT + HOUR)
    assert len(town.rows("SELECT seq FROM unopened")) == 2
    kept = folder.load(town.home)
    shares = dict(custody.opened_share(kept, each, WORDS[each]) for each in ("lan", "hoa"))
    both = custody.resealed(kept, shares, other.private_bytes_raw(), public.kid)
    folder.replace(town.home, both)
    town.again()
    town.unlock(AT + HOUR)
    town.settle(AT + HOUR)
    assert town.rows("SELECT why FROM unopened") == [("fields-damaged",)]
    assert len(town.rows(SEEN)) == 2
    ((stayed,),) = town.rows("SELECT stayed FROM stay")
    assert stayed == HOUR


def test_a_record_that_stays_shut_is_tried_once_an_hour(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.unlock()
    pen = SealingGate("g1")
    pen.passes(card(2), AT, damaged=True)
    town.send(pen, AT)
    town.settle(AT)
    asked: list[str] = []
    record = town.view.record

    def counted(gate: str, journal: str, seq: int) -> bytes | None:
        asked.append(gate)
        return record(gate, journal, seq)

    monkeypatch.setattr(town.view, "record", counted)
    for minutes in (1, 30, 59):
        town.settle(AT + minutes * 60_000)
    assert not asked
    town.settle(AT + 61 * 60_000)
    town.settle(AT + 62 * 60_000)
    assert asked == ["g1"]


def _chained(pen: SealingGate) -> SealingGate:
    """Return the gate with its records chained anew after one was changed."""
    fresh = SealingGate(pen.gate, pen.name)
    fresh._key, fresh._key_seq = pen._key, pen._key_seq
    for document in pen.documents:
        fresh.add(document)
    return fresh


def test_after_whom_nobody_passed_the_sighting_is_cancelled(town: Town) -> None:
    town.unlock()
    pen = SealingGate("g1")
    seq = pen.passes(card(1), AT)
    other = pen.passes(card(2), AT + 1000)
    pen.nobody(seq, AT + 2000)
    town.send(pen, AT + 3000)
    town.settle(AT + 3000)
    town.again()
    town.unlock(AT)
    pen.nobody(other, AT + 4000)  # in another turn, of another vault
    pen.nobody(99_999, AT + 4500)
    town.send(pen, AT + 5000)
    town.settle(AT + 5000)
    assert [row[5] for row in town.rows(SEEN)] == [Flag.CANCELLED] * 2
    assert town.rows("SELECT COUNT(*) FROM stay") == [(0,)]


def test_a_sighting_without_bounds_goes_by_arrival_until_they_are_known(town: Town) -> None:
    town.unlock()
    pen = SealingGate("g1")
    pen.clock = ClockState.UNSYNCED
    pen.passes(card(1), AT)
    town.send(pen, AT + 20 * HOUR)
    town.settle(AT + 20 * HOUR)
    ((person, at, span, _, _, flags),) = town.rows(SEEN)
    assert (at, span, flags) == (AT + 20 * HOUR, 0, Flag.ARRIVAL)
    pen.clock = ClockState.SYNCED
    pen.passes(card(2), AT + 21 * HOUR)
    town.send(pen, AT + 21 * HOUR + 500)
    town.settle(AT + 22 * HOUR)
    ((same, at, span, _, _, flags),) = town.rows(
        f"{SEEN[: SEEN.index('ORDER')]} WHERE person = ?", person
    )
    assert (same, flags) == (person, 0)
    assert at <= AT <= at + span
    assert span < 60_000
    assert town.rows("SELECT uses FROM epoch") == [(2,)]


def test_a_gate_that_moves_is_seen_at_its_new_place_and_was_at_its_old(town: Town) -> None:
    town.unlock()
    pen = SealingGate("g1")
    pen.passes(card(1), AT)
    town.send(pen, AT + 500)
    town.settle(AT + 600)
    town.places["g1"] = msgspec.structs.replace(town.place_of("g1"), place="new", name="Mới")
    pen.passes(card(2), AT + HOUR)
    town.send(pen, AT + HOUR + 500)
    town.settle(AT + HOUR + 600)
    asked = "SELECT place_key.place FROM stay JOIN place_key ON id = stay.place ORDER BY in_lo"
    assert town.rows(asked) == [("p-g1",), ("new",)]


def test_no_record_that_is_not_a_passage_makes_anybody(town: Town) -> None:
    town.unlock()
    pen = SealingGate("g1")
    pen.scan(3)
    town.send(pen, AT)
    town.settle(AT)
    assert town.rows("SELECT COUNT(*) FROM person") == [(0,)]


def test_the_coverage_of_gates_follows_with_the_records(town: Town) -> None:
    town.unlock()
    pen = SealingGate("g1")
    pen.passes(card(1), AT)
    pen.passes(card(1), AT + 60_000)
    town.send(pen, AT + 61_000)
    town.settle(AT + 61_000)
    ((gate, since, until),) = town.rows("SELECT gate, from_ms, until_ms FROM watch")
    assert gate == 1
    assert abs(until - since - 60_000) <= 4000
