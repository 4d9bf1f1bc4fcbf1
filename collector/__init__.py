"""The district's side: scans come in from the gates, are stored, and are shown to officers.

Each process has its folder: `intake` takes records from the broker into the `ledger`, `web` shows
the ledger to officers. They meet only there, and neither holds a key that opens a sealed field.
"""
