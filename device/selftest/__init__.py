"""`gate selftest`: every part tried for real, before the technician leaves.

asking.py    the technician's answers, by a button or on a terminal
sight.py     camera, light, focus and the test card
signs.py     lamps, sounds and the relay
machine.py   the card, the clock and the watchdogs
report.py    what is handed over in the end
"""
