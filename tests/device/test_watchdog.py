"""What a service manager hears, on a real socket."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.watchdog import Watchdog

SECOND = 10**9


class Ear:
    """The service manager's end."""

    def __init__(self, name: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(name)
        self._socket.settimeout(0)

    def heard(self) -> list[str]:
        """Return what came since the last look."""
        found = []
        while True:
            try:
                found.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return found

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[Ear]:
    made = Ear(str(tmp_path / "notify"))
    yield made
    made.close()


@pytest.fixture
def watchdog(ear: Ear, tmp_path: Path) -> Watchdog:
    del ear
    return Watchdog.of({"NOTIFY_SOCKET": str(tmp_path / "notify")})


def test_the_first_turn_of_work_says_that_the_program_is_ready(
    watchdog: Watchdog, ear: Ear
) -> None:
    watchdog.feed(5)
    assert ear.heard() == ["READY=1\nWATCHDOG=1"]


def test_it_is_fed_once_a_second_however_many_frames_come(watchdog: Watchdog, ear: Ear) -> None:
    for frame in range(31):
        watchdog.feed(frame * SECOND // 15)
    assert ear.heard() == ["READY=1\nWATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"]


def test_a_program_that_is_not_well_is_neither_ready_nor_alive(
    watchdog: Watchdog, ear: Ear
) -> None:
    watchdog.feed(0, lambda: False)
    assert ear.heard() == []
    watchdog.feed(1, lambda: True)
    watchdog.feed(2 * SECOND, lambda: False)
    watchdog.feed(3 * SECOND, lambda: True)
    assert ear.heard() == ["READY=1\nWATCHDOG=1", "WATCHDOG=1"]


def test_whether_it_is_well_is_asked_only_when_it_would_be_said(watchdog: Watchdog) -> None:
    asked = []

    def well() -> bool:
        asked.append(True)
        return True

    for frame in range(15):
        watchdog.feed(frame * SECOND // 15, well)
    assert len(asked) == 1


def test_an_end_that_is_meant_is_announced(watchdog: Watchdog, ear: Ear) -> None:
    watchdog.stopping()
    assert ear.heard() == ["STOPPING=1"]


def test_an_abstract_name_is_understood() -> None:
    ear = Ear("\0gate-watchdog-test")
    Watchdog("@gate-watchdog-test").feed(0)
    assert ear.heard() == ["READY=1\nWATCHDOG=1"]
    ear.close()


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": "/nonexistent/notify"}])
def test_where_nobody_listens_nothing_happens(environment: dict[str, str]) -> None:
    Watchdog.of(environment).feed(0)


def test_an_ear_that_is_full_holds_nobody_up(watchdog: Watchdog) -> None:
    for turn in range(2000):
        watchdog.feed(turn * SECOND)
