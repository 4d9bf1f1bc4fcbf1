"""The table of signals.

Each differs in rhythm as well as in colour and tone, so that it is understood in the sun, in
noise, and by people who do not tell red from green. The rhythm is made of short (s) and long (L)
lights, whatever their colour:

    accept L         reject ssL      retry ss        attendant LsL    wait sLsLsL
    starting LLL     unenrolled LL   enrolling Lss   out of order ssssL
    identify ssssssssss (ten)        read is a tick without a light

A gate that could not be enrolled is lit twice for long if the code was at fault, three times if the
network was, four times if the gate is; then so many short ones as wire/joining.py has troubles of
that kind: the technician counts them, and the page says what the number means.

Green is lit in one of them only: it says that the scan is stored.
"""

import msgspec

from device.flow import Signal

LOW_HZ, HIGH_HZ = 330.0, 880.0


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What is on, and for how long."""

    ms: int
    green: bool = False
    red: bool = False
    amber: bool = False
    hz: float = 0.0
    """Pitch of the buzzer; 0 is silence. A buzzer with a tone of its own is on or off."""
    relay: bool = False
    """Begins a pulse of the relay, which ends by itself after the time that the door needs."""


REST = Step(ms=0)
Pattern = tuple[Step, ...]

_LOW = Step(ms=140, red=True, hz=LOW_HZ)
_LOW_GAP = Step(ms=90)
_AMBER = Step(ms=180, amber=True, hz=550.0)
_AMBER_GAP = Step(ms=140)
_CALL = Step(ms=350, amber=True, hz=660.0)
_CALL_SHORT = Step(ms=120, amber=True, hz=660.0)
_CALL_GAP = Step(ms=120)
_WAIT_SHORT, _WAIT_LONG, _WAIT_GAP = (
    Step(ms=120, amber=True),
    Step(ms=520, amber=True),
    Step(ms=130),
)
_NAMELESS, _NAMELESS_GAP = Step(ms=900, red=True, amber=True), Step(ms=300)
_HERE_HIGH = Step(ms=130, amber=True, hz=1320.0)
_HERE_LOW = Step(ms=130, red=True, hz=660.0)
_HERE_GAP = Step(ms=130)

_LONG, _LONG_GAP = Step(ms=300, red=True, amber=True, hz=LOW_HZ), Step(ms=140)
_COUNTED, _COUNTED_GAP = Step(ms=130, amber=True, hz=LOW_HZ), Step(ms=120)


def _trouble(long: int, short: int) -> Pattern:
    """Return the pattern of a trouble while enrolling: so many long ones, then short ones."""
    return (*(_LONG, _LONG_GAP) * long, *(_COUNTED, _COUNTED_GAP) * short)


PATTERNS: dict[Signal, Pattern] = {
    Signal.REST: (),
    Signal.READ: (Step(ms=30, hz=1760.0),),
    Signal.ACCEPT: (
        Step(ms=350, green=True, hz=HIGH_HZ, relay=True),
        Step(ms=650, green=True),
    ),
    # Lit anew within MINIMUM_MS only, so that a next person's signal is never mistaken for it.
    Signal.REJECT: (_LOW, _LOW_GAP, _LOW, _LOW_GAP, _LOW, Step(ms=400, red=True)),
    Signal.RETRY: (_AMBER, _AMBER_GAP, _AMBER, _AMBER_GAP),
    Signal.ATTENDANT: (_CALL, _CALL_GAP, _CALL_SHORT, _CALL_GAP, _CALL),
    Signal.OUT_OF_ORDER: (
        *(Step(ms=120, red=True, amber=True, hz=LOW_HZ), Step(ms=120)) * 4,
        Step(ms=800, red=True, amber=True),
    ),
    Signal.STARTING: (
        *(Step(ms=300, amber=True), Step(ms=150), Step(ms=300, red=True), Step(ms=150)),
        Step(ms=300, amber=True),
    ),
    # As long as it takes until the attendant is called, so that a door that waits is never dark.
    Signal.WAIT: (
        *(Step(ms=120, amber=True, hz=550.0), _WAIT_GAP),
        *(Step(ms=520, amber=True, hz=550.0), _WAIT_GAP),
        *(_WAIT_SHORT, _WAIT_GAP, _WAIT_LONG, _WAIT_GAP) * 2,
    ),
    Signal.UNENROLLED: (_NAMELESS, _NAMELESS_GAP, _NAMELESS),
    Signal.ENROLLING: (
        *(Step(ms=600, amber=True, hz=HIGH_HZ), Step(ms=150)),
        *(Step(ms=150, amber=True, hz=HIGH_HZ), Step(ms=150)) * 2,
    ),
    Signal.IDENTIFY: (_HERE_HIGH, _HERE_GAP, _HERE_LOW, _HERE_GAP) * 5,
    Signal.JOIN_BUTTON: _trouble(2, 1),
    Signal.JOIN_FOREIGN: _trouble(2, 2),
    Signal.JOIN_EXPIRED: _trouble(2, 3),
    Signal.JOIN_USED: _trouble(2, 4),
    Signal.JOIN_PASSPHRASE: _trouble(3, 1),
    Signal.JOIN_NO_WIFI: _trouble(3, 2),
    Signal.JOIN_NO_NETWORK: _trouble(3, 3),
    Signal.JOIN_PORTAL: _trouble(3, 4),
    Signal.JOIN_SERVER: _trouble(3, 5),
    Signal.JOIN_SILENT: _trouble(3, 6),
    Signal.JOIN_FAULT: _trouble(4, 1),
}


def length_ms(signal: Signal) -> int:
    """Return how long a signal lasts."""
    return sum(step.ms for step in PATTERNS[signal])


MINIMUM_MS = 700
"""No other person is answered before an answer was shown so long."""


def speaks_ms(signal: Signal) -> int:
    """Return how long the door speaks to one person before the next may be answered."""
    return min(MINIMUM_MS, length_ms(signal))


LENGTHENED = 1.5
"""In quiet hours every step lasts so much longer: nothing but the light is left to be noticed."""


def hushed(pattern: Pattern) -> Pattern:
    """Return the pattern as it is shown in quiet hours: without a tone, and slower.

    The relay's pulse is as long as ever: it begins here and ends by itself.
    """
    return tuple(
        msgspec.structs.replace(step, ms=int(step.ms * LENGTHENED), hz=0.0) for step in pattern
    )
