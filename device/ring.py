"""The gate's own log on the card: small, structured, and there after a power cut.

A Raspberry Pi keeps its system log in memory. What changed and what went wrong is kept here as
well, a line of JSON each, in two files of a fixed size that take turns. What happens with every
person is not a change: it is in the journal. Nothing a code said is ever logged, here or anywhere.
"""

import json
from pathlib import Path
from typing import Any

from structlog.typing import EventDict, WrappedLogger

BYTES = 256 * 1024
"""Of one of the two files."""
LONGEST = 4_096
"""Characters of a line; a longer one is left out, for it says more than an event does."""
COMMON = frozenset({"passage", "guidance", "receipt.taken", "segment.sealed", "segment.dropped"})
"""Events of an ordinary day, of which there would be thousands."""
NOW, BEFORE = "log.jsonl", "log.before.jsonl"


class Ring:
    """A structlog processor that keeps events and passes them on unchanged. It never raises."""

    def __init__(self, folder: Path, most: int = BYTES) -> None:
        """Keep them in `folder`, which only this process writes."""
        self._folder, self._most = folder, most

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        """Keep `event` unless it is of an ordinary day."""
        del logger
        if event.get("event") not in COMMON or method in ("error", "critical"):
            self._keep(dict(event))
        return event

    def _keep(self, event: dict[str, Any]) -> None:
        line = json.dumps(event, default=str, ensure_ascii=False)
        if len(line) > LONGEST:
            return
        path = self._folder / NOW
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if path.exists() and path.stat().st_size > self._most:
                path.replace(self._folder / BEFORE)
            with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(line + "\n")
        except OSError:
            return  # the door goes on; the same event is in the system's log


def last(folder: Path, events: frozenset[str]) -> dict[str, Any] | None:
    """Return the newest kept event that is one of `events`; None if there is none."""
    for name in (NOW, BEFORE):
        try:
            lines = (folder / name).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        for line in reversed(lines):
            try:
                found = json.loads(line)
            except ValueError:
                continue
            if isinstance(found, dict) and found.get("event") in events:
                return found
    return None
