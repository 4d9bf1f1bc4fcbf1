"""The scanner's side of the uplink's folder: hostile until the collector's signature is checked."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.inbox import LIMIT, RECEIPT, Inbox
from wire.keys import Keyring, Use, entry
from wire.receipt import Receipt, pack

COLLECTOR, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([n] * 32)) for n in (1, 2))
RING = Keyring(
    [
        entry(COLLECTOR.public_key(), Use.RECEIPT),
        entry(STRANGER.public_key(), Use.PASS_SEEN),
    ]
)


def said(high: int) -> Receipt:
    return Receipt("cong-mau", "00" * 8, high, "00" * 32, 1)


GOOD = pack(said(3), COLLECTOR)


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path, RING)


def lay(folder: Path, data: bytes) -> None:
    """Put a receipt in place as the uplink does."""
    new = folder / "new"
    new.write_bytes(data)
    new.replace(folder / RECEIPT)


def test_a_receipt_is_given_once(inbox: Inbox, tmp_path: Path) -> None:
    assert inbox.receipt() is None
    lay(tmp_path, GOOD)
    assert inbox.receipt() == said(3)
    assert inbox.receipt() is None
    lay(tmp_path, pack(said(5), COLLECTOR))
    assert inbox.receipt() == said(5)


def test_receipts_for_journals_of_before_are_given_too(inbox: Inbox, tmp_path: Path) -> None:
    for name, high in (("receipt-0badcafe.json", 7), ("receipt-..json", 8), (RECEIPT, 9)):
        (tmp_path / name).write_bytes(pack(said(high), COLLECTOR))
    assert [inbox.receipt() for _ in range(3)] == [said(9), said(7), None]
    lay(tmp_path, pack(said(10), COLLECTOR))
    assert [inbox.receipt() for _ in range(2)] == [said(10), None]


def test_a_folder_full_of_files_costs_no_more_than_a_look(inbox: Inbox, tmp_path: Path) -> None:
    for number in range(1200):
        (tmp_path / f"receipt-{number}.json").touch()
    assert inbox.receipt() is None
    lay(tmp_path, GOOD)
    assert inbox.receipt() == said(3)


def deep(levels: int) -> bytes:
    nest = b"[" * levels + b"]" * levels
    return b'{"doc":{"a":' + nest + b'},"kid":"x","sig":""}'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"\xff\xfe",
        GOOD[:-1],
        GOOD.replace(b'"high":3', b'"high":4'),
        pack(said(3), STRANGER),
        GOOD + b" " * LIMIT,
        b"\x00" * (LIMIT + 1),
        b'{"doc":{},"kid":"' + b"x" * 1000 + b'","sig":"AA=="}',
        *(deep(levels) for levels in (100, *range(900, 1000, 5), 20_000)),
    ],
)
def test_what_the_collector_did_not_sign_counts_for_nothing(
    inbox: Inbox, tmp_path: Path, data: bytes
) -> None:
    lay(tmp_path, data)
    assert inbox.receipt() is None
    lay(tmp_path, GOOD)
    assert inbox.receipt() == said(3)


def link(path: Path) -> None:
    real = path.with_name("real.json")
    real.write_bytes(GOOD)
    path.symlink_to(real)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.mkdir()


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10**12)


@pytest.mark.parametrize("make", [link, pipe, folder, device, huge])
def test_what_is_no_plain_small_file_is_left_alone(
    inbox: Inbox, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    path = tmp_path / RECEIPT
    make(path)
    assert inbox.receipt() is None
    path.rmdir() if path.is_dir() else path.unlink()
    lay(tmp_path, GOOD)
    assert inbox.receipt() == said(3)


def test_a_receipt_that_is_still_being_written_is_taken_when_it_is_whole(
    inbox: Inbox, tmp_path: Path
) -> None:
    path = tmp_path / RECEIPT
    path.write_bytes(GOOD[:50])
    assert inbox.receipt() is None
    path.write_bytes(GOOD)
    os.utime(path, ns=(1, 1))
    assert inbox.receipt() == said(3)


def test_no_folder_yet_is_no_receipt(tmp_path: Path) -> None:
    assert Inbox(tmp_path / "later", RING).receipt() is None
