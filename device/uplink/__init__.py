"""The gate's way to the district: a process of its own, with the network and without the door.

    uplink.py     the loop: journal -> broker, receipts and documents -> inbox
    route.py      which broker to try, when and how, as values
    link.py       one MQTT connection; paho's one home. tls.py: who we are, whom we believe
    lane.py       one journal on its way; outbox.py: what of it is due, as values
    retired.py    journals that were given up, behind the one of now
    receipts.py   the collector's answers; tray.py: what is laid for the scanner
    about.py      what the gate says of itself

It carries records and receipts and can change neither: records are chained and sealed by the
scanner, and receipts are signed by the collector and checked again by the scanner. Policies, lists
and commands it carries unread.
"""
