"""`python -m bench.sinks KIND`: what else one may put behind the broker.

drop    a subscriber that counts and forgets: the most that broker and transport can do
naive   what one writes first: paho's own loop, and sqlite3 with a commit for each message
"""

import argparse
import json
import sqlite3
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from wire import topics


def main() -> None:
    """Take so many messages and say when the last was dealt with."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["drop", "naive"])
    parser.add_argument("port", type=int)
    parser.add_argument("credentials", type=Path)
    parser.add_argument("messages", type=int)
    parser.add_argument("database", type=Path)
    asked = parser.parse_args()
    deal = _naive(asked.database) if asked.kind == "naive" else _drop
    seen = 0

    def came(client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        nonlocal seen
        deal(bytes(message.payload))
        seen += 1
        if seen == asked.messages:
            print(f"ended {time.monotonic_ns()}", flush=True)
            client.disconnect()

    client = mqtt.Client(CallbackAPIVersion.VERSION2, "intake", protocol=mqtt.MQTTv5)
    folder = asked.credentials
    client.tls_set(
        str(folder / "ca.pem"),
        str(folder / "certificate.pem"),
        str(folder / "tls.pem"),
        cert_reqs=ssl.CERT_REQUIRED,
    )
    client.on_message = came
    client.connect("localhost", asked.port)
    client.subscribe(topics.of_every_gate(topics.SCAN), qos=1)
    client.on_subscribe = lambda *_: print("ready", flush=True)
    client.loop_forever()


def _drop(_payload: bytes) -> None:
    """Forget it."""


def _naive(path: Path) -> Callable[[bytes], None]:
    """Return how a script stores a message."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE scan (gate TEXT, seq INTEGER, wall INTEGER, raw TEXT)")

    def store(payload: bytes) -> None:
        batch = json.loads(payload)
        for scan in batch["scans"]:
            row = (batch["journal"], scan["seq"], scan["wall"], json.dumps(scan))
            db.execute("INSERT INTO scan VALUES (?, ?, ?, ?)", row)
        db.commit()

    return store


if __name__ == "__main__":
    main()
