"""People as numbers: person rows, the aliases that lead to them, and where they were seen.

A sighting points at a person row, which is an arbitrary number, and never at a key. Nothing here
holds a key: who calls hands over the MACs and the sealed fields.
"""
