"""The 40-pin header that every Raspberry Pi since the B+ has.

Pins are named by their BCM number (`GPIO17`), as everywhere in this program; a technician counts
the places on the header, from 1.
"""

from device.i18n import N_

_ROWS = """
3V3 5V 2 5V 3 GND 4 14 GND 15 17 18 27 GND 22 23 3V3 24 10 GND
9 25 11 8 GND 7 0 1 5 GND 6 12 13 GND 19 16 26 20 GND 21
"""
HEADER = tuple(_ROWS.split())
"""What is at each place, from place 1: a BCM number, a voltage or ground. Odd places are the row
towards the middle of the board."""

PLACES = {int(what): place for place, what in enumerate(HEADER, 1) if what.isdecimal()}
"""BCM number -> place on the header."""

KEPT = {
    0: N_("the memory of an extension board"),
    1: N_("the memory of an extension board"),
    2: N_("a clock module (I2C)"),
    3: N_("a clock module (I2C)"),
    14: N_("the serial console"),
    15: N_("the serial console"),
}
"""Pins that no lamp or button may have, and what for."""

PULLED_UP = frozenset(range(9))
"""From power-on until a program takes them these are pulled up by the chip, all others down."""
