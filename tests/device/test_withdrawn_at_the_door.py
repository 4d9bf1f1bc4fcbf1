"""From the list in the uplink's hostile folder to the answer at the door."""

import random
import zlib
from functools import partial
from pathlib import Path

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.accepted import Accepted, Newest
from device.credential import classify
from device.credential.dcc_trust import TrustList
from device.flow import Instant
from device.statuses import HeldLists
from device.verdict.judge import judge
from device.verdict.standing import NOTHING
from device.verdict.trust import Trust
from tests.wire.samples import ENTRIES, KEYS, RING
from wire import cosesign, gatepass, statuslist
from wire.gatepass import Pass
from wire.keys import Keyring, Use
from wire.policy import AskedSignature, Does, Kind, Policy, Take
from wire.record import ClockState, Direction, Mark, Outcome, Reason
from wire.statuslist import INVALID, MEDIA_TYPE, SUSPENDED, StatusList

NOW_S = 1_780_000_000
SEC_NS = 10**9
ISSUER, OTHER = ENTRIES[Use.PASS_SEEN].kid, ENTRIES[Use.PASS_DECLARED].kid
PLACE = 70_000


def policy(stale_list: Does = Does.ACCEPT) -> Policy:
    takes = (Take(kind=Kind.PASS, signature=AskedSignature.CHECKED),)
    return Policy(site="mau", version=1, issued=0, takes=takes, stale_list=stale_list)


def listed(
    marked: dict[int, int] | None = None,
    issued: int = NOW_S,
    issuer: str = ISSUER,
    *,
    every: bool = False,
) -> bytes:
    bits, statuses = statuslist.packed(100_000, {} if marked is None else marked)
    made = StatusList(issuer, issued, bits, statuses, every=every)
    return statuslist.pack(made, KEYS[Use.STATUS])


class Door:
    """A gate's folders and what it answers, step by step."""

    def __init__(self, folder: Path, ring: Keyring = RING) -> None:
        self._folder, self._ring, self._up_ns = folder, ring, 0
        (folder / "inbox").mkdir(exist_ok=True)
        self.start()

    def start(self) -> None:
        """Start, or start again: memory is gone, files are there."""
        accepted = Accepted(self._folder / "inbox", self._folder / "accepted")
        self._keepers: list[Newest[StatusList]] = [
            accepted.newest(
                f"list-{kid}",
                partial(statuslist.unpack, ring=self._ring, issuer=kid),
                lambda found: found.issued,
                statuslist.MAX_BYTES,
            )
            for kid in (ISSUER, OTHER)
        ]
        self._lists = HeldLists(each.held for each in self._keepers if each.held is not None)

    def brought(self, data: bytes, kid: str = ISSUER) -> None:
        """Let the uplink lay a file into the inbox, and the scanner look."""
        (self._folder / "inbox" / f"list-{kid}").write_bytes(data)
        self._up_ns += 10 * SEC_NS
        for each in self._keepers:
            found = each.renew(self._up_ns)
            if found is not None:
                self._lists.take(found)

    def answer(
        self,
        place: int | None = PLACE,
        rules: Policy | None = None,
        *,
        use: Use = Use.PASS_SEEN,
        after_s: int = 0,
    ) -> tuple[Reason, tuple[Mark, ...]]:
        claims = Pass(bytes(8), "visitor", NOW_S - 9, NOW_S + 10**9, NOW_S - 9, place)
        shown = classify(gatepass.issue(claims, KEYS[use]).encode())
        now = Instant(1, (NOW_S + after_s) * 1000, ClockState.SYNCED, "0badcafe")
        trust = Trust(self._ring, TrustList(()), self._lists)
        verdict = judge(shown, Direction.IN, rules or policy(), trust, NOTHING, now)
        assert (verdict.outcome is Outcome.ACCEPTED) == (verdict.reason is Reason.ACCEPTED)
        return verdict.reason, verdict.marks


GOOD = (Reason.ACCEPTED, ())
WITHDRAWN = (Reason.WITHDRAWN, ())


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def test_without_a_list_the_site_says_what_to_do(door: Door) -> None:
    assert door.answer() == (Reason.ACCEPTED, (Mark.LIST_STALE,))
    assert door.answer(rules=policy(Does.REFUSE)) == (Reason.LIST_STALE, ())
    assert door.answer(None) == GOOD


def test_a_pass_is_good_withdrawn_suspended_and_good_again(door: Door) -> None:
    said = []
    for step, marked in enumerate(({}, {PLACE: INVALID}, {PLACE: SUSPENDED}, {5: INVALID})):
        door.brought(listed(marked, NOW_S + step))
        said.append(door.answer(after_s=step))
    assert said == [GOOD, WITHDRAWN, (Reason.SUSPENDED, ()), GOOD]


def test_an_old_list_still_withdraws_and_its_age_is_judged_by_policy(door: Door) -> None:
    door.brought(listed({PLACE: INVALID}))
    year_s = 365 * 86_400
    assert door.answer(after_s=year_s) == WITHDRAWN
    assert door.answer(7, after_s=year_s) == (Reason.ACCEPTED, (Mark.LIST_STALE,))
    assert door.answer(7, policy(Does.REFUSE), after_s=year_s) == (Reason.LIST_STALE, ())


