"""Passes from the district's own desk: issued, withdrawn, and told to the gates.

One process holds the keys that issue (`keys`), each for one way to a pass, so that each way can be
withdrawn as a whole. `register` knows which passes there are, `issuer` signs them and their lists.
Who holds a pass is written nowhere here: that is the vault's to know.
"""
