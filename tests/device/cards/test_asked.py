"""What a card asks of root: one small file, looked at once, whatever lies there."""

import os
from pathlib import Path

import pytest
from structlog.typing import EventDict

from device.cards import asked, deeds
from device.flow import Instant
from tests.device.doorstep import DAY_S, GATE, KEYS, NOW_S
from wire import controlcard
from wire.cardwork import Work
from wire.controlcard import Card
from wire.errors import WireError
from wire.keys import Use
from wire.record import ClockState

CARD = Card(b"12345678", "wi-fi", GATE, NOW_S, NOW_S + DAY_S, {"ssid": "M", "password": "mat khau"})
TEXT = controlcard.issue(CARD, KEYS[Use.CARD])
NOW = Instant(0, NOW_S * 1000, ClockState.SYNCED, "b")


def test_a_card_is_handed_on_once_for_root_alone_to_read(tmp_path: Path) -> None:
    deed = deeds.root(Work.WIFI, asked.asking(tmp_path))
    assert deed.prepare(CARD)(controlcard.parse(TEXT), NOW) == ()
    path = tmp_path / "asked/card.json"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    found = asked.taken(tmp_path)
    assert found is not None
    assert (found.text, found.claims) == (TEXT, CARD)
    assert asked.taken(tmp_path) is None
    assert "mat khau" not in repr(found)


def _link(path: Path) -> None:
    path.symlink_to("/etc/shadow")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.mkdir()


def _long(path: Path) -> None:
    path.write_bytes(b" " * 10**6)


def _other(path: Path) -> None:
    path.write_bytes(b'{"card":"GC1:","v":1}')


@pytest.mark.parametrize("trap", [_link, _pipe, _folder, _long, _other])
def test_whatever_lies_there_is_refused_and_taken_away(tmp_path: Path, trap: object) -> None:
    (tmp_path / "asked").mkdir()
    assert callable(trap)
    trap(tmp_path / "asked/card.json")
    with pytest.raises(WireError):
        asked.taken(tmp_path)
    assert asked.taken(tmp_path) is None


def test_a_request_that_cannot_be_laid_is_said(tmp_path: Path, logs: list[EventDict]) -> None:
    (tmp_path / "asked").write_bytes(b"")
    asked.asking(tmp_path)(controlcard.parse(TEXT))
    assert [each["event"] for each in logs] == ["card.unasked"]
    assert "mat khau" not in str(logs)
