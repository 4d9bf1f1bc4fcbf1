"""Whoever sits at the broker: hears everything that the gates say, with intake's own rights."""

import queue
import ssl
from pathlib import Path

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from wire import batch
from wire.canonical import canonical
from wire.errors import WireError


class Recorder:
    """A subscriber that keeps what it hears."""

    def __init__(self, home: Path, port: int) -> None:
        """Take the authority's folder; `start` connects."""
        self._heard: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._port = port
        self._client = Client(CallbackAPIVersion.VERSION2, "intake", protocol=MQTTv5)
        folder = home / "collector"
        self._client.tls_set(
            str(folder / "ca.pem"),
            str(folder / "certificate.pem"),
            str(folder / "tls.pem"),
            cert_reqs=ssl.CERT_REQUIRED,
        )
        self._client.on_message = lambda *args: self._heard.put(args[2].payload)

    def start(self) -> None:
        """Connect and listen, in a thread of the library's."""
        self._client.connect("localhost", self._port)
        self._client.subscribe([(f"gq/v1/+/{leaf}", 1) for leaf in ("scan", "state", "health")])
        self._client.loop_start()

    def stop(self) -> bytes:
        """End; return everything that was heard, unpacked too where it was compressed."""
        self._client.disconnect()
        self._client.loop_stop()
        taken = []
        while not self._heard.empty():
            payload = self._heard.get()
            taken.append(payload)
            try:
                taken.append(canonical({"all": batch.unpack(payload).documents()}))
            except WireError:
                continue
        return b"\n".join(taken)
