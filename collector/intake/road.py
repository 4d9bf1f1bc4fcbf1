"""The road to the gates: keeps the broker's retained messages as our own folder has them.

What the broker keeps is a cache: it forgets when it restarts, and whoever broke into it may put
something else there. Decides with values; knows no socket and no clock. `heard` is told every
retained message and every echo, `due` says what to publish.
"""

from collections.abc import Callable, Iterable, Mapping

from collector.intake.desk import Answer
from wire import topics

SETTLE_S = 2.0
"""After a connection: the broker first tells what it has kept."""
AGAIN_S = 10.0
"""What was published and did not come back as an echo by then is published again."""
LOOK_S = 1.0

Wanted = Callable[[], Iterable[tuple[str, str, bytes]]]


def is_ours(topic: str) -> bool:
    """Say whether a topic is one that only the collector writes and the broker keeps."""
    parts = topics.split(topic)
    return parts is not None and (parts[1] in topics.KEPT or parts[0] == topics.ALL)


class Road:
    """What is kept at the broker, against what should be."""

    def __init__(self) -> None:
        """Begin without a connection."""
        self._there: dict[str, bytes] = {}
        self._sent: dict[str, float] = {}
        self._wanted: Mapping[str, bytes] = {}
        self._settled_s = float("inf")

    def connected(self, now_s: float) -> None:
        """Forget what the last connection's broker had."""
        self._there, self._sent = {}, {}
        self._settled_s = now_s + SETTLE_S

    def want(self, parcels: Iterable[tuple[str, str, bytes]]) -> None:
        """Take what is to be kept: (gate or `all`, leaf, payload)."""
        self._wanted = {topics.topic(gate, leaf): data for gate, leaf, data in parcels}

    def heard(self, topic: str, payload: bytes) -> None:
        """Take what the broker keeps, or an echo of what somebody has published."""
        if payload:
            self._there[topic] = payload
        else:
            self._there.pop(topic, None)
        if self._wanted.get(topic, b"") == payload:
            self._sent.pop(topic, None)

    def due(self, now_s: float) -> tuple[Answer, ...]:
        """Return what is to be published, retained; an empty payload clears what is there."""
        if now_s < self._settled_s:
            return ()
        late = {topic for topic, at_s in self._sent.items() if now_s - at_s >= AGAIN_S}
        differing = [
            Answer(topic, self._wanted.get(topic, b""))
            for topic in sorted(self._wanted.keys() | self._there.keys())
            if self._wanted.get(topic, b"") != self._there.get(topic, b"")
            and (topic not in self._sent or topic in late)
        ]
        self._sent |= {each.topic: now_s for each in differing}
        return tuple(differing)
