"""Retention: what is older than the policy says goes, and leaves a receipt that names no person.

`doubt` says whether the server's clock can be believed, `plan` how far each journal goes; both are
pure. `run` does it. Nothing here opens a record.
"""
