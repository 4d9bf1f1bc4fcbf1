"""The gate's way to the district: a process of its own, with the network and without the door.

    outbox.py   what to send next: a window over the journal, as values
    link.py     one MQTT connection; paho's one home
    uplink.py   the loop: journal -> broker, receipts -> inbox

It carries records and receipts and can change neither: records are chained and sealed by the
scanner, and receipts are signed by the collector and checked again by the scanner.
"""
