"""The ledger: every record as received, for ever in the order of its journal.

`ports` says what a ledger promises; `order` is the one decision (what of an arrival is next, old,
ahead or a fork); `sqlite` and `memory` keep it. Nothing here knows the broker or the pages.
"""
