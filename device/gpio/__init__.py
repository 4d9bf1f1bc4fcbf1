"""What the door shows: a pure table of patterns, and the parts that play it.

patterns.py   signal -> steps of lamps, tone and relay
player.py     plays steps in time; always ends at rest
board.py      the pins of the board, through gpiozero
mock.py       the same on a machine without pins, each level written to a file
console.py    the same on a terminal
"""
