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
from device.cards.orders import Heeded, Orders
from device.cards.used import UsedCards
from device.flow import Instant, Remark
from device.statuses import HeldLists
from device.verdict.trust import Status
from provisioning import cardlist, cards, cli, picture, roster, terms
from provisioning.authority import Authority
from provisioning.cards import For, Issued
from provisioning.errors import CardTooLong, CardTooWide, ClockWrong, GateUnknown, ValueInvalid
from tests.provisioning import printed
from wire import cardwork, controlcard, statuslist
from wire.cardwork import Direct, Event, Needs, People, Place, Wifi, Work
from wire.controlcard import scopes
from wire.keys import Keyring, Use, entry
from wire.record import ClockState, Direction, Reason, What
from wire.statuslist import INVALID, VALID

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
        needs = People(count=count)
        term = terms.hours(24, now)
        return cards.issue(home, Work.COUNT_RESET, For(name), needs, term=term, now=at)

    return make


class Door:
    """A gate's own judge of cards."""

    def __init__(self, folder: Path, home: Authority, gate: str, place: str) -> None:
        self.counts: list[int] = []
        used = UsedCards(folder)
        used.begin(0)
        known = {"count-reset": deeds.count_reset(self._set), "identify": deeds.identify()}
        heeds = Heeded(Keyring(home.public.keys), gate, scopes(gate, place, "Xã Mẫu"))
        self.orders = Orders(heeds, used, known, lambda: 0)

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
    term = terms.hours(1, now)
    card = cards.issue(home, Work.IDENTIFY, For("truong-mau"), term=term, now=now)
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
        f"Thẻ điều khiển số / Control card no. …{card.claims.number.hex()[-4:]}",
        "Chợ Mẫu",
        "Đến / Until 23/11/2026 10:04",
        *cards.CHANGES,
    ]


def test_every_letter_of_a_caption_is_in_the_font() -> None:
    words = [*cards.CHANGES, *(each for both in cards.TITLES.values() for each in both)]
    for font in picture.fonts(picture.FONT_FOLDER):
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


def test_a_card_for_an_area_is_for_all_its_gates(
    home: Authority, now: datetime, tmp_path: Path
) -> None:
    term, needs = terms.hours(24, now), People(count=1)
    whom = For("xã mẫu", is_area=True)
    card = cards.issue(home, Work.COUNT_RESET, whom, needs, term=term, now=now)
    assert card.gates == tuple(gate for gate, _place in GATES)
    assert all(
        Door(tmp_path / gate, home, gate, place).shown(card.text, now) is Reason.OBEYED
        for gate, place in GATES
    )
    with pytest.raises(GateUnknown):
        cards.issue(home, Work.COUNT_RESET, For("xã mẫu"), needs, term=term, now=now)


@pytest.mark.parametrize(
    ("work", "whom", "days"),
    [
        (Work.RETIRE, For("Chợ Mẫu"), 1),
        (Work.TECHNICIAN, For("Xã Mẫu", is_area=True), 1),
        (Work.FACTORY_RESET, For("cho-mau-1"), 4),
        (Work.SELF_TEST, For("Xã Mẫu", is_area=True), 4),
        (Work.SELF_TEST, For("cho-mau-1"), 32),
    ],
    ids=str,
)
def test_a_card_that_reaches_too_far_is_not_made(
    home: Authority, now: datetime, work: Work, whom: For, days: int
) -> None:
    with pytest.raises(CardTooWide):
        cards.issue(home, work, whom, term=terms.days(days, now), now=now)


@pytest.mark.parametrize(
    ("work", "needs", "title"),
    [
        (Work.PLACE, Place(place="Chợ Khác"), "Chuyển cổng đến: Chợ Khác"),
        (Work.DIRECTION, Direct(ways=(Direction.OUT,)), "Đổi chiều: ra"),
        (Work.WIFI, Wifi(ssid="Mạng", password="mat khau"), "Mạng Wi-Fi: Mạng"),
        (Work.EVENT, Event(place="Đám", begins=1_795_400_000, ends=1_795_486_400), "Sự kiện: Đám"),
    ],
    ids=str,
)
def test_a_card_says_what_it_does_and_no_password(
    home: Authority, now: datetime, work: Work, needs: Needs, title: str
) -> None:
    issued = cards.issue(home, work, For("cho-mau-1"), needs, term=terms.hours(1, now), now=now)
    said = cards.caption(issued)
    assert said[0] == title
    assert "mat khau" not in " ".join(said) + repr(issued.claims) + repr(needs)
    assert cardwork.understood(controlcard.parse(issued.text).claims) == needs


