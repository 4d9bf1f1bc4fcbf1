"""Gates are told where the audit stands: each now and then, and nothing waits for it."""

from pathlib import Path

import msgspec
import pytest

from collector.intake.witness import AGAIN_MS, AuditHead
from wire.receipt import Receipt, Witnessed

NOW = 1_800_000_000_000
FIRST, NEXT = Witnessed(4, "ab" * 32, NOW), Witnessed(5, "cd" * 32, NOW + 1)


def receipt(gate: str = "g1", time: int = NOW) -> Receipt:
    return Receipt(gate, "j1", 9, "00" * 32, time)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit-head.json"


def write(path: Path, head: Witnessed) -> None:
    partial = path.with_suffix(".new")
    partial.write_bytes(msgspec.json.encode(head))
    partial.rename(path)


def test_each_gate_is_told_once(path: Path) -> None:
    write(path, FIRST)
    head = AuditHead(path)
    for gate in ("g1", "g2"):
        assert head.on(receipt(gate)).audit == FIRST
        assert head.on(receipt(gate, NOW + 9 * AGAIN_MS)).audit is None


def test_a_new_head_is_told_again_after_a_while(path: Path) -> None:
    write(path, FIRST)
    head = AuditHead(path)
    head.on(receipt())
    write(path, NEXT)
    assert head.on(receipt(time=NOW + AGAIN_MS - 1)).audit is None
    assert head.on(receipt(time=NOW + AGAIN_MS)).audit == NEXT


def test_after_the_clock_was_set_back_a_gate_is_told_all_the_same(path: Path) -> None:
    write(path, FIRST)
    head = AuditHead(path)
    head.on(receipt(time=NOW + 99 * AGAIN_MS))
    write(path, NEXT)
    assert head.on(receipt()).audit == NEXT


@pytest.mark.parametrize("data", [None, b"", b"{", b'{"seq":0,"hash":"","time":1}', b"[]", b"\xff"])
def test_without_a_head_a_receipt_is_what_it_was(path: Path, data: bytes | None) -> None:
    if data is not None:
        path.write_bytes(data)
    assert AuditHead(path).on(receipt()) == receipt()


def test_a_head_that_goes_bad_is_not_told(path: Path) -> None:
    write(path, FIRST)
    head = AuditHead(path)
    assert head.on(receipt()).audit == FIRST
    path.write_bytes(b"{")
    assert head.on(receipt("g2")).audit is None
