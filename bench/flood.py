"""`python -m bench.flood`: live records of one gate, as fast as the gate's own link takes them.

One record a message, over the link that the uplink uses. It prints when it began, and when the
receipt came that covers them all; a sink that gives no receipts says itself when it is done.
"""

import argparse
import select
import time
from datetime import UTC, datetime
from pathlib import Path

from device.uplink.link import Address, Came, Down, Link, Up, Will
from wire import receipt, topics

SETTLE_S = 0.3
"""After the last message without receipts: what is on its way arrives."""


def main() -> None:
    """Send every line of a file as a message."""
    parser = argparse.ArgumentParser()
    parser.add_argument("gate")
    parser.add_argument("port", type=int)
    parser.add_argument("credentials", type=Path)
    parser.add_argument("messages", type=Path)
    parser.add_argument("--receipts", type=int, default=0, help="wait until this seq is covered")
    asked = parser.parse_args()
    lines = asked.messages.read_bytes().splitlines()
    link = _linked(asked.gate, asked.port, asked.credentials)
    high, sent = 0, 0
    topic = topics.topic(asked.gate, topics.SCAN)
    print(f"began {time.monotonic_ns()}", flush=True)
    while sent < len(lines) or link.load > 0 or high < asked.receipts:
        _turn(link)
        while sent < len(lines) and link.takes_more:
            link.publish(topic, lines[sent], weight=1)
            sent += 1
        while link.events:
            event = link.events.popleft()
            if isinstance(event, Down):
                raise event.error
            if isinstance(event, Came) and asked.receipts:
                high = max(high, receipt.claimed(event.payload).high)
    print(f"ended {time.monotonic_ns()}", flush=True)
    link.close()


def _linked(gate: str, port: int, credentials: Path) -> Link:
    address = Address("localhost", port, gate, credentials, 30)
    will = Will(topics.topic(gate, topics.STATE), b"{}")
    wants = tuple(topics.topic(gate, leaf) for leaf in topics.TO_GATE)
    link = Link(address, will, wants, datetime.now(UTC))
    while not any(isinstance(each, Up) for each in link.events):
        _turn(link)
    link.events.clear()
    return link


def _turn(link: Link) -> None:
    ready, writes, _ = select.select(link.readable, link.writable, [], 0.2)
    link.turn(readable=bool(ready), writable=bool(writes))


if __name__ == "__main__":
    main()
