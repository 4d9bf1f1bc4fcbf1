"""Makes a district in a folder: an authority, three enrolled gates, a collector with its pages."""

import json
import os
import secrets
import shutil
from datetime import datetime
from pathlib import Path

import msgspec

from broker.launch import free_port
from demo.crowd import Crowd, Pace, Person, script
from device import enrol
from provisioning import authority as authorities
from provisioning import clock as calendar
from provisioning import gates
from provisioning.authority import Authority
from wire.record import Direction

BOTH = (Direction.IN, Direction.OUT)
AUTHORITY = "Huyện Mỹ Tú (mẫu)"
HELP_LINE = "0900 000 000"
SHARED = Path(__file__).parents[1]


class Door(msgspec.Struct, frozen=True):
    """One of the three gates."""

    gate: str
    place: str
    area: str
    sector: str
    directions: tuple[Direction, ...]
    folder: Path

    @property
    def config(self) -> Path:
        """Return its configuration file."""
        return self.folder / "gate.toml"

    @property
    def run(self) -> Path:
        """Return what would be /run/gate."""
        return self.folder / "run"

    @property
    def journal(self) -> Path:
        """Return its journal's folder."""
        return self.folder / "state/journal"

    @property
    def pins(self) -> Path:
        """Return the file to which its pins write their levels."""
        return self.folder / "pins.jsonl"

    @property
    def frames(self) -> Path:
        """Return the file that says which frame showed whom."""
        return self.folder / "frames.jsonl"

    @property
    def script(self) -> Path:
        """Return what is played at its doorway."""
        return self.folder / "doorway.json"


PLACES = (
    ("ben-xe", "Bến xe Mỹ Tú", "Thị trấn Huỳnh Hữu Nghĩa", "transport", (Direction.IN,)),
    ("tram-y-te", "Trạm y tế Long Hưng", "Xã Long Hưng", "health", (Direction.IN,)),
    ("truong-hoc", "Trường tiểu học Mỹ Hương", "Xã Mỹ Hương", "education", BOTH),
)


class District(msgspec.Struct, frozen=True):
    """All of it."""

    folder: Path
    authority: Authority
    doors: tuple[Door, ...]
    broker_port: int
    web_port: int
    user: str
    password: str

    @property
    def collector(self) -> Path:
        """Return the collector's configuration file."""
        return self.folder / "collector.toml"

    @property
    def ledger(self) -> Path:
        """Return the collector's ledger."""
        return self.folder / "collector/ledger.db"


def build(folder: Path) -> District:
    """Make a new district in `folder`; what an earlier demonstration left there is deleted."""
    folder = folder.resolve()  # the configurations name files in it
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    now = calendar.now()
    authority = authorities.create(folder / "authority", AUTHORITY, help_line=HELP_LINE, now=now)
    district = District(
        folder=folder,
        authority=authority,
        doors=tuple(_door(folder, authority, place, now) for place in PLACES),
        broker_port=free_port(),
        web_port=free_port(),
        user="can-bo",
        password=secrets.token_urlsafe(9),
    )
    for door in district.doors:
        door.config.write_text(_gate_config(door, district.broker_port), encoding="utf-8")
    (folder / "collector").mkdir()
    district.collector.write_text(_collector_config(district), encoding="utf-8")
    return district


def seat(
    district: District,
    people: list[list[Person]],
    start_up_ns: int,
    pace: Pace,
    *,
    repeats: bool,
) -> None:
    """Write what each doorway plays; the doors begin a little apart."""
    for number, (door, crowd) in enumerate(zip(district.doors, people, strict=True)):
        apart = int(number * pace.every_s / len(people) * 1e9)
        played = script(crowd, start_up_ns + apart, seed=number + 1, pace=pace)
        if repeats:
            played["repeat_s"] = len(crowd) * pace.every_s
        door.script.write_text(json.dumps(played, ensure_ascii=False), encoding="utf-8")


def crowd(district: District, seed: int) -> Crowd:
    """Return who may come: with real photos of strangers' codes where those are at hand."""
    photos = shared_photos()
    return Crowd(district.authority, calendar.now(), seed, photos)


def shared_photos() -> Path | None:
    """Return the folder of real photos, or None where it is not at hand."""
    shared = Path(os.environ.get("GATE_SHARED") or SHARED.parent / "shared")
    found = shared / "qr-photos"
    return found if (found / "manifest.tsv").exists() else None


def _door(
    folder: Path,
    authority: Authority,
    place: tuple[str, str, str, str, tuple[Direction, ...]],
    now: datetime,
) -> Door:
    """Make a gate's keys on the gate and let the authority enrol it."""
    gate, name, area, sector, directions = place
    door = Door(gate, name, area, sector, directions, folder / gate)
    keys = door.folder / "keys"
    keys.mkdir(parents=True)
    shutil.copy(authority.folder / "root.json", keys / enrol.ROOT)
    request = enrol.make_keys(keys)
    answer = gates.enrol(
        authority,
        request,
        gate=gate,
        place=name,
        area=area,
        sector=sector,
        directions=directions,
        now=now,
    )
    enrol.accept(keys, answer, enrol.root_key(keys / enrol.ROOT))
    return door


def _gate_config(door: Door, port: int) -> str:
    return f"""\
# The gate "{door.gate}" of the demonstration.
[folders]
state = "state"
run = "run"
keys = "keys"

[camera]
source = "doorway"
script = "doorway.json"
record = "frames.jsonl"

[panel]
board = "mock"
trace = "pins.jsonl"
pins = {{ amber = 22, relay = 26 }}

[clock]
vouched = true

[journal]
segment_records = 32
keep_confirmed_s = 20

[link]
brokers = [{{ host = "localhost", port = {port} }}]
retry_s = 3.0
reconnect_max_s = 2.0
"""


def _collector_config(district: District) -> str:
    authority = district.authority.folder
    return f"""\
# The collector of the demonstration.
[ledger]
path = "collector/ledger.db"

[roster]
path = "{authority / "roster.json"}"

[broker]
host = "localhost"
port = {district.broker_port}
ca = "{authority / "collector/ca.pem"}"
certificate = "{authority / "collector/certificate.pem"}"
key = "{authority / "collector/tls.pem"}"

[receipt]
key = "{authority / "collector/receipt.pem"}"

[vault]
state = "collector/vault"

[web]
state = "collector/web"
demonstration = true
port = {district.web_port}
"""
