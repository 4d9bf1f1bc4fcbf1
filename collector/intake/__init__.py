"""Intake: from the broker into the ledger, and a signed receipt back.

`desk` decides (messages in, a post and receipts out), `link` is the one home of the MQTT library,
`service` is the loop between them. Intake holds no key that opens a sealed field.
"""
