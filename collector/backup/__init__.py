"""Backups: one encrypted file of a whole district, read back before it counts, and the way back.

    contents.py     what of a district goes in, and in which order
    sqlitefile.py   a SQLite database as rows, and rows as a database
    server.py       PostgreSQL by its own tools
    stream.py       databases and files one after another, each with its hash
    envelope.py     the file: encrypted to a key that is kept offline, signed by the collector
    keys.py         that key
    making.py       makes one, reads it back, deletes those whose time is over
    restoring.py    lays a backup out in an empty place
    purging.py      what is too old in it goes before anything is shown

Private keys of the collector are in no backup: they come from the authority's folder again. Of the
vault there is what lies in its folder: keys wrapped for the custodians, never one in clear.
"""
