"""A desk that runs for real in a folder, and an attendant's browser before it."""

import http.client
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from broker.launch import free_port
from device import config, enrol
from device.desk.desk import Desk
from device.journal import durable
from device.journal.reader import JournalReader
from device.wiring import reception
from provisioning import gates
from provisioning.authority import Authority
from tests.device.site import NOW
from wire.canonical import Document
from wire.record import Direction, Key, Scan, to_record
from wire.sealing import open_data_key, place

GATE, PLACE = "ban-1", "Trạm y tế Xã Mẫu"
NAME, PASSWORD = "Cô Hoa", "bàn phím 123"
BOTH = (Direction.IN, Direction.OUT)


class Counter:
    """One desk in a folder."""

    def __init__(self, folder: Path, home: Authority, ways: tuple[Direction, ...] = BOTH) -> None:
        self.folder, self.home = folder, home
        self.keys, self.state = folder / "keys", folder / "state"
        self.keys.mkdir(parents=True)
        self.port = free_port()
        shutil.copy(home.folder / "root.json", self.keys / enrol.ROOT)
        answer = gates.enrol(
            home,
            enrol.make_keys(self.keys),
            gate=GATE,
            place=PLACE,
            area="Xã Mẫu",
            sector="health",
            directions=ways,
            now=NOW,
            replace=True,
        )
        enrol.accept(self.keys, answer, enrol.root_key(self.keys / enrol.ROOT))
        self.configure()
        self.built: Desk | None = None

    def configure(self, more: str = "", broker: int = 8883) -> None:
        """Write the configuration."""
        text = CONFIG.format(port=self.port, broker=broker) + more
        (self.folder / "gate.toml").write_text(text, encoding="utf-8")

    @property
    def found(self) -> config.Config:
        return config.load(self.folder / "gate.toml")

    def hire(self, name: str = NAME, password: str = PASSWORD) -> None:
        """Let somebody log in."""
        reception.attendants(self.found).put(name, password)

    @contextmanager
    def open(self) -> Iterator[Desk]:
        """Run the desk in a thread of its own until left."""
        with reception.desk(self.found) as built:
            failed: list[BaseException] = []

            def run() -> None:
                try:
                    built.run()
                except BaseException as error:  # noqa: BLE001  (told to the test)
                    failed.append(error)

            thread = threading.Thread(target=run)
            thread.start()
            try:
                wait_for(self.port, thread)
                yield built
            finally:
                built.stop()
                thread.join(20)
            if failed:
                raise failed[0]

    def records(self) -> list[Document]:
        """Return all that is in the journal."""
        end = durable.read(self.folder / "run")
        assert end is not None
        found: list[Document] = []
        with JournalReader(self.state / "journal") as reader:
            reader.seek(1)
            while reader.next <= end.seq:
                found += reader.take(end.seq, 256).documents
        return found

    def scans(self) -> list[tuple[Scan, Document]]:
        """Return every scan with what the vault would open of it."""
        found = [to_record(each) for each in self.records()]
        pem = (self.home.folder / "vault/seal.pem").read_bytes()
        seal = load_pem_private_key(pem, password=None)
        assert isinstance(seal, X25519PrivateKey)
        keys = {
            each.seq: open_data_key(each.sealed, seal) for each in found if isinstance(each, Key)
        }
        end = durable.read(self.folder / "run")
        journal = end.journal if end else ""
        return [
            (
                each,
                keys[each.key].open(each.sealed, place(GATE, journal, each.seq))
                if each.key and each.sealed
                else {},
            )
            for each in found
            if isinstance(each, Scan)
        ]


class Browser:
    """An attendant's browser: cookies, and the form of the page that it sees."""

    def __init__(self, port: int, agent: str = "Firefox", address: str = "127.0.0.1") -> None:
        self.port, self.agent, self.address = port, agent, address
        self.cookies: dict[str, str] = {}
        self.status, self.text, self.body = 0, "", b""
        self.location, self.headers = "", http.client.HTTPMessage()

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        follow: bool = True,
    ) -> "Browser":
        """Send one request; follow it to where the answer leads."""
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        usual = {"User-Agent": self.agent, "Cookie": jar, "Host": f"localhost:{self.port}"}
        line = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=20, source_address=(self.address, 0)
        )
        line.request(method, path, body, {**usual, **(headers or {})})
        answer = line.getresponse()
        self.status, self.body = answer.status, answer.read()
        self.headers = answer.headers
        self.text = self.body.decode("utf-8", "replace")
        self.location = answer.headers.get("Location", "")
        line.close()
        for each in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = each.partition(";")[0].partition("=")
            self.cookies[name] = value
        if follow and self.status == 303:
            return self.ask("GET", self.location, headers=headers)
        return self

    def get(self, path: str) -> "Browser":
        return self.ask("GET", path)

    def post(self, path: str, fields: dict[str, str], **more: Any) -> "Browser":  # noqa: ANN401
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        kind |= more.pop("headers", {})
        return self.ask("POST", path, urlencode(fields).encode(), kind, **more)

    def upload(self, path: str, fields: dict[str, str], data: bytes) -> "Browser":
        mark = "xXxXx"
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        )
        body = b"".join([*parts, head.encode(), data, f"\r\n--{mark}--\r\n".encode()])
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        return self.ask("POST", path, body, kind)

    def log_in(self, name: str = NAME, password: str = PASSWORD) -> "Browser":
        return self.post("/login", {"name": name, "password": password})

    def form(self, action: str = "/enter") -> dict[str, str]:
        """Return the hidden fields of the form on this page that goes there."""
        found = re.search(rf'<form [^>]*action="{action}"[^>]*>(.*?)</form>', self.text, re.DOTALL)
        assert found, self.text
        hidden = re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', found[1])
        return dict(hidden)


def wait_for(port: int, thread: threading.Thread) -> None:
    """Wait until the desk listens."""
    while thread.is_alive():
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            thread.join(0.02)
        else:
            return


CONFIG = """\
[folders]
state = "state"
run = "run"
keys = "keys"

[camera]
source = "none"

[clock]
vouched = true

[journal]
segment_records = 8

[link]
brokers = [{{ host = "localhost", port = {broker} }}]
retry_s = 1.0
reconnect_max_s = 0.2

[desk]
port = {port}
"""
PERSON = {
    "name": "Nguyễn Thị Mẫu",
    "born": "15/06/1950",
    "sex": "female",
    "number": "",
    "phone": "",
    "commune": "Xã Mẫu",
    "seen": "none",
    "way": "in",
}
CARD = "079150001234|301234567|Nguyễn Thị Mẫu|15061950|Nữ|Ấp 1, Xã Mẫu, Tỉnh Mẫu|01012022"
