"""A whole district on one machine: `make demo`.

    district.py   the authority, three gates and a collector, made as an operator would make them
    crowd.py      who comes, and what they hold up
    programs.py   the real programs as child processes: started, killed, started again
    told.py       what the programs tell while they run, one line a passage
    story.py      the two plays: until Ctrl-C, or one fixed scenario
    watcher.py    what could be read of everybody who was in view
    account.py    what really happened, counted from what the parts recorded

It holds nothing that ships: it starts the programs and looks at them from outside.
"""
