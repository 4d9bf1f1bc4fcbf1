"""What time it is at the gate, and how far that may be believed.

bounds.py    what a receipt proves about the time
belief.py    the decision: from all that is known to a time, its state and its fault
saved.py     the one small file from which the time starts after a power cut
keeper.py    the gate's clock, put together
"""
