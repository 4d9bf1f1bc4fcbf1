"""Control cards: what a technician tells a gate by showing it a signed code.

`orders.py` says whether a card is obeyed, `used.py` remembers which were, `deeds.py` has one
function for each thing a card can do.
"""
