"""Control cards: made for gates that are enrolled, and obeyed by them."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from device.cards import deeds
from device.cards.orders import Orders
from device.cards.used import UsedCards
from device.flow import Instant, Remark
from provisioning import cards, cli, roster, sheet, terms
from provisioning.authority import Authority
from provisioning.cards import Issued
from provisioning.errors import ClockWrong, GateUnknown, ValueInvalid
from wire import controlcard
from wire.controlcard import scope_of
from wire.keys import Keyring, Use, entry
from wire.record import ClockState, Direction, Reason, What

GATES = (("cho-mau-1", "Chợ Mẫu"), ("cho-mau-2", "Chợ Mẫu"), ("truong-mau", "Trường Mẫu"))


@pytest.fixture
def home(home: Authority) -> Authority:
    for gate, place in GATES:
        key = entry(Ed25519PrivateKey.generate().public_key(), Use.RECORDS)
        roster.enter(
            home.folder, roster.Gate(gate, place, "Xã Mẫu", "economy", (Direction.IN,), key)
        )
    return home


@pytest.fixture
def reset(home: Authority, now: datetime) -> Callable[..., Issued]:
    def make(name: str = "cho-mau-1", count: int = 0, at: datetime = now) -> Issued:
        return cards.count_reset(home, name, count, term=terms.hours(24, now), now=at)

    return make


class Door:
    """A gate's own judge of cards."""

    def __init__(self, folder: Path, home: Authority, gate: str, place: str) -> None:
        self.counts: list[int] = []
        used = UsedCards(folder)
        used.begin(0)
        known = {"count-reset": deeds.count_reset(self._set), "identify": deeds.identify()}
        ring = Keyring(home.public.keys)
        self.orders = Orders(ring, frozenset({gate, scope_of(place)}), used, known, lambda: 0)

    def _set(self, count: int, why: str) -> Remark:
        self.counts.append(count)
        return Remark(What.COUNT, {"why": why})

    def shown(self, text: str, at: datetime) -> Reason:
        card = controlcard.parse(text)
        now = Instant(10**9, int(at.timestamp()) * 1000, ClockState.SYNCED, "b")
        self.orders.arm(now.up_ns)
        reason = self.orders.judge(card, Direction.IN, now).reason
        if reason is Reason.OBEYED:
            self.orders.obey(card, now)
        return reason


def test_a_gate_obeys_the_card_that_was_made_for_it_and_once(
    home: Authority, now: datetime, tmp_path: Path, reset: Callable[..., Issued]
) -> None:
    door = Door(tmp_path / "door", home, *GATES[0])
    card = reset(count=12)
    assert door.shown(card.text, now) is Reason.OBEYED
    assert door.shown(card.text, now) is Reason.CARD_USED
    assert door.counts == [12]


def test_a_card_for_a_place_is_for_its_gates_and_for_no_other(
    home: Authority, now: datetime, tmp_path: Path, reset: Callable[..., Issued]
) -> None:
    card = reset("chợ mẫu")
    assert card.gates == ("cho-mau-1", "cho-mau-2")
    doors = [Door(tmp_path / gate, home, gate, place) for gate, place in GATES]
    said = [door.shown(card.text, now) for door in doors]
    assert said == [Reason.OBEYED, Reason.OBEYED, Reason.CARD_ELSEWHERE]


def test_a_card_that_only_shows_a_gate_counts_as_often_as_one_likes(
    home: Authority, now: datetime, tmp_path: Path
) -> None:
    door = Door(tmp_path, home, *GATES[2])
    card = cards.identify(home, "truong-mau", term=terms.hours(1, now), now=now)
    assert [door.shown(card.text, now) for _ in range(2)] == [Reason.OBEYED] * 2
    assert door.shown(card.text, now + timedelta(hours=1)) is Reason.EXPIRED


@pytest.mark.parametrize("name", ["cho-mau-3", "Chợ", "", "*", "---", "ផ្សារ"])
def test_a_card_that_no_gate_would_obey_is_not_made(
    name: str, reset: Callable[..., Issued]
) -> None:
    with pytest.raises(GateUnknown):
        reset(name)


@pytest.mark.parametrize("count", [-1, 10**6 + 1])
def test_a_count_that_gates_refuse_makes_no_card(count: int, reset: Callable[..., Issued]) -> None:
    with pytest.raises(ValueInvalid):
        reset(count=count)


def test_a_machine_that_lost_its_clock_makes_no_card(reset: Callable[..., Issued]) -> None:
    with pytest.raises(ClockWrong):
        reset(at=datetime(2000, 1, 1, tzinfo=UTC))


def test_the_picture_reads_back_and_says_what_the_card_does(reset: Callable[..., Issued]) -> None:
    card = reset("Chợ Mẫu", 12)
    picture = Image.open(io.BytesIO(cards.draw(card)))
    wanted = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    (code,) = zxingcpp.read_barcodes(picture, wanted)
    assert code.text == card.text
    assert cards.caption(card) == [
        "Đặt số người bên trong: 12",
        "Set the people inside: 12",
        "Thẻ điều khiển / Control card",
        "Chợ Mẫu",
        "Đến / Until 23/11/2026 10:04",
        *cards.CHANGES,
        f"Số / No. …{card.claims.number.hex()[-4:]}",
    ]


def test_every_letter_of_a_caption_is_in_the_font() -> None:
    words = [*cards.CHANGES, *(each for both in cards.TITLES.values() for each in both)]
    for font in sheet.fonts(sheet.FONT_FOLDER):
        missing = bytes(font.getmask("\U0010fffd"))
        assert all(bytes(font.getmask(each)) != missing for each in set("".join(words)) - {" "})


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--gate", "cho-mau-1"], ""),
        (["--place", "Chợ Mẫu", "--count", "3", "--expires", "2099-01-01"], "value-invalid"),
        (["--gate", "nowhere"], "gate-unknown"),
        (["--gate", "cho-mau-1", "--count", "many"], "arguments-invalid"),
        (["--gate", "cho-mau-1", "--place", "Chợ Mẫu"], "arguments-invalid"),
        ([], "arguments-invalid"),
    ],
    ids=str,
)
def test_the_command_makes_a_picture_or_says_why_not(
    home: Authority,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    more: list[str],
    code: str,
) -> None:
    monkeypatch.setenv("GATE_LANG", "en")
    picture = tmp_path / "card.png"
    here = ["--authority", str(home.folder), "--out", str(picture)]
    assert cli.main(["card", "count-reset", *here, *more]) == (2 if code else 0)
    told = capsys.readouterr()
    assert picture.exists() is not bool(code)
    assert told.err.startswith(code)
    assert code or "Press the service button" in told.out
    assert "GC1:" not in told.out
