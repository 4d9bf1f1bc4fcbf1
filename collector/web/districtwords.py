"""What is said of a gate that needs somebody, and what to bring, in the reader's language.

The gate's own alarms have the codes of the gate's program; one that is not known here is shown by
its code, so that a newer gate is never hidden.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collector.figures.plausible import Story
from collector.web.district import Trouble
from wire.record import ClockState

Told = tuple[Promise, Promise]
"""What is wrong, and what to do and bring."""
_LENS = _("Bring a soft cloth, and look at what is before the lens")
_CARD = _("Bring a new memory card, and keep the old one: its scans are still on it")
_SUPPLY = _("Bring a power supply made for this Raspberry Pi, and a short cable")
_COOLING = _("Bring a fan or a box with more air, and look whether the sun shines on it")
_OPERATOR = _("Nothing to bring: tell the district's operator")
_TIME = _("Nothing to bring: connect the gate to the network, which tells it the time")
_CAMERA = _("Bring a camera and a ribbon cable; restart the gate first")
_EXPORT = _("Bring a network, or a USB stick for “gate journal export”")
_LOOK = _("Bring a soft cloth, and watch the door for ten minutes")
UNKNOWN = _("Call the help line and name this code")

TROUBLE: Mapping[str, Told] = {
    Trouble.FORK: (_("Its records contradict earlier ones"), _OPERATOR),
    Trouble.STOPPED: (
        _("It has stopped"),
        _("Bring a power supply and a camera; look at its lamp first"),
    ),
    Trouble.SILENT: (
        _("Nothing is heard of it; the door may well go on working"),
        _("Bring a telephone with a hotspot; look whether its lamp is on"),
    ),
    Trouble.REFUSED: (_("Some of its messages are not taken"), _OPERATOR),
    Trouble.NEVER: (
        _("It has never been heard"),
        _("Bring its memory card with the enrolment, and a telephone with a hotspot"),
    ),
    Trouble.SEALED: (
        _("Nothing of what it scans has been opened by the vault yet"),
        _("Nothing to bring: ask a custodian to unlock the vault"),
    ),
}
STORY: Mapping[str, Told] = {
    Story.SILENT: (_("Nobody is counted, at an hour when there are always people"), _LOOK),
    Story.FEW: (_("It counts far fewer people than usual"), _LOOK),
    Story.EXITS: (
        _("People go in, and hardly anybody is counted going out"),
        _("Nothing to bring: look whether another door is used to go out"),
    ),
    Story.ENTRIES: (
        _("People go out, and hardly anybody is counted coming in"),
        _("Nothing to bring: look whether another door is used to come in"),
    ),
    Story.MANY: (
        _("It counts people as never before at this hour: does it still stand where it did?"),
        _("Nothing to bring: ask the place where the gate is"),
    ),
    Story.MOVED: (
        _("It was switched off, and counts otherwise since: does it still stand where it did?"),
        _("Nothing to bring: ask the place where the gate is"),
    ),
    Story.CLOCK: (_("Its clock is off"), _TIME),
}
ALARM: Mapping[str, Told] = {
    "camera-silent": (_("The scanner does not say that it sees anything"), _CAMERA),
    "view-covered": (_("Something covers the lens"), _LENS),
    "view-dark": (
        _("It is too dark before the lens"),
        _("Bring a lamp, or switch the light on"),
    ),
    "view-over-exposed": (
        _("It is too bright before the lens"),
        _("Bring something that gives shade"),
    ),
    "view-defocused": (
        _("The camera sees no sharp picture"),
        _("Bring a soft cloth; then find the focus with “gate selftest”"),
    ),
    "view-frozen": (_("The camera sends the same picture again and again"), _CAMERA),
    "poster": (
        _("A code hangs in view all the time"),
        _("Nothing to bring: take the poster away"),
    ),
    "reading-resting": (
        _("A way of reading was left out, because the scanner died in it"),
        _("Nothing to bring: tell the help line the gate's version"),
    ),
    "journal-full": (_("The memory card is full of scans that are not sent yet"), _EXPORT),
    "room-low": (_("The memory card has room for a few days only"), _EXPORT),
    "unsent-long": (
        _("Scans of more than a day ago are not confirmed"),
        _("Bring a telephone with a hotspot, or a USB stick for “gate journal export”"),
    ),
    "card-errors": (_("The memory card has met errors"), _CARD),
    "card-read-only": (_("The memory card cannot be written any more"), _CARD),
    "too-hot": (_("The board is too hot"), _COOLING),
    "throttled": (_("The processor is slowed down by heat or by weak power"), _COOLING),
    "under-voltage": (_("The power supply is too weak"), _SUPPLY),
    "was-under-voltage": (_("The power supply was too weak since the last start"), _SUPPLY),
    "memory-low": (
        _("Little memory is left"),
        _("Nothing to bring: restart the gate, and tell the help line"),
    ),
    "restarts-many": (
        _("The scanner has started again and again"),
        _("Bring a camera, a ribbon cable and a memory card; read the log first"),
    ),
    "clock-unsure": (_("Nobody tells the gate what time it is"), _TIME),
    "clock-beyond": (_("The machine's clock says a time that cannot be"), _TIME),
    "clock-refuted": (_("A time server says another time than the district"), _OPERATOR),
    "certificate-ends": (_("The gate's certificate runs out within a month"), _OPERATOR),
    "certificate-ended": (_("The gate's certificate has run out"), _OPERATOR),
    "identity-shared": (
        _("Another gate uses this gate's identity"),
        _("Nothing to bring: find the other gate of this name, and enrol one of the two anew"),
    ),
    "broker-old": (_("The district's broker is too old to say why it refuses"), _OPERATOR),
    "records-refused": (_("The district cannot take some of the scans"), _OPERATOR),
    "records-gone": (_("The district asks for scans that are no longer here"), _OPERATOR),
    "receipt-beyond": (
        _("The district confirms scans that this card does not have"),
        _("Bring the memory card that was in this gate before, if there is one"),
    ),
}
TABLES: Mapping[str, Mapping[str, Told]] = {"trouble": TROUBLE, "story": STORY, "alarm": ALARM}
HOW: Mapping[str, Promise] = {
    "working": _("working"),
    "stopped": _("not working"),
    "unseen-view": _("could not see"),
    "unknown": _("nothing has arrived"),
}
COMMAND: Mapping[str, Promise] = {
    "identify": _("show itself"),
    "self-test": _("test itself"),
    "restart": _("start again"),
    "open-once": _("open once"),
    "report": _("report"),
}
STATE: Mapping[str, Mapping[str, Promise]] = {
    "camera": {"ok": _("works"), "silent": _("says nothing")},
    "power": {"ok": _("enough"), "low": _("too weak"), "was-low": _("was too weak")},
    "clock": {
        ClockState.SYNCED: _("kept by time servers"),
        ClockState.ANCHORED: _("kept by receipts"),
        ClockState.VOUCHED: _("believed for a while"),
        ClockState.UNSYNCED: _("not certain"),
    },
}
"""What a gate says of its parts."""
