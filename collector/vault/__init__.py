"""The vault: alone opens what gates have sealed, and only after its custodians unlocked it.

It follows the ledger and keys what was stored within a second; it opens a person only against an
audit row that it has committed itself. Keys are in its memory and nowhere else in clear.
"""
