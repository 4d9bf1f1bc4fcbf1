"""When a gate notes where the district's audit stood.

A receipt says it now and then. Noted in the gate's own chain and signed with its head, it binds
whoever keeps the audit: rows before it can no longer be changed unseen. Pure: it is told the time.
"""

import msgspec

from wire.receipt import Receipt, Witnessed

AGAIN_NS = 6 * 3600 * 10**9
"""Often enough to bind a day, seldom enough to cost the card nothing."""


class Witness:
    """What was heard of the audit and is not noted yet."""

    def __init__(self) -> None:
        """Know of nothing."""
        self._heard: Witnessed | None = None
        self._noted: Witnessed | None = None
        self._noted_ns: int | None = None

    def hear(self, receipt: Receipt) -> None:
        """Take what a receipt says, its signature checked."""
        if receipt.audit is not None:
            self._heard = receipt.audit

    def due(self, up_ns: int) -> dict[str, object] | None:
        """Return what is to be noted now, or None: the same is not noted twice."""
        if self._heard is None or self._heard == self._noted:
            return None
        if self._noted_ns is not None and up_ns - self._noted_ns < AGAIN_NS:
            return None
        return dict(msgspec.to_builtins(self._heard))

    def noted(self, up_ns: int) -> None:
        """Say that what was due is stored."""
        self._noted, self._noted_ns = self._heard, up_ns