def test_a_card_is_withdrawn_by_its_number_and_a_stolen_key_as_a_whole(
    home: Authority, now: datetime
) -> None:
    def made() -> Issued:
        term = terms.hours(1, now)
        return cards.issue(home, Work.SELF_TEST, For("cho-mau-1"), term=term, now=now)

    def says(card: Issued) -> Status:
        held = HeldLists()
        shown = controlcard.parse(card.text)
        data = (home.folder / f"published/list-{shown.kid}").read_bytes()
        held.take(statuslist.unpack(data, Keyring(home.public.keys), shown.kid))
        return held.of(shown.kid, shown.claims.status, now.timestamp()).status

    lost, kept = made(), made()
    ending = lost.claims.number.hex()[-8:]
    cardlist.withdraw(home, (ending,), every=False, standing=INVALID, now=now)
    assert (says(lost), says(kept)) == (Status.WITHDRAWN, Status.GOOD)
    cardlist.withdraw(home, (), every=True, standing=INVALID, now=now)
    assert says(kept) is Status.WITHDRAWN
    cardlist.withdraw(home, (ending,), every=True, standing=VALID, now=now)
    assert (says(lost), says(kept)) == (Status.GOOD, Status.GOOD)
    (path,) = cardlist.renew(home, now)
    assert path.name == f"list-{controlcard.parse(kept.text).kid}"


def test_a_password_is_read_and_never_told(
    home: Authority,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("mat khau 8\n"))
    sheet_file = tmp_path / "card.pdf"
    here = ["--authority", str(home.folder), "--gate", "cho-mau-1", "--out", str(sheet_file)]
    assert cli.main(["card", "wi-fi", "--ssid", "Mạng Mẫu", *here]) == 0
    told = capsys.readouterr()
    assert "mat khau" not in told.out + told.err
    ((text, wide),) = printed.codes(sheet_file.read_bytes())
    needs = cardwork.understood(controlcard.parse(text).claims)
    assert needs == Wifi(ssid="Mạng Mẫu", password="mat khau 8")
    assert wide >= 50
    assert "mat khau" not in printed.text(sheet_file.read_bytes())


def test_a_network_without_a_password_has_to_be_called_open(
    home: Authority,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An empty line, or nobody there to type one, is no leave to join anybody's network."""
    made = tmp_path / "card.png"
    here = ["--authority", str(home.folder), "--gate", "cho-mau-1", "--out", str(made)]
    for nothing in ("", "\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(nothing))
        assert cli.main(["card", "wi-fi", "--ssid", "Cho", *here]) != 0
        assert "--open" in capsys.readouterr().err
        assert not made.exists()
    assert cli.main(["card", "wi-fi", "--ssid", "Cho", "--open", *here]) == 0
    assert made.exists()


@pytest.mark.parametrize(
    ("needs", "told"),
    [
        (Wifi(ssid="Chợ Mẫu Hữu Nghĩa số một"), "1 to 32 bytes"),
        (Wifi(ssid="Cho", password="mật khẩu dài"), "8 to 63 letters"),
        (Wifi(ssid="Cho", password="short"), "8 to 63 letters"),
        (Place(place="x" * 201), "1 to 200 characters"),
        (Place(place="x", area="y\n"), "1 to 200 characters"),
        (Event(place="x", begins=2**31, ends=2**31 - 1), "60 days"),
        (Event(place="x", begins=1_600_000_000, ends=1_600_086_400), "after now"),
        (People(count=10**6 + 1), "from 0 to 1000000"),
    ],
    ids=str,
)
def test_what_no_card_can_carry_is_said_with_its_limit_and_without_a_password(
    home: Authority, now: datetime, needs: Needs, told: str
) -> None:
    kinds = {kind: work for work, kind in cardwork.NEEDS.items()}
    with pytest.raises(ValueInvalid) as found:
        cards.issue(
            home, kinds[type(needs)], For("cho-mau-1"), needs, term=terms.hours(24, now), now=now
        )
    assert told in found.value.remedy.format(**found.value.details)
    if isinstance(needs, Wifi) and needs.password:
        assert needs.password not in str(found.value)


def test_a_card_too_fine_to_be_read_is_not_made(home: Authority, now: datetime) -> None:
    """The longest that is made is a code of version 15 as it is printed."""
    made: list[Issued] = []

    def lengthen() -> None:
        for letters in range(40, 100):
            needs, term = Place(place="ễ" * letters), terms.hours(24, now)
            made.append(cards.issue(home, Work.PLACE, For("cho-mau-1"), needs, term=term, now=now))

    with pytest.raises(CardTooLong) as found:
        lengthen()
    assert found.value.details["most"] == cards.MOST_CHARS
    assert cards.MOST_CHARS - 8 < len(made[-1].text) <= cards.MOST_CHARS
    modules = [len(picture.matrix("A" * count)) - 2 * picture.QUIET for count in (600, 601)]
    assert modules == [17 + 4 * 15, 17 + 4 * 16]
