"""The named sets of wiring that are drawn in docs/wiring.

In all of them the lamps and the buzzer of the door are on the same pins, so that a card can be
moved from one box to another and still shows what it has to say: STATUS is lit by every signal but
the one for a stored scan.
"""

from collections.abc import Mapping

STATUS = 27
"""The pin of the red lamp: the one that a gate can show a fault with, whatever else it has."""

PINS: Mapping[str, Mapping[str, object]] = {
    "two-lamps": {},
    "rgb-cathode": {"mixed": True},
    "rgb-anode": {"mixed": True, "lamps_active_high": False},
    "relay-door": {"amber": 22, "relay": 26},
    "counter": {
        "amber": 22,
        "tonal": False,
        "attendant": {"green": 23, "red": 24, "amber": 25},
        "white": 16,
    },
}
"""Set -> what differs from the outputs' defaults."""

INPUTS: Mapping[str, Mapping[str, object]] = {
    "two-lamps": {"service": 5},
    "rgb-cathode": {"service": 5},
    "rgb-anode": {"service": 5},
    "relay-door": {"service": 5, "passed": 6, "enclosure": 12},
    "counter": {"service": 5, "direction": 6, "admit": 13},
}
"""Set -> its contacts."""

DEFAULT = "two-lamps"
