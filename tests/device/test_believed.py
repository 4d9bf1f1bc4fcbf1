"""Whose signatures count: a ring of the root's, whole and newest, and no key beyond its end."""

import shutil
from pathlib import Path

import msgspec
import pytest

from device import believed
from device.accepted import Accepted
from device.believed import Believed
from device.flow import Instant
from device.mandate import Mandate
from tests.device.doorstep import DAY_S, ENTRIES, KEYS, NOW_S, Doorstep, enrolment
from tests.wire.samples import ENTRIES as SAMPLES
from tests.wire.samples import KEYS as SIGNERS
from tests.wire.samples import VAULT
from wire import keyring
from wire.errors import SignatureInvalid
from wire.keyring import KeyList
from wire.keys import KeyEntry, Use, entry, kid_of, raw_public
from wire.record import ClockState, Direction
from wire.sealing import seal_key

ROOT = SAMPLES[Use.ROOT]
IN_RING = tuple(each for each in ENTRIES if each.use not in keyring.NEVER)
SEAL = seal_key(VAULT.public_key())
MS = 1000


def ring(
    version: int = 1,
    keys: tuple[KeyEntry, ...] = IN_RING,
    issued_s: int = NOW_S,
    signer: Use = Use.ROOT,
) -> bytes:
    return keyring.pack(KeyList(version, issued_s * MS, keys, SEAL, "CA"), SIGNERS[signer])


def ending(use: Use, at_s: int) -> tuple[KeyEntry, ...]:
    """Return the keys, of which that of one use ends."""
    return tuple(
        msgspec.structs.replace(each, until=at_s * MS) if each.use is use else each
        for each in IN_RING
    )


def without(use: Use) -> tuple[KeyEntry, ...]:
    return tuple(each for each in IN_RING if each.use is not use)


class Gate:
    """A mandate that knows the root, and a clock that is moved."""

    def __init__(self, folder: Path) -> None:
        self.step = Doorstep(folder, (Direction.OUT,))
        self.up_s, self.wall_s, self.clock = 0.0, NOW_S, ClockState.SYNCED
        self.restart()

    def restart(self) -> None:
        folders = Accepted(self.step.inbox, self.step.accepted)
        self.told = Mandate(folders, enrolment((Direction.OUT,)), ROOT)

    def bring(self, data: bytes) -> None:
        new = self.step.inbox / "new"
        new.write_bytes(data)
        new.replace(self.step.inbox / believed.NAME)
        self.look()

    def look(self) -> None:
        for _ in range(30):
            self.up_s += 0.5
            now = Instant(int(self.up_s * 1e9), self.wall_s * MS, self.clock, "0a0b0c0d")
            self.told.refresh(now)

    def policy(self, version: int) -> int:
        self.step.bring_policy(version)
        self.look()
        return self.told.policy.version


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


def test_the_keys_of_the_enrolment_count_until_a_ring_comes(gate: Gate) -> None:
    assert gate.policy(1) == 1
    gate.bring(ring(1, without(Use.POLICY)))
    assert (gate.told.ring.version, gate.told.policy.version) == (1, 0)
    assert gate.policy(9) == 0
    gate.restart()
    gate.look()
    assert (gate.told.ring.version, gate.told.policy.version) == (1, 0)


@pytest.mark.parametrize(
    "data",
    [
        *(ring(5, signer=use) for use in Use if use is not Use.ROOT),
        ring(3),
        ring(2, without(Use.POLICY)),
        ring(5)[:-1],
        b"",
        b"x" * (keyring.LIMIT + 1),
    ],
)
def test_only_a_newer_ring_of_the_roots_takes_its_place(gate: Gate, data: bytes) -> None:
    gate.bring(ring(3))
    gate.bring(data)
    assert gate.told.ring.version == 3
    assert gate.policy(1) == 1


def test_a_ring_from_before_the_enrolment_is_none(gate: Gate) -> None:
    """Who was enrolled anew is not led back to the keys of before."""
    gate.bring(ring(3, issued_s=NOW_S - 9 * DAY_S))
    assert gate.told.ring.version == 0


def test_a_key_that_has_ended_signs_nothing_new_and_what_it_signed_goes_on(gate: Gate) -> None:
    gate.bring(ring(1, ending(Use.POLICY, NOW_S + DAY_S)))
    assert gate.policy(1) == 1
    gate.wall_s += DAY_S - 1
    assert gate.policy(2) == 2
    gate.wall_s += 1
    assert gate.policy(3) == 2
    gate.restart()
    gate.look()
    assert gate.told.policy.version == 2, "a gate that hears nothing keeps its rules"


def test_an_unsure_clock_ends_no_key_but_a_time_that_is_surely_past_does(gate: Gate) -> None:
    gate.clock = ClockState.UNSYNCED
    gate.wall_s = NOW_S + 900 * DAY_S
    gate.bring(ring(1, ending(Use.POLICY, NOW_S + DAY_S)))
    assert gate.policy(1) == 1
    gate.bring(ring(2, ending(Use.POLICY, NOW_S + DAY_S), NOW_S + 2 * DAY_S))
    assert gate.policy(2) == 1


def test_a_thief_who_made_a_gate_believe_in_a_far_future_is_undone_by_the_next_ring(
    gate: Gate,
) -> None:
    """His policy of the year 2100 ends every key, until the root says that his is none."""
    gate.bring(ring(1, ending(Use.CARD, NOW_S + DAY_S)))
    gate.step.bring_policy(2**40, issued=(NOW_S + 30_000 * DAY_S) * MS)
    gate.look()
    assert gate.told.past_ms == (NOW_S + 30_000 * DAY_S) * MS
    fresh = entry(SIGNERS[Use.RECORDS].public_key(), Use.POLICY)
    gate.bring(ring(2, (*without(Use.POLICY), fresh)))
    assert gate.told.past_ms == NOW_S * MS
    card = KEYS[Use.CARD]
    message = b"a card"
    kid = kid_of(raw_public(card))
    gate.told.ring.verify(kid, Use.CARD, card.sign(message), message)


def test_a_ring_that_cannot_be_kept_does_not_count_yet(gate: Gate) -> None:
    """Or a restart would believe again whom the root has taken back."""
    shutil.rmtree(gate.step.accepted)
    gate.step.accepted.write_text("in the way")
    gate.bring(ring(1, without(Use.POLICY)))
    assert gate.told.ring.version == 0


def test_where_to_seal_and_whose_servers_to_believe_come_with_the_ring(gate: Gate) -> None:
    assert gate.told.ring.ca == ""
    gate.bring(ring(1))
    assert (gate.told.ring.seal, gate.told.ring.ca) == (SEAL, "CA")


def test_a_process_without_accepted_reads_the_ring_from_where_it_lies(tmp_path: Path) -> None:
    said = enrolment((Direction.OUT,))
    folders = tmp_path / "one", tmp_path / "two"
    for folder, data in zip(folders, (ring(4), ring(2, without(Use.POLICY))), strict=True):
        folder.mkdir()
        (folder / believed.NAME).write_bytes(data)
    found = believed.told(said, ROOT, *folders, tmp_path / "none")
    assert found.version == 4
    assert not found.hear(ring(3))
    assert not found.hear(b"rubbish")
    assert found.hear(ring(5, without(Use.CARD)))
    with pytest.raises(SignatureInvalid):
        found.verify(kid_of(raw_public(KEYS[Use.CARD])), Use.CARD, bytes(64), b"")


def test_without_a_root_no_ring_is_taken() -> None:
    found = Believed(enrolment((Direction.OUT,)))
    assert not found.hear(ring(1))
