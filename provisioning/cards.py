"""Issuing control cards: what a technician has a gate do by showing it a signed code.

A card names one gate or one place, and only one that is enrolled: a card with a slip in its name
would be found out at the door, by somebody on a ladder. What a card changes, and that it counts
once, is the gate's work; see `device/cards`.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from provisioning import roster, sheet, terms
from provisioning.authority import Authority
from provisioning.certificates import SINCE
from provisioning.errors import ClockWrong, GateUnknown, ValueInvalid
from provisioning.terms import Term
from wire import controlcard
from wire.controlcard import CTI_BYTES, Card, scope_of
from wire.keys import Use
from wire.strictcbor import Item

MOST_PEOPLE = 10**6
"""Gates obey no larger count."""
IDENTIFY, COUNT_RESET = "identify", "count-reset"
TITLES = {
    IDENTIFY: ("Nhận biết cổng", "Show which gate this is"),
    COUNT_RESET: ("Đặt số người bên trong: {count}", "Set the people inside: {count}"),
}
CHANGES = (
    "Bấm nút kỹ thuật trong hộp, rồi đưa thẻ trong 30 giây",
    "Press the service button in the box, then show within 30 s",
    "Mỗi cổng chỉ nhận một lần / Counts once at each gate",
)


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


def identify(home: Authority, name: str, *, term: Term, now: datetime) -> Issued:
    """Sign a card that has a gate, or every gate of a place, show itself.

    Raises GateUnknown, ClockWrong, KeyMissing, RosterDamaged.
    """
    return _issue(home, IDENTIFY, name, {}, term, now)


def count_reset(home: Authority, name: str, count: int, *, term: Term, now: datetime) -> Issued:
    """Sign a card that sets how many people are inside a place.

    Raises ValueInvalid for no number of people, and what `identify` raises.
    """
    if not 0 <= count <= MOST_PEOPLE:
        raise ValueInvalid(name="count", value=count)
    return _issue(home, COUNT_RESET, name, {"count": count}, term, now)


def draw(issued: Issued, font_folder: Path = sheet.FONT_FOLDER) -> bytes:
    """Return the card as PNG; raise FontMissing if no font has the letters for its caption."""
    return sheet.draw(issued.text, caption(issued), font_folder)


def caption(issued: Issued) -> list[str]:
    """Return what is written under the code, in both languages."""
    claims = issued.claims
    return [
        *(each.format(count=claims.needs.get("count")) for each in TITLES[claims.does]),
        "Thẻ điều khiển / Control card",
        issued.title,
        f"Đến / Until {terms.printed(claims.expires)}",
        *(CHANGES if claims.does == COUNT_RESET else ()),
        f"Số / No. …{claims.number.hex()[-4:]}",
    ]


def _issue(
    home: Authority,
    does: str,
    name: str,
    needs: dict[int | bytes | str, Item],
    term: Term,
    now: datetime,
) -> Issued:
    if now < SINCE:
        raise ClockWrong(when=f"{now:%Y-%m-%d}")
    scope = scope_of(name)
    gates = _obeying(home, scope)
    if not gates:
        raise GateUnknown(name=name)
    card = Card(
        number=os.urandom(CTI_BYTES),
        does=does,
        scope=scope,
        issued=int(now.timestamp()),
        expires=int(term.ends.timestamp()),
        needs=needs,
    )
    key = home.signing_key(Use.CARD)
    home.outlasts(key, term.ends)
    return Issued(controlcard.issue(card, key), card, name, gates)


def _obeying(home: Authority, scope: str) -> tuple[str, ...]:
    """Return the gates that take a card of that scope, as they themselves compare it."""
    known = roster.load(home.folder).gates
    return tuple(
        each.gate for each in known if scope and scope in (each.gate, scope_of(each.place))
    )
