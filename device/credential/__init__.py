"""What a code is: one kind per file, tried in one order, and nothing judged yet.

Parsing is pure and total: any bytes give a Credential, never an exception. A code that is none of
ours becomes a class of wrong code, which is all that is ever kept of it.
"""

from device.credential.kinds import classify

__all__ = ["classify"]
