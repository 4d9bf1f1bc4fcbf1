"""The district's side: scans come in from the gates, are stored, and are shown to officers.

Each process has its folder. `intake` takes records from the broker into the `ledger`, `web` shows
it to officers; these two meet only there. What needs a key is a process of its own, which the pages
ask (`asking`): `vault` alone opens what gates have sealed, `issuing` signs passes, `dispatch` what
is told to gates, and `enrol` makes gates of those that were shown a code.
"""
