"""What is laid for the scanner: whole, bounded, and never read."""

from pathlib import Path

import pytest

from device.uplink.tray import EVERY_NS, LARGEST_LIST, LIMITS, LISTS, RETIRED, Tray


@pytest.fixture
def tray(tmp_path: Path) -> Tray:
    made = Tray(tmp_path / "inbox")
    made.open()
    return made


def files(tmp_path: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((tmp_path / "inbox").iterdir())}


def test_documents_are_laid_under_their_names(tray: Tray, tmp_path: Path) -> None:
    for leaf in ("policy", "site", "command", "signers", "list-0123456789abcdef"):
        assert tray.document(leaf, leaf.encode())
    assert files(tmp_path) == {
        "command.json": b"command",
        "list-0123456789abcdef": b"list-0123456789abcdef",
        "policy.json": b"policy",
        "signers.json": b"signers",
        "site.json": b"site",
    }


@pytest.mark.parametrize(
    "leaf",
    ["", "ack", "scan", "../policy", "list-", "list-../../x", "list-0123456789ABCDEF", "x\n"],
)
def test_what_has_no_name_here_is_not_laid(tray: Tray, tmp_path: Path, leaf: str) -> None:
    assert not tray.document(leaf, b"x")
    assert files(tmp_path) == {}


def test_what_is_too_long_or_empty_is_not_laid(tray: Tray, tmp_path: Path) -> None:
    tray.document("policy", b"good")
    for leaf, limit in (*LIMITS.items(), ("list-" + 16 * "0", LARGEST_LIST)):
        assert not tray.document(leaf, bytes(limit + 1))
        assert not tray.document(leaf, b"")
    assert files(tmp_path) == {"policy.json": b"good"}


def test_the_same_again_is_not_written_again_even_after_a_restart(
    tray: Tray, tmp_path: Path
) -> None:
    tray.document("policy", b"one")
    path = tmp_path / "inbox/policy.json"
    before = path.stat().st_ino
    tray.document("policy", b"one")
    assert path.stat().st_ino == before
    again = Tray(tmp_path / "inbox")
    again.open()
    again.document("policy", b"one")
    assert path.stat().st_ino == before
    again.document("policy", b"two")
    assert path.read_bytes() == b"two"


def test_a_false_broker_cannot_lay_more_lists_than_are_reckoned_for(
    tray: Tray, tmp_path: Path
) -> None:
    for number in range(LISTS + 10):
        assert tray.document(f"list-{number:016x}", b"x") is (number < LISTS)
    assert len(files(tmp_path)) == LISTS
    assert tray.document("list-" + 16 * "0", b"newer")
    again = Tray(tmp_path / "inbox")
    again.open()
    assert not again.document("list-" + 16 * "f", b"x")


def test_receipts_are_laid_at_once_and_then_not_too_often(tray: Tray, tmp_path: Path) -> None:
    tray.receipt(b"1", 0)
    assert files(tmp_path) == {"receipt.json": b"1"}
    tray.receipt(b"2", 1)
    tray.receipt(b"3", 2)
    assert files(tmp_path) == {"receipt.json": b"1"}
    assert tray.waits
    tray.tend(EVERY_NS)
    assert files(tmp_path) == {"receipt.json": b"3"}
    tray.receipt(b"4", EVERY_NS + 1)
    tray.flush()
    assert files(tmp_path) == {"receipt.json": b"4"}
    assert not tray.waits


def test_journals_of_before_have_receipts_of_their_own_and_not_too_many(
    tray: Tray, tmp_path: Path
) -> None:
    tray.receipt(b"now", 0)
    tray.receipt(b"evil", 0, "../../x")
    for number in range(RETIRED + 5):
        tray.receipt(b"old", number * EVERY_NS, f"j{number}")
    names = list(files(tmp_path))
    assert names[-1] == "receipt.json"
    assert len(names) == RETIRED + 1
    tray.keep(("j4", "j5"))
    assert list(files(tmp_path)) == ["receipt-j4.json", "receipt-j5.json", "receipt.json"]
    tray.receipt(b"old", 99 * EVERY_NS, "j99")
    assert "receipt-j99.json" in files(tmp_path)


def test_what_was_half_written_when_the_power_went_is_taken_away(tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "policy.json.new").write_bytes(b"half")
    (folder / "policy.json").write_bytes(b"whole")
    Tray(folder).open()
    assert files(tmp_path) == {"policy.json": b"whole"}


def test_a_full_card_costs_only_what_would_have_been_laid(tray: Tray, tmp_path: Path) -> None:
    tray.document("policy", b"good")
    (tmp_path / "inbox/site.json.new").mkdir()  # as a write that fails
    tray.document("site", b"x")
    tray.document("policy", b"better")
    assert (tmp_path / "inbox/policy.json").read_bytes() == b"better"
    (tmp_path / "inbox/site.json.new").rmdir()
    tray.document("site", b"x")
    assert (tmp_path / "inbox/site.json").read_bytes() == b"x"
