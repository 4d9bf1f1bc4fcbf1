"""The authority's desk: its keys, the gates it admits, the passes it issues.

Runs on the authority's own machine and never on a gate; a gate's private keys never come here.
"""
