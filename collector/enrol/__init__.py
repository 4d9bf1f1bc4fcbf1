"""The enrolment process: makes enrolment codes, and turns the gates that used them into gates.

    desk.py      who gets what: the decisions
    book.py      which codes were made, and which key used each; SQLite
    leaf.py      a gate's certificate
    documents.py what a gate is handed with it: policy, lists, signers
    keys.py      what this process holds: the short-lived key for enrolment, the CA of gates
    door.py      HTTPS towards the gates
    process.py   puts it together, with the counter towards the pages (collector/counter.py)

It alone holds the key for enrolment and that of the gates' CA, and no other key; it reaches neither
broker nor ledger. Whoever steals it can admit gates until its keys end, and nothing else.
"""
