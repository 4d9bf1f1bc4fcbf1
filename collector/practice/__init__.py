"""A district to practise in: made-up people, an outbreak among them, and its solution.

`crowd` makes the people and what their doors saw, `outbreak` picks who fell ill and says whom they
truly met (both pure: one seed, one district), `journals` writes it as gates would, sealed and
chained, and `folder` lays it all out: an authority of its own, a ledger of its own, marked so that
nothing of it can be mixed with a real district.
"""
