"""What a control card can ask for: the words, what each needs, and how far each may reach.

Who makes a card and who obeys it read the same table, so no card is made that gates refuse. Needs
are read strictly: what a gate does not wholly understand it does not do. A Wi-Fi password may be
among them, so no error quotes a value.
"""

import enum
from typing import Annotated, TypeVar

import msgspec

from wire.controlcard import Card
from wire.errors import WireError
from wire.record import Direction

DAY_S = 86_400
MOST_PEOPLE = 10**6
LONGEST_S = 31 * DAY_S
"""No card is good for longer: a lost one must end by itself."""
WIDE_S = 3 * DAY_S
"""A card for an area, or for every gate, is good for no longer."""
GRAVE_S = 3 * DAY_S
"""What opens or empties a gate is good for no longer, and for one gate only."""
TOGETHER_S = 60 * DAY_S
"""No event lasts longer, nor begins later than so long after its card was made."""


class Work(enum.StrEnum):
    """What there is to ask for. On cards and in journals, so never renamed."""

    IDENTIFY = "identify"
    COUNT_RESET = "count-reset"
    PLACE = "place"
    """The gate stands at another place from now on."""
    DIRECTION = "direction"
    EVENT = "event"
    """It stands at another place from a time until another: a wedding, a funeral, a conference."""
    WIFI = "wi-fi"
    SELF_TEST = "self-test"
    TECHNICIAN = "technician"
    """Opens the way in for technicians whose keys the authority has certified."""
    EXPORT = "export"
    """Records go to a USB stick; policies, lists and receipts come from it."""
    FACTORY_RESET = "factory-reset"
    """The gate forgets all but its program, and asks to be enrolled."""
    RETIRE = "retire"
    """The gate forgets all but its program, and asks for nothing more."""
    FACTORY_RESET_LOSING = "factory-reset-losing"
    """The same though scans are lost by it; the loss is declared."""
    RETIRE_LOSING = "retire-losing"


ENDING = frozenset({Work.FACTORY_RESET, Work.RETIRE, Work.FACTORY_RESET_LOSING, Work.RETIRE_LOSING})
"""After these the gate is nobody."""
LOSING = frozenset({Work.FACTORY_RESET_LOSING, Work.RETIRE_LOSING})
"""These, and no others, end scans that the district has not got."""
GRAVE = ENDING | {Work.TECHNICIAN}
"""For one gate only, by its name."""
HARMLESS = frozenset({Work.IDENTIFY})
"""These change nothing: they need no button, and count as often as they are shown."""

MOST_LETTERS = 200
SSID_BYTES = 32
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_LETTERS)]
Ways = Annotated[tuple[Direction, ...], msgspec.Meta(min_length=1, max_length=2)]
Seconds = Annotated[int, msgspec.Meta(ge=0, lt=2**40)]


class Needs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a card brings for its work."""

    def __repr__(self) -> str:
        """Say nothing: it may be a password."""
        return f"<{type(self).__name__}>"


class Nothing(Needs, frozen=True, kw_only=True):
    """Most work needs nothing more."""


class People(Needs, frozen=True, kw_only=True):
    """For COUNT_RESET."""

    count: Annotated[int, msgspec.Meta(ge=0, le=MOST_PEOPLE)] = 0


class Place(Needs, frozen=True, kw_only=True):
    """For PLACE."""

    place: Name
    area: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """As before, if it is left out."""
    ways: Ways | None = None
    """As before, if they are left out."""


class Direct(Needs, frozen=True, kw_only=True):
    """For DIRECTION."""

    ways: Ways


class Event(Needs, frozen=True, kw_only=True):
    """For EVENT."""

    place: Name
    begins: Seconds
    ends: Seconds
    ways: Ways | None = None


class Wifi(Needs, frozen=True, kw_only=True):
    """For WIFI."""

    ssid: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    password: Annotated[str, msgspec.Meta(max_length=63)] = ""
    """Empty for a network without one."""


NEEDS: dict[Work, type[Needs]] = {
    Work.COUNT_RESET: People,
    Work.PLACE: Place,
    Work.DIRECTION: Direct,
    Work.EVENT: Event,
    Work.WIFI: Wifi,
}

T = TypeVar("T", bound=Needs)


def work_of(card: Card) -> Work:
    """Return what a card asks for; raise WireError if that is nothing known here."""
    try:
        return Work(card.does)
    except ValueError as error:
        msg = "the card asks for what is not known here"
        raise WireError(msg) from error


def needs_of(card: Card, kind: type[T]) -> T:
    """Return what a card brings; raise WireError unless it is all of it, and nothing else."""
    try:
        found = msgspec.convert(card.needs, kind)
    except msgspec.ValidationError as error:
        msg = "the card needs what is not known here"
        raise WireError(msg) from error
    if not _sound(card, found):
        msg = "the card needs what cannot be"
        raise WireError(msg)
    return found


def understood(card: Card) -> Needs:
    """Return what a card brings for its own work; raise WireError if it makes no sense."""
    return needs_of(card, NEEDS.get(work_of(card), Nothing))


def spelled(needs: Needs) -> dict[int | bytes | str, object]:
    """Return needs as a card carries them; what is left at its default is not written."""
    usual = {each.name: each.default for each in msgspec.structs.fields(needs) if not each.required}
    plain: dict[str, object] = msgspec.to_builtins(needs)
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in plain.items()
        if name not in usual or usual[name] != getattr(needs, name)
    }


def is_ssid(text: str) -> bool:
    """Say whether a Wi-Fi network can be called so; the standard counts bytes, not letters."""
    return text.isprintable() and 0 < len(text.encode()) <= SSID_BYTES


def is_name(text: str) -> bool:
    """Say whether a place or an area can be called so on a card."""
    return text.isprintable() and text == text.strip() and 0 < len(text) <= MOST_LETTERS


def is_bounded(card: Card, gate: str) -> bool:
    """Say whether a card reaches no further, and lasts no longer, than one of its kind may.

    `gate` is the name of the gate that asks.
    """
    lasts = card.expires - card.issued
    if card.does in GRAVE:
        return card.scope == gate and lasts <= GRAVE_S
    is_wide = card.scope == "*" or "." in card.scope
    return lasts <= (WIDE_S if is_wide and card.does not in HARMLESS else LONGEST_S)


def _sound(card: Card, found: Needs) -> bool:
    match found:
        case Wifi():
            secret = found.password
            plain = all(" " <= each <= "~" for each in secret)
            return is_ssid(found.ssid) and plain and (not secret or len(secret) >= 8)
        case Place():
            return is_name(found.place) and (not found.area or is_name(found.area))
        case Event():
            lasts = 0 < found.ends - found.begins <= TOGETHER_S
            soon = found.begins <= card.issued + TOGETHER_S
            return is_name(found.place) and lasts and soon
    return True
