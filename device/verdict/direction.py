"""Which way a person passes at a door that serves both ways.

By alternation: who was last let in goes out next. A door with one way needs no memory.
"""

from device.flow import Credential, Verdict
from wire.gatepass import Parsed
from wire.record import Direction, Outcome


class Alternation:
    """Remembers, in memory only, who went in at this door."""

    def __init__(self, directions: tuple[Direction, ...]) -> None:
        """Serve these directions; with one of them it is always that one."""
        self._directions = directions
        self._inside: set[bytes] = set()

    def of(self, credential: Credential) -> Direction:
        """Return the way in which the holder would pass now."""
        if len(self._directions) == 1:
            return self._directions[0]
        return Direction.OUT if _number(credential) in self._inside else Direction.IN

    def passed(self, credential: Credential, verdict: Verdict) -> None:
        """Remember a passage that was accepted and stored."""
        number = _number(credential)
        if number is None or verdict.outcome is not Outcome.ACCEPTED:
            return
        if len(self._directions) == 1:
            return
        if verdict.direction is Direction.IN:
            self._inside.add(number)
        else:
            self._inside.discard(number)


def _number(credential: Credential) -> bytes | None:
    return credential.content.claims.number if isinstance(credential.content, Parsed) else None
