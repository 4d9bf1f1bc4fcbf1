"""What is done to the programs, and what of it was lost: `make faults`.

    world.py       a machine of our own: private mounts and a private network
    district.py    an authority, its gates, a broker and a collector, outside of every cut
    children.py    programs of ours as processes that can be killed
    card.py        a memory card: ext4 on a loop device, whose power can be cut
    writer.py      the smallest scanner: stores one scan after another, and says each green
    observer.py    greens against the ledger, counted from outside the programs
    strace.py      calls of the system that kill, fail, or take their time
    families/      one file for each way in which things go wrong
    sabotage.py    journals that are broken on purpose, to see that all this would be noticed
    results.py     what was counted, kept for one commit and one seed, and gone on with
    report.py      docs/reliability.md

It holds nothing that ships: it starts the programs and looks at them from outside.
"""
