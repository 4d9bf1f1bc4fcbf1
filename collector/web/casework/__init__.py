"""The pages on which an officer works a case: trace, list, timeline, audit.

Everything about people is asked of the vault through the port in `desk.py`; nothing here holds a
key, and no page decides what its reader may see: what is not theirs does not come out of the vault.
"""
