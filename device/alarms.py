"""What somebody should look after: each alarm a code that stays, plain words, and what to bring.

Pure: it judges what the gate says of itself. The codes are sent to the district's board and written
into logs, so they are never renamed; docs/alarms is made from this table.
"""

import msgspec

from device.message import N_
from wire.record import ClockState
from wire.state import Health

HOT_C = 80.0
"""A Raspberry Pi slows itself down from here on."""
LITTLE_ROOM_DAYS = 3.0
UNSENT_MS = 24 * 3_600 * 1_000
LITTLE_MEMORY_MB = 40
MANY_STARTS = 6
"""Since the machine was started; a few come from work on the gate."""
CERTIFICATE_DAYS = 30


class Alarm(msgspec.Struct, frozen=True):
    """What one is about."""

    says: str
    bring: str
    """What to do, and what to bring along for it."""


_LENS = N_("bring a soft cloth, and look at what is before the lens")
_CARD = N_("bring a new memory card, and keep the old one: its scans are still on it")
_SUPPLY = N_("bring a power supply made for this Raspberry Pi, and a short cable")
_COOLING = N_("bring a fan or a box with more air, and look whether the sun shines on it")
_DISTRICT = N_("nothing to bring: tell the district's operator")
_TIME = N_("nothing to bring: connect the gate to the network, which tells it the time")

ALARMS: dict[str, Alarm] = {
    "camera-silent": Alarm(
        N_("The scanner does not say that it sees anything"),
        N_("bring a camera and a ribbon cable; restart the gate first"),
    ),
    "view-covered": Alarm(N_("Something covers the lens"), _LENS),
    "view-dark": Alarm(
        N_("It is too dark before the lens"), N_("bring a lamp, or switch the light on")
    ),
    "view-over-exposed": Alarm(
        N_("It is too bright before the lens"), N_("bring something that gives shade")
    ),
    "view-defocused": Alarm(
        N_("The camera sees no sharp picture"),
        N_("bring a soft cloth; then find the focus with `gate selftest`"),
    ),
    "view-frozen": Alarm(
        N_("The camera sends the same picture again and again"),
        N_("bring a camera and a ribbon cable; restart the gate first"),
    ),
    "poster": Alarm(
        N_("A code hangs in view all the time"), N_("nothing to bring: take the poster away")
    ),
    "reading-resting": Alarm(
        N_("A way of reading was left out, because the scanner died in it"),
        N_("nothing to bring: tell the help line the gate's version"),
    ),
    "journal-full": Alarm(
        N_("The memory card is full of scans that are not sent yet"),
        N_("bring a network, or a USB stick for `gate journal export`"),
    ),
    "room-low": Alarm(
        N_("The memory card has room for a few days only"),
        N_("bring a network, or a USB stick for `gate journal export`"),
    ),
    "unsent-long": Alarm(
        N_("Scans of more than a day ago are not confirmed by the district"),
        N_("bring a telephone with a hotspot, or a USB stick for `gate journal export`"),
    ),
    "card-errors": Alarm(N_("The memory card has met errors"), _CARD),
    "card-read-only": Alarm(N_("The memory card cannot be written any more"), _CARD),
    "too-hot": Alarm(N_("The board is too hot"), _COOLING),
    "throttled": Alarm(N_("The processor is slowed down by heat or by weak power"), _COOLING),
    "under-voltage": Alarm(N_("The power supply is too weak"), _SUPPLY),
    "was-under-voltage": Alarm(N_("The power supply was too weak since the last start"), _SUPPLY),
    "memory-low": Alarm(
        N_("Little memory is left"),
        N_("nothing to bring: restart the gate, and tell the help line"),
    ),
    "restarts-many": Alarm(
        N_("The scanner has started again and again"),
        N_("bring a camera, a ribbon cable and a memory card; read the log first"),
    ),
    "clock-unsure": Alarm(N_("Nobody tells the gate what time it is"), _TIME),
    "clock-beyond": Alarm(
        N_("The machine's clock says a time that cannot be, and is not believed"), _TIME
    ),
    "clock-refuted": Alarm(
        N_("A time server says another time than the district, and is not believed"), _DISTRICT
    ),
    "certificate-ends": Alarm(N_("The gate's certificate runs out within a month"), _DISTRICT),
    "certificate-ended": Alarm(N_("The gate's certificate has run out"), _DISTRICT),
    "identity-shared": Alarm(
        N_("Another gate uses this gate's identity"),
        N_("nothing to bring: find the other gate of this name, and enrol one of the two anew"),
    ),
    "broker-old": Alarm(
        N_("The district's broker is too old to say why it refuses something"), _DISTRICT
    ),
    "records-refused": Alarm(N_("The district cannot take some of the scans"), _DISTRICT),
    "records-gone": Alarm(N_("The district asks for scans that are no longer here"), _DISTRICT),
    "receipt-beyond": Alarm(
        N_("The district confirms scans that this card does not have"),
        N_("bring the memory card that was in this gate before, if there is one"),
    ),
}


def of(health: Health) -> tuple[str, ...]:
    """Return the codes of what is wrong, those that the uplink has found among them."""
    found = [code for code, is_so in _checks(health) if is_so]
    return tuple(dict.fromkeys([*found, *health.alarms]))


def _checks(health: Health) -> list[tuple[str, bool]]:
    days, memory = health.certificate_days, health.memory_mb
    return [
        ("camera-silent", health.camera == "silent"),
        (f"view-{health.view}", f"view-{health.view}" in ALARMS),
        ("poster", health.posters > 0),
        ("reading-resting", bool(health.resting)),
        ("journal-full", health.fault == "journal-full"),
        ("room-low", 0 < health.days_of_room < LITTLE_ROOM_DAYS),
        ("unsent-long", health.oldest_ms > UNSENT_MS),
        ("card-errors", bool(health.card_errors)),
        ("card-read-only", health.card_read_only),
        ("too-hot", health.temperature_c is not None and health.temperature_c >= HOT_C),
        ("throttled", health.throttled),
        ("under-voltage", health.power == "low"),
        ("was-under-voltage", health.power == "was-low"),
        ("memory-low", memory is not None and memory < LITTLE_MEMORY_MB),
        ("restarts-many", health.starts >= MANY_STARTS),
        ("clock-unsure", health.clock == ClockState.UNSYNCED and not health.clock_fault),
        (health.clock_fault, health.clock_fault in ALARMS),
        ("certificate-ends", days is not None and 0 <= days < CERTIFICATE_DAYS),
        ("certificate-ended", days is not None and days < 0),
    ]
