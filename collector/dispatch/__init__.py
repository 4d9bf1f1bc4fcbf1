"""The dispatch: what the district tells its gates, signed here and watched until it is answered.

It alone holds the keys for commands and policies, which are online and end within months; the
pages hold none and ask it by a socket. It follows the ledger's kinds and counts, never a person.
"""
