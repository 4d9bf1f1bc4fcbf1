"""What the programs tell while they run: one line a passage, and the gates' own events, kept."""

import json
import queue
import time
from typing import Any

from demo.district import Door

Event = dict[str, Any]
SIGNS = {"accepted": "\x1b[32m● yes\x1b[0m", "rejected": "\x1b[31m■ no \x1b[0m"}
EVERY_NS = 2 * 10**9
AGAIN = "\x1b[33m▲ try\x1b[0m"


class Told:
    """Takes in what the gates log, from several threads; gives it out in one."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self._came: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.events: list[Event] = []
        """All events so far, each with the gate's name and when it was heard."""

    def hear(self, gate: str, line: str) -> None:
        """Take a line of a gate's log."""
        try:
            event = json.loads(line)
        except ValueError:
            return
        if isinstance(event, dict):
            self._came.put({**event, "gate": gate})

    def news(self) -> list[Event]:
        """Return what came since the last call."""
        fresh = []
        while not self._came.empty():
            fresh.append(self._came.get())
        self.events += fresh
        return fresh

    def passages(self) -> list[Event]:
        """Return the passages heard of so far."""
        return [each for each in self.events if each.get("event") == "passage"]


class Queues:
    """Tells how many records wait at the gates: from the broker's end until all are confirmed."""

    def __init__(self) -> None:
        """Begin with nothing to tell."""
        self._telling = False
        self._told_ns = 0

    def line(self, waiting: dict[str, int], up_ns: int, *, broken: bool) -> str | None:
        """Return what to print now, if anything."""
        self._telling = self._telling or broken
        if not self._telling or up_ns - self._told_ns < EVERY_NS:
            return None
        self._told_ns = up_ns
        self._telling = broken or sum(waiting.values()) > 0
        counts = "  ".join(f"{gate} {count}" for gate, count in waiting.items())
        return f"{_clock()}         waiting to be confirmed:  {counts}"


def line(event: Event, doors: dict[str, Door]) -> str | None:
    """Return what to print for an event, or None if it is not worth a line."""
    match event.get("event"):
        case "passage":
            door = doors[event["gate"]]
            sign = SIGNS[event["outcome"]]
            if event["reason"] in ("wrong-kind", "not-a-pass"):
                sign = AGAIN
            ms = (event["shown_ns"] - event["captured_ns"]) / 1e6
            return (
                f"{_clock()}  {sign}  {door.place:<24}  {event['direction']:<3}  "
                f"{event['kind']:<12}  {event['reason']:<14}  {event['signature']:<11}  "
                f"{event['identity']:<8}  #{event['seq']:<4} {ms:4.0f} ms"
            )
        case "uplink.lost" | "uplink.back" | "journal.full" as name:
            return f"{_clock()}  {'':5}  {doors[event['gate']].place:<24}  {name}"
        case _:
            return None


def _clock() -> str:
    return time.strftime("%H:%M:%S")
