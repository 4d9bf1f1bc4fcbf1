"""Issuing control cards: what a technician has a gate do by showing it a signed code.

A card names one gate, one place or one area, and only one that is enrolled: a card with a slip in
its name would be found out at the door, by somebody on a ladder. How far a card may reach is the
same table that gates go by (wire/cardwork.py). Each is entered before it is signed, so that it can
be withdrawn (provisioning/cardlist.py); what it changes, and that it counts once, is the gate's
work, see `device/cards`.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, cast

import msgspec

from provisioning import cardlist, picture, roster, terms
from provisioning.authority import Authority
from provisioning.certificates import SINCE
from provisioning.errors import (
    NUMBER,
    TEXT,
    CardTooLong,
    CardTooWide,
    ClockWrong,
    GateUnknown,
    ValueInvalid,
)
from provisioning.i18n import marked
from provisioning.paper import Slip
from provisioning.register import PLACES
from provisioning.terms import Term
from wire import cardwork, controlcard
from wire.cardwork import (
    HARMLESS,
    MOST_LETTERS,
    MOST_PEOPLE,
    TOGETHER_S,
    Direct,
    Event,
    Needs,
    Nothing,
    People,
    Place,
    Wifi,
    Work,
)
from wire.controlcard import CTI_BYTES, Card, scopes
from wire.errors import WireError
from wire.keys import Use
from wire.record import Direction
from wire.strictcbor import Item

MOST_CHARS = 600
"""As many as a QR code of version 15 holds as it is printed; finer ones are not read from it."""
SSID = marked(
    "a network's name has 1 to 32 bytes: a letter with a mark counts for two or three of them"
)
PASSWORD = marked(
    "a password has 8 to 63 letters, digits and signs, none of them with a mark; --open for none"
)
EVENT = marked(
    "an event begins within {most} days from now, ends after that and after now, and lasts {most} "
    "days at most"
)
TITLES = {
    Work.IDENTIFY: ("Nhận biết cổng", "Show which gate this is"),
    Work.COUNT_RESET: ("Đặt số người bên trong: {count}", "Set the people inside: {count}"),
    Work.PLACE: ("Chuyển cổng đến: {place}", "Move the gate to: {place}"),
    Work.DIRECTION: ("Đổi chiều: {ways}", "Change the ways: {english_ways}"),
    Work.EVENT: ("Sự kiện: {place}", "Event, {times}"),
    Work.WIFI: ("Mạng Wi-Fi: {ssid}", "Wi-Fi network: {ssid}"),
    Work.SELF_TEST: ("Tự kiểm tra", "Self-test"),
    Work.TECHNICIAN: ("Mở lối vào cho kỹ thuật viên", "Open the way in for technicians"),
    Work.EXPORT: ("Chép dữ liệu ra USB", "Carry records by USB stick"),
    Work.FACTORY_RESET: ("Xóa cổng, cài đặt lại từ đầu", "Factory reset"),
    Work.RETIRE: ("Ngừng dùng cổng", "Retire the gate"),
    Work.FACTORY_RESET_LOSING: ("Xóa cổng, MẤT dữ liệu chưa gửi", "Reset, LOSING unsent scans"),
    Work.RETIRE_LOSING: ("Ngừng dùng cổng, MẤT dữ liệu chưa gửi", "Retire, LOSING unsent scans"),
}
CHANGES = (
    "Bấm nút kỹ thuật trong hộp, rồi đưa thẻ trong 30 giây",
    "Press the service button in the box, then show within 30 s",
    "Mỗi cổng chỉ nhận một lần / Counts once at each gate",
)
WAYS = {
    (Direction.IN,): ("vào", "in"),
    (Direction.OUT,): ("ra", "out"),
    (Direction.IN, Direction.OUT): ("vào và ra", "in and out"),
}


class For(NamedTuple):
    """Whom a card is for."""

    name: str
    """Of a gate or a place; of an area if `is_area`."""
    is_area: bool = False


@dataclass(frozen=True)
class Issued:
    """A card as it was issued."""

    text: str
    """The text of the code."""
    claims: Card
    title: str
    """Whom it is for, as people call it."""
    gates: tuple[str, ...]
    """Every enrolled gate that would obey it."""

    @property
    def changes(self) -> bool:
        """Say whether the service button is needed."""
        return self.claims.does not in HARMLESS


def issue(
    home: Authority,
    work: Work,
    whom: For,
    needs: Needs = Nothing(),  # noqa: B008  (frozen and empty)
    *,
    term: Term,
    now: datetime,
) -> Issued:
    """Sign a card for a gate, a place or an area.

    Raises GateUnknown, CardTooWide, CardTooLong, ValueInvalid for needs that gates would refuse,
    ClockWrong, KeyMissing, RosterDamaged, RegisterUnusable.
    """
    if now < SINCE:
        raise ClockWrong(when=f"{now:%Y-%m-%d}")
    scope = controlcard.area_scope(whom.name) if whom.is_area else controlcard.scope_of(whom.name)
    gates = _obeying(home, scope)
    if not gates:
        raise GateUnknown(name=whom.name)
    issued, expires = int(now.timestamp()), int(term.ends.timestamp())
    brought = cast("dict[int | bytes | str, Item]", cardwork.spelled(needs))
    card = Card(os.urandom(CTI_BYTES), work.value, scope, issued, expires, brought)
    _check(card, needs, gates)
    key = home.signing_key(Use.CARD)
    home.outlasts(key, term.ends)
    chars = len(controlcard.issue(msgspec.structs.replace(card, status=PLACES - 1), key))
    if chars > MOST_CHARS:
        raise CardTooLong(chars=chars, most=MOST_CHARS)
    card = cardlist.entered(home, card, key)
    return Issued(controlcard.issue(card, key), card, whom.name, gates)


def draw(issued: Issued, font_folder: Path = picture.FONT_FOLDER) -> bytes:
    """Return the card as PNG; raise FontMissing if no font has the letters for its caption."""
    return picture.draw(issued.text, caption(issued), font_folder)


def slip(issued: Issued) -> Slip:
    """Return the card as it stands on a sheet."""
    return Slip(issued.text, caption(issued))


def caption(issued: Issued) -> list[str]:
    """Return what is written under the code, in both languages, and no password."""
    claims = issued.claims
    return [
        *title(claims),
        f"Thẻ điều khiển số / Control card no. …{claims.number.hex()[-4:]}",
        issued.title,
        f"Đến / Until {terms.printed(claims.expires)}",
        *(CHANGES if issued.changes else ()),
    ]


def title(card: Card) -> list[str]:
    """Return what a card does, in both languages."""
    words = {"count": 0, "place": "", "ways": "", "english_ways": "", "ssid": "", "times": ""}
    match cardwork.understood(card):
        case People(count=count):
            words |= {"count": count}
        case Place(place=place):
            words |= {"place": place}
        case Direct(ways=ways):
            words["ways"], words["english_ways"] = WAYS[ways]
        case Event(place=place, begins=begins, ends=ends):
            times = f"{terms.printed(begins)} - {terms.printed(ends)}"
            words |= {"place": place, "times": times}
        case Wifi(ssid=ssid):
            words |= {"ssid": ssid}
    return [each.format(**words) for each in TITLES[Work(card.does)]]


def _check(card: Card, needs: Needs, gates: tuple[str, ...]) -> None:
    """Raise CardTooWide or ValueInvalid for a card that gates would refuse."""
    try:
        cardwork.understood(card)
    except WireError as error:
        raise _unfit(card, needs) from error
    if isinstance(needs, Event) and needs.ends <= card.issued:
        raise _unfit(card, needs)  # gates take it, and nothing comes of it
    if not cardwork.is_bounded(card, gates[0]):
        raise CardTooWide(does=card.does)


def _unfit(card: Card, needs: Needs) -> ValueInvalid:
    """Say what of a card's needs gates would refuse, and what it may be; no password."""
    name, value, takes, most = card.does, "…", "", MOST_LETTERS
    match needs:
        case People(count=count):
            name, value, takes, most = "count", str(count), NUMBER, MOST_PEOPLE
        case Wifi(ssid=ssid) if not cardwork.is_ssid(ssid):
            name, value, takes = "ssid", ssid, SSID
        case Wifi():
            name, takes = "password", PASSWORD
        case Place(place=place) | Event(place=place) if not cardwork.is_name(place):
            name, value, takes = "to", place, TEXT
        case Place(area=area):
            name, value, takes = "to-area", area, TEXT
        case Event(ends=ends):
            name, value, takes = "ends", terms.printed(ends), EVENT
            most = TOGETHER_S // cardwork.DAY_S
    least = 0 if takes is NUMBER else 1
    return ValueInvalid(name=name, value=value, takes=takes, least=least, most=most)


def _obeying(home: Authority, scope: str) -> tuple[str, ...]:
    """Return the gates that take a card of that scope, as they themselves compare it."""
    return tuple(
        each.gate
        for each in roster.load(home.folder).gates
        if scope and scope in scopes(each.gate, each.place, each.area)
    )
