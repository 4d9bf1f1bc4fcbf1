"""What a gate signs about its own chain is checked by whoever knows its key."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire import head
from wire.errors import WireError
from wire.head import Head
from wire.keys import Keyring, Use, entry
from wire.record import ClockState, Missing, severed, to_document, to_record

KEY = Ed25519PrivateKey.from_private_bytes(bytes([7] * 32))
RING = Keyring([entry(KEY.public_key(), Use.RECORDS)])
HEAD = Head("cong-mau", "00000000000000aa", 12, "ab" * 32)
BARE = Missing(
    seq=5, last=9, cause="damaged", after="cd" * 32, kid="", sig="",
    boot="0a0b0c0d", up=1, wall=2, clock=ClockState.SYNCED,
)  # fmt: skip
SIGNED = head.declare(BARE, "cong-mau", "00000000000000aa", KEY)


def test_a_head_is_read_as_it_was_signed() -> None:
    assert head.unpack(head.pack(HEAD, KEY), RING) == HEAD


@pytest.mark.parametrize("ring", [Keyring([]), Keyring([entry(KEY.public_key(), Use.RECEIPT)])])
def test_only_a_records_key_signs(ring: Keyring) -> None:
    with pytest.raises(WireError):
        head.unpack(head.pack(HEAD, KEY), ring)
    with pytest.raises(WireError):
        head.check(SIGNED, "cong-mau", "00000000000000aa", ring)


def test_a_declaration_holds_for_its_journal_and_range_only() -> None:
    read = to_record(to_document(SIGNED))
    assert isinstance(read, Missing)
    head.check(read, "cong-mau", "00000000000000aa", RING)
    for gate, journal in (("cong-bau", "00000000000000aa"), ("cong-mau", "00000000000000ab")):
        with pytest.raises(WireError):
            head.check(SIGNED, gate, journal, RING)
    with pytest.raises(WireError):
        head.check(_changed(10), "cong-mau", "00000000000000aa", RING)


def test_a_declaration_speaks_for_its_whole_range() -> None:
    document = to_document(SIGNED)
    assert head.last_of(document) == 9
    assert head.chain_after(document) == bytes.fromhex("cd" * 32)
    scan = {"t": "scan", "seq": 5, "last": 9}
    assert head.last_of(scan) == 5
    assert head.chain_after(scan) is None
    assert head.last_of({**document, "last": 3}) == 5
    assert head.last_of({**document, "last": True}) == 5
    with pytest.raises(ValueError, match="hex"):
        head.chain_after({**document, "after": "xyz"})


def test_the_chain_at_a_severed_end_depends_on_what_was_before_and_what_is_missing() -> None:
    one = severed(bytes(32), BARE)
    assert one == severed(bytes(32), SIGNED)
    assert len({one, severed(bytes([1] * 32), BARE), severed(bytes(32), _changed(10))}) == 3


def _changed(last: int) -> Missing:
    changed = to_record({**to_document(SIGNED), "last": last})
    assert isinstance(changed, Missing)
    return changed
