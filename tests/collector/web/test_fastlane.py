"""Boards that ask every second take a short way, and nobody else does."""

import pytest

from collector.web.fastlane import LET_IN_S, MOST, Remembered


class Steady:
    """A clock that is stepped."""

    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


def test_who_was_let_in_is_known_for_a_few_seconds_and_no_longer() -> None:
    steady = Steady()
    remembered = Remembered(steady)
    assert not remembered.knows(b"one")
    remembered.let_in(b"one")
    assert remembered.knows(b"one")
    assert not remembered.knows(b"two")
    steady.s += LET_IN_S
    assert not remembered.knows(b"one")


def test_nobody_can_make_it_remember_without_end() -> None:
    remembered = Remembered(Steady())
    for number in range(MOST + 10):
        remembered.let_in(str(number).encode())
    assert len(remembered._until) <= MOST


@pytest.mark.usefixtures("officers")
def test_the_short_way_opens_to_the_same_cookies_only_and_not_after_a_refusal() -> None:
    from django.test import Client  # noqa: PLC0415  # needs the settings

    from tests.collector.web.test_access import inside  # noqa: PLC0415  # the same

    browser = inside(None)
    assert browser.get("/district/parts").status_code == 403
    assert browser.get("/district/parts").status_code == 403
    stranger = Client(headers={"user-agent": "Tester"})
    assert stranger.get("/district/parts").status_code == 302
    assert stranger.get("/district/parts").status_code == 302
