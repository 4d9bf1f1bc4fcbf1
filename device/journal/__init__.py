"""The gate's records on its own card: append-only, chained, kept until the collector's receipt.

    segment.py    what a segment is, in bytes
    appendlog.py  TinyDB's Storage for the open segment: one line and one flush per record
    sealed.py     a full segment as plain TinyDB JSON, and the cursor beside it
    store.py      the journal itself: one writer, one sequence, one chain
    durable.py    how far the uplink may read
    reader.py     reading for the uplink and for people

The client's TinyDB stores the records: each enters by `TinyDB.insert` and is found by TinyDB's
queries. Only the Storage below it is ours, because the stock one rewrites its whole file at every
insert and can lose all of it in a power cut.
"""
