"""The scanner's keeping of what the authority told it: only what is signed, newer and whole."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from device.accepted import EVERY_NS, Accepted, Newest
from tests.wire.samples import KEYS, RING
from wire import policy
from wire.keys import Use
from wire.policy import Policy, pack

SITE = "Chợ Mẫu"
NAME = "policy.json"


def signed(version: int, site: str = SITE, use: Use = Use.POLICY) -> bytes:
    return pack(Policy(site=site, version=version, issued=1), KEYS[use])


class Gate:
    """The two folders, the uplink's hand and the scanner's, and a clock that is moved."""

    def __init__(self, folder: Path) -> None:
        self.inbox, self.accepted = folder / "inbox", folder / "accepted"
        self.inbox.mkdir()
        self.up_ns = 0
        self.restart()

    def restart(self) -> list[str]:
        """Start the scanner anew; return what it logged."""
        with capture_logs() as logs:
            self.newest: Newest[Policy] = Accepted(self.inbox, self.accepted).newest(
                NAME,
                lambda data: policy.unpack(data, RING, SITE),
                lambda found: found.version,
                policy.LIMIT,
            )
        return [each["event"] for each in logs]

    def lay(self, data: bytes) -> None:
        new = self.inbox / "new"
        new.write_bytes(data)
        new.replace(self.inbox / NAME)

    def renew(self) -> int:
        """Let a moment pass and look; return the version that came into force, or 0."""
        self.up_ns += EVERY_NS
        found = self.newest.renew(self.up_ns)
        return found.version if found else 0

    @property
    def version(self) -> int:
        return self.newest.held.version if self.newest.held else 0


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


def test_what_the_authority_signed_comes_into_force_once_and_outlives_a_restart(gate: Gate) -> None:
    assert (gate.version, gate.renew()) == (0, 0)
    gate.lay(signed(3))
    assert gate.renew() == 3
    assert [gate.renew() for _ in range(3)] == [0, 0, 0]
    assert gate.restart() == []
    assert (gate.version, gate.renew()) == (3, 0)
    gate.lay(signed(4))
    assert (gate.renew(), gate.version) == (4, 4)


@pytest.mark.parametrize(
    "data",
    [
        signed(2),
        signed(9, site="Chợ khác"),
        signed(9, use=Use.RECEIPT),
        signed(9)[:-1],
        signed(9).replace(b'"version":9', b'"version":8'),
        signed(9).replace(b'"gates_of_place":null', b'"gates_of_place":1'),
        b"",
        b"{}",
        b"\xff",
        b'{"doc":{},"kid":"","sig":""}',
        signed(9) + b" " * policy.LIMIT,
    ],
)
def test_what_is_older_or_forged_or_for_another_site_is_refused_and_said_once(
    gate: Gate, data: bytes
) -> None:
    gate.lay(signed(3))
    gate.renew()
    with capture_logs() as logs:
        for _ in range(3):
            gate.lay(data)
            assert gate.renew() == 0
    assert [each["event"] for each in logs] == ["accepted.refused"]
    assert "Chợ" not in str(logs)
    assert gate.version == 3
    gate.restart()
    assert gate.version == 3
    gate.lay(signed(4))
    assert gate.renew() == 4


def test_the_same_again_is_no_news_and_no_complaint(gate: Gate) -> None:
    gate.lay(signed(3))
    gate.renew()
    kept = (gate.accepted / NAME).stat()
    with capture_logs() as logs:
        gate.lay(signed(3))
        assert gate.renew() == 0
    assert logs == []
    assert (gate.accepted / NAME).stat() == kept


def link(path: Path) -> None:
    real = path.with_name("real.json")
    real.write_bytes(signed(9))
    path.symlink_to(real)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10**12)


TRAPS = [link, endless, huge, os.mkfifo, Path.mkdir]


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_in_the_inbox_is_left_alone(gate: Gate, trap: Callable[[Path], None]) -> None:
    gate.lay(signed(3))
    gate.renew()
    path = gate.inbox / NAME
    path.unlink()
    trap(path)
    assert (gate.renew(), gate.version) == (0, 3)
    path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    gate.lay(signed(4))
    assert gate.renew() == 4


@pytest.mark.parametrize("trap", [*TRAPS, lambda path: path.write_bytes(b"\0" * 900)])
def test_a_damaged_keeping_is_an_alarm_and_no_end(gate: Gate, trap: Callable[[Path], None]) -> None:
    gate.lay(signed(3))
    gate.renew()
    (gate.inbox / NAME).unlink()
    path = gate.accepted / NAME
    path.unlink()
    trap(path)
    assert gate.restart() == ["accepted.damaged"]
    assert gate.version == 0
    gate.lay(signed(4))
    assert gate.renew() == (0 if path.is_dir() else 4)


def test_a_document_that_cannot_be_kept_is_not_in_force_until_it_can(gate: Gate) -> None:
    gate.accepted.write_text("not a folder")
    gate.lay(signed(3))
    with capture_logs() as logs:
        assert [gate.renew() for _ in range(3)] == [0, 0, 0]
    assert [each["event"] for each in logs] == ["accepted.refused"]
    gate.accepted.unlink()
    assert gate.renew() == 3


def test_a_document_half_written_is_taken_when_it_is_whole(gate: Gate) -> None:
    path = gate.inbox / NAME
    path.write_bytes(signed(3)[:90])
    assert gate.renew() == 0
    path.write_bytes(signed(3))
    assert gate.renew() == 3


def test_a_write_that_was_cut_short_leaves_no_trace(gate: Gate) -> None:
    gate.lay(signed(3))
    gate.renew()
    (gate.accepted / f".{NAME}.new").write_bytes(signed(4)[:50])
    gate.restart()
    assert gate.version == 3
    gate.lay(signed(4))
    assert gate.renew() == 4


def test_however_often_the_file_changes_it_is_read_once_a_second(gate: Gate) -> None:
    seen = []

    def count(data: bytes) -> Policy:
        seen.append(data)
        return policy.unpack(data, RING, SITE)

    newest = Accepted(gate.inbox, gate.accepted).newest(NAME, count, lambda each: each.version, 99)
    for step in range(100):
        gate.lay(b"%d" % step)
        newest.renew(step * EVERY_NS // 10)
    assert len(seen) == 10
