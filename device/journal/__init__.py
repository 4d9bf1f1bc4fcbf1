"""The gate's records on its own card: append-only, chained, kept until the collector's receipt.

    store.py        the journal itself: one writer, one sequence, one chain
    opening.py      what is found at a start, and how it is taken up again
    records.py      how a record is made of what happened
    sealer.py       personal fields are sealed before they reach the card
    tally.py        refusals of a flood are counted instead of stored
    heads.py        the chain's head, signed now and then
    mark.py         what a receipt comes to; cursor.py is the mark on the card
    retention.py    how long confirmed records stay; retired.py, journals that were given up
    damage.py       what a card has lost, set aside and declared

    segments.py     the open segment, the full ones, and shelf.py, the sealed ones
    segment.py      what an open segment is, in bytes
    appendlog.py    TinyDB's Storage for it: a line and a flush per record; growing.py, its table
    sealed.py       a full segment as plain TinyDB JSON
    folder.py       the names of all these files; disk.py, lock.py and ballast.py help them

    durable.py      how far the uplink may read
    reader.py       reading for the uplink and for people
    stocktaking.py  what is held, and whether it is whole

The client's TinyDB stores the records: each enters by `TinyDB.insert` and is found by TinyDB's
queries. Only the Storage below it is ours, because the stock one rewrites its whole file at every
insert and can lose all of it in a power cut.
"""
