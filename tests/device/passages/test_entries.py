"""Entries of passes that allow only so many: over power cuts, and telling nothing."""

import os
from pathlib import Path

import pytest
from structlog.typing import EventDict

from device.passages.entries import Entries

ANNA, BINH = bytes(range(8)), bytes(range(8, 16))
S = 1_000_000_000
TILL = 1_800_000_000


def entries(folder: Path, floor_s: int = 0) -> Entries:
    made = Entries(folder)
    made.begin(floor_s)
    return made


def test_entries_are_counted_for_each_pass(tmp_path: Path) -> None:
    made = entries(tmp_path / "presence")
    for number in (ANNA, BINH, ANNA):
        made.add(number, TILL, 1, 0)
    made.add(BINH, TILL, -1, 0)
    assert [made.of(each) for each in (ANNA, BINH, b"12345678")] == [2, 0, 0]
    again = entries(tmp_path / "presence")
    assert [again.of(each) for each in (ANNA, BINH)] == [2, 0]


def test_a_stolen_card_names_no_pass(tmp_path: Path) -> None:
    entries(tmp_path).add(ANNA, TILL, 1, 0)
    assert ANNA not in (tmp_path / "entries").read_bytes()


@pytest.mark.parametrize("cut", range(1, 29))
def test_a_power_cut_in_mid_write_costs_that_entry_only(tmp_path: Path, cut: int) -> None:
    made = entries(tmp_path)
    made.add(ANNA, TILL, 1, 0)
    made.add(BINH, TILL, 1, 0)
    path = tmp_path / "entries"
    path.write_bytes(path.read_bytes()[:-cut])
    again = entries(tmp_path)
    assert (again.of(ANNA), again.of(BINH)) == (1, 0)
    again.add(BINH, TILL, 1, 0)
    assert entries(tmp_path).of(BINH) == 1


def test_a_damaged_line_is_passed_over_and_said(tmp_path: Path, logs: list[EventDict]) -> None:
    made = entries(tmp_path)
    for number in (ANNA, BINH, ANNA):
        made.add(number, TILL, 1, 0)
    path = tmp_path / "entries"
    data = bytearray(path.read_bytes())
    data[40] ^= 1
    path.write_bytes(data)
    again = entries(tmp_path)
    assert (again.of(ANNA), again.of(BINH)) == (2, 0)
    assert "entries.damaged" in [each["event"] for each in logs]


def test_passes_that_ran_out_are_dropped_by_a_time_that_is_surely_past(tmp_path: Path) -> None:
    made = entries(tmp_path)
    made.add(ANNA, 1000, 1, 0)
    made.add(BINH, 2000, 1, 0)
    again = entries(tmp_path, floor_s=1500)
    assert (again.of(ANNA), again.of(BINH)) == (0, 1)


def test_a_long_file_is_written_anew(tmp_path: Path) -> None:
    made = entries(tmp_path)
    for _ in range(2400):
        made.add(ANNA, TILL, 1, 0)
        made.add(ANNA, TILL, -1, 0)
    made.add(ANNA, TILL, 1, 0)
    assert entries(tmp_path).of(ANNA) == 1
    assert (tmp_path / "entries").stat().st_size < 100


def test_it_is_durable_within_a_second_and_only_then_written_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    made = entries(tmp_path)
    monkeypatch.setattr("os.fdatasync", synced.append)
    made.tend(0)
    made.add(ANNA, TILL, 1, 10 * S)
    made.add(ANNA, TILL, 1, 10 * S + 1)
    made.tend(11 * S - 1)
    assert synced == []
    made.tend(11 * S)
    made.tend(20 * S)
    assert len(synced) == 1
    made.add(ANNA, TILL, 1, 30 * S)
    made.close()
    made.close()
    assert len(synced) == 2


def test_a_card_that_cannot_be_written_is_said_once_and_counted_in_memory(
    tmp_path: Path, logs: list[EventDict]
) -> None:
    (tmp_path / "presence").write_bytes(b"")
    made = entries(tmp_path / "presence")
    made.add(ANNA, TILL, 1, 0)
    made.add(ANNA, TILL, 1, 0)
    made.tend(5 * S)
    assert made.of(ANNA) == 2
    assert [each["event"] for each in logs].count("entries.lost") == 1
    made.close()


def test_a_line_that_fits_only_half_spoils_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, write = entries(tmp_path), os.write
    made.add(ANNA, TILL, 1, 0)
    monkeypatch.setattr("os.write", lambda fd, data: write(fd, data[:9]))
    made.add(BINH, TILL, 1, 0)
    monkeypatch.undo()
    made.add(ANNA, TILL, 1, 0)
    assert entries(tmp_path).of(ANNA) == 2
