"""An export is read whole and as its gate wrote it, or not at all."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire import export
from wire.errors import WireError
from wire.keys import Keyring, Use, entry

KEY = Ed25519PrivateKey.from_private_bytes(bytes([7] * 32))
RING = Keyring([entry(KEY.public_key(), Use.RECORDS)])
HEADER = export.Header("cong-mau", 1_790_000_000_000)
BATCHES = [b"one", b"\0\xff" * 400, b"three"]


@pytest.fixture
def lines() -> list[bytes]:
    return list(export.lines(HEADER, BATCHES, KEY))


def test_what_was_written_is_read(lines: list[bytes]) -> None:
    assert export.claimed(lines[0]) == HEADER
    assert export.check(lines, RING).batches == 3
    assert list(export.batches(lines)) == BATCHES


def test_an_export_of_nothing_is_whole() -> None:
    lines = list(export.lines(HEADER, [], KEY))
    assert export.check(lines, RING).batches == 0
    assert list(export.batches(lines)) == []


def test_any_change_is_noticed(lines: list[bytes]) -> None:
    changed = [
        lines[1:],
        lines[:-1],
        lines[:2] + lines[3:],
        [lines[0], lines[2], lines[1], *lines[3:]],
        [lines[0].replace(b"cong-mau", b"cong-bau"), *lines[1:]],
        [*lines, lines[-1]],
        [lines[-1]],
        [b""],
        [],
        [b"{}"],
    ]
    for each in changed:
        with pytest.raises(WireError):
            export.check(each, RING)


def test_only_a_records_key_of_the_ring_counts(lines: list[bytes]) -> None:
    for ring in (
        Keyring([]),
        Keyring([entry(Ed25519PrivateKey.generate().public_key(), Use.RECORDS)]),
        Keyring([entry(KEY.public_key(), Use.RECEIPT)]),
    ):
        with pytest.raises(WireError):
            export.check(lines, ring)


def test_a_first_line_that_is_none_is_refused() -> None:
    for each in (b"", b"[]", b"{}", b'{"gate":"a","made":1,"v":2}', b"\xff"):
        with pytest.raises(WireError):
            export.claimed(each)


def test_a_batch_that_is_no_base64_is_refused(lines: list[bytes]) -> None:
    with pytest.raises(WireError):
        list(export.batches([lines[0], b"a b\n"]))


def test_an_answer_holds_receipts_line_by_line() -> None:
    assert export.receipts(export.proof([b"{1}", b"{2}"])) == [b"{1}", b"{2}"]
    with pytest.raises(WireError):
        export.receipts(b"{}\n" * 1001)
