"""`collector up`: all processes of one district, started, watched and ended together.

    programs.py    the table of what runs
    supervisor.py  starts them, starts them again when they end, and ends them all
    child.py       one program as a child of this process
    telling.py     what a program says, in one line
    making.py      what a first start makes; never a key
    missing.py     what is not there yet, and what to do
    practising.py  a practice district, made if need be, and its vault opened

Each is a process of its own, as under systemd, but all run as the user who started them; the units
in systemd/district give each a user of its own.
"""