def test_what_was_withdrawn_stays_so_over_a_restart(door: Door) -> None:
    door.brought(listed({PLACE: INVALID}))
    door.start()
    assert door.answer() == WITHDRAWN


def test_an_older_list_that_is_sent_again_restores_nobody(door: Door) -> None:
    before, after = listed({}, NOW_S), listed({PLACE: INVALID}, NOW_S + 1)
    door.brought(before)
    door.brought(after)
    for _ in range(2):
        door.brought(before)
        assert door.answer(after_s=1) == WITHDRAWN
        door.start()


def test_another_issuers_list_under_this_ones_name_changes_nothing(door: Door) -> None:
    door.brought(listed({PLACE: INVALID}))
    door.brought(listed({}, NOW_S + 9, OTHER))
    assert door.answer(after_s=9) == WITHDRAWN
    assert door.answer(use=Use.PASS_DECLARED) == (Reason.ACCEPTED, (Mark.LIST_STALE,))


def test_an_issuer_withdrawn_as_a_whole_has_no_good_pass_left(door: Door) -> None:
    door.brought(listed({}, every=True))
    for place in (PLACE, 99_999, 2**32 - 1, None):
        assert door.answer(place) == WITHDRAWN
    door.brought(listed({}, NOW_S, OTHER), OTHER)
    assert door.answer(use=Use.PASS_DECLARED) == GOOD


@pytest.mark.parametrize("place", [100_000, 2**20, 2**32 - 1])
def test_a_place_beyond_the_list_is_no_word_for_the_pass(door: Door, place: int) -> None:
    door.brought(listed({}))
    assert door.answer(place) == (Reason.ACCEPTED, (Mark.LIST_STALE,))
    assert door.answer(place, policy(Does.REFUSE)) == (Reason.LIST_STALE, ())


def forged(use: Use) -> bytes:
    bits, statuses = statuslist.packed(100_000, {})
    return statuslist.pack(StatusList(ISSUER, NOW_S + 9, bits, statuses), KEYS[use])


def spelled(lst: dict[str, object]) -> bytes:
    claims = {2: ISSUER, 6: NOW_S + 9, 65533: lst}
    return cosesign.pack(cbor2.dumps(claims, canonical=True), KEYS[Use.STATUS], MEDIA_TYPE)


def stranger() -> bytes:
    bits, statuses = statuslist.packed(100_000, {})
    key = Ed25519PrivateKey.from_private_bytes(b"n" * 32)
    return statuslist.pack(StatusList(ISSUER, NOW_S + 9, bits, statuses), key)


NEWER = listed({}, NOW_S + 9)
HOSTILE = {
    "empty": b"",
    "noise": random.Random(4).randbytes(500),  # noqa: S311  (not for secrets)
    "too-long": NEWER + bytes(statuslist.MAX_BYTES),
    "cut": NEWER[:-1],
    "doubled": NEWER * 2,
    "neighbour": stranger(),
    "issuer-itself": forged(Use.PASS_SEEN),
    "receipt-key": forged(Use.RECEIPT),
    "bomb": spelled({"bits": 1, "lst": zlib.compress(bytes(50_000_000))}),
    "no-place": spelled({"bits": 1, "lst": zlib.compress(b"")}),
    "wrong-bits": spelled({"bits": 4, "lst": zlib.compress(bytes(9))}),
    "not-deflated": spelled({"bits": 1, "lst": bytes(9)}),
    "json": b'{"doc":{},"kid":"","sig":""}',
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_what_the_authority_did_not_say_so_changes_nothing(door: Door, data: bytes) -> None:
    door.brought(listed({PLACE: INVALID}))
    door.brought(data)
    assert door.answer() == WITHDRAWN
    door.start()
    assert door.answer() == WITHDRAWN
    door.brought(listed({}, NOW_S + 10))
    assert door.answer(after_s=10) == GOOD


def test_a_pass_that_says_it_in_the_standards_words_is_withdrawn_too(door: Door) -> None:
    door.brought(listed({PLACE: INVALID}))
    claims = {
        4: NOW_S + 9,
        6: NOW_S,
        7: bytes(8),
        65535: {"status_list": {"idx": PLACE, "uri": "https://example.vn/lists/1"}},
        -70001: "visitor",
    }
    text = cosesign.spell("GP1:", cbor2.dumps(claims, canonical=True), KEYS[Use.PASS_SEEN])
    now = Instant(1, NOW_S * 1000, ClockState.SYNCED, "0badcafe")
    trust = Trust(RING, TrustList(()), door._lists)
    shown = classify(text.encode())
    verdict = judge(shown, Direction.IN, policy(), trust, NOTHING, now)
    assert verdict.reason is Reason.WITHDRAWN


def test_a_neighbours_pass_is_of_an_unknown_issuer_and_one_in_our_name_is_forged(
    tmp_path: Path,
) -> None:
    ring = Keyring([ENTRIES[Use.PASS_SEEN], ENTRIES[Use.STATUS]])
    door = Door(tmp_path, ring)
    door.brought(listed({}))
    assert door.answer() == GOOD
    assert door.answer(use=Use.PASS_DECLARED)[0] is Reason.UNKNOWN_ISSUER
    assert door.answer(use=Use.STATUS)[0] is Reason.BAD_SIGNATURE
