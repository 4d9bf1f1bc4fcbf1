"""What is connected to which pin of the board, as values.

header.py   the 40-pin header: numbers, what is kept for others, what a pin does at power-on
pins.py     the outputs and inputs of a door, checked
sets.py     the named sets of them that the wiring diagrams show

It knows no driver and no configuration file: the drivers and the configuration know it.
"""
