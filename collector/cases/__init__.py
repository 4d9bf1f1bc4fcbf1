"""Cases: why somebody may look at people, who did, and what is being done about it.

A case is an object (`register`), looking is an act that is written down before it happens
(`audit`), and a list of contacts is worked off by several officers (`worklist`). What a role may do
is a table (`roles`). Only the vault's process writes here; nothing here opens a sealed field.
"""
