"""The least that a district's configuration says. `[web]` is last: a test adds what it needs."""

PLAIN = """
[ledger]
path = "ledger.db"
[roster]
path = "roster.json"
[broker]
host = "127.0.0.1"
ca = "ca.pem"
certificate = "c.pem"
key = "k.pem"
[receipt]
key = "r.pem"
[web]
state = "web"
"""
