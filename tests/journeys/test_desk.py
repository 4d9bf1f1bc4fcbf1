"""A desk without a network registers people and a paper log; later all of it arrives, once.

Real Mosquitto with mutual TLS, the desk's page over HTTP, the commands of desk, uplink and intake;
the vault's own code opens what arrived.
"""

import datetime as dt
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from broker.launch import free_port
from collector.database.made import made
from collector.database.sqlite import SqliteDatabase
from collector.ledger.sqliteview import SqliteView
from collector.people import schema
from collector.people.places import Place
from collector.trace.entries import Doubt, Flag, How
from collector.vault import custody, folder
from collector.vault.custody import Cost, Secrets
from collector.vault.epochfile import EpochFile
from collector.vault.strongroom import Strongroom
from demo.programs import Program
from device.desk.log import ZONE
from device.journal import durable
from provisioning.authority import Authority
from tests.device.desk.counter import CARD, GATE, PERSON, Browser, Counter
from tests.device.site import create
from tests.waiting import until
from wire.sealing import seal_key

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

WORDS = {"lan": "một hai ba bốn năm sáu", "hoa": "xuân hạ thu đông mưa nắng"}
HALF_HOUR = 30 * 60_000


class District:
    """A desk, its uplink, a broker and intake, each a program that can be killed."""

    def __init__(self, home: Path) -> None:
        self.authority: Authority = create(home / "authority")
        self.counter = Counter(home / "desk", self.authority)
        self.counter.hire()
        self.ledger = home / "ledger.db"
        port, keys = free_port(), self.authority.folder / "collector"
        self.counter.configure(broker=port)
        config = home / "collector.toml"
        config.write_text(
            COLLECTOR.format(
                ledger=self.ledger,
                roster=self.authority.folder / "roster.json",
                keys=keys,
                port=port,
            )
        )
        logs = home / "logs"
        logs.mkdir()

        def program(name: str, *words: str) -> Program:
            return Program(name, [sys.executable, *words], logs, None)

        where = ["--config", str(self.counter.folder / "gate.toml")]
        main = "import sys; from {0}.cli import main; sys.exit(main(sys.argv[1:]))"
        self.desk = program("desk", "-c", main.format("device"), "desk", *where)
        self.uplink = program("uplink", "-c", main.format("device"), "uplink", *where)
        broker = [str(self.authority.folder / "broker"), "--port", str(port)]
        self.broker = program("broker", "-m", "broker", *broker)
        intake = ["intake", "--config", str(config)]
        self.intake = program("intake", "-c", main.format("collector"), *intake)

    def log_in(self) -> Browser:
        """Wait for the desk's page and log in there."""
        browser = Browser(self.counter.port)
        until(lambda: reached(browser), "the desk does not answer", 40)
        return browser.log_in()

    def waiting(self) -> int:
        """Return how many records the district has not confirmed."""
        end = durable.read(self.counter.folder / "run")
        assert end is not None
        return end.seq - end.confirmed

    def stop(self) -> None:
        for each in (self.uplink, self.desk, self.intake, self.broker):
            each.stop()


def reached(browser: Browser) -> bool:
    try:
        return browser.get("/login").status == 200
    except OSError:
        return False


@pytest.fixture
def district(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[District]:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    found = District(tmp_path)
    yield found
    found.stop()


def register(browser: Browser, **typed: str) -> dict[str, str]:
    """Register somebody; return what was sent, to be sent again."""
    sent = {**browser.get("/").form(), **PERSON, **typed}
    browser.post("/enter", sent)
    assert "Đã đăng ký." in browser.text
    return sent


def yesterday() -> dt.datetime:
    now = dt.datetime.now(ZONE)  # noqa: TID251  (a sheet of yesterday's)
    return (now - dt.timedelta(days=1)).replace(hour=8, minute=0, second=0, microsecond=0)


def sheet(at: dt.datetime) -> dict[str, str]:
    """Return two lines: one with both times, one of somebody who was not seen leaving."""
    return {
        "day": at.date().isoformat(),
        "within": "30",
        "looked": "1",
        "in.0": "8:00",
        "out.0": "11h00",
        "name.0": "Lê Thị Giấy",
        "born.0": "1948",
        "number.0": "079148009999",
        "in.1": "9:15",
        "name.1": "Phạm Văn Giấy",
        "born.1": "1990",
        "phone.1": "0912345678",
    }


def offline(district: District, on_paper: dt.datetime) -> None:
    """Three people and a paper log, and the power fails in between."""
    district.desk.start()
    browser = district.log_in()
    register(browser)
    last = register(browser, name="Trần Văn Mẫu", seen="card", number="079190001111")
    district.desk.kill()
    district.desk.start()
    after = district.log_in()
    csrf = after.get("/").form()["csrf"]
    after.post("/enter", {**last, "csrf": csrf})
    assert "Đã lưu từ trước" in after.text
    after.post("/read", {**after.get("/").form("/read"), "code": CARD, "way": "in"})
    after.post("/enter", {**after.form(), "way": "in", "looked": "1", "phone": "0987654321"})
    sent = {**after.get("/paper").form("/paper"), **sheet(on_paper)}
    for _ in range(2):
        after.post("/paper", sent)
        assert "Đã lưu 2 dòng, 3 bản ghi." in after.text


def test_what_a_desk_has_registered_offline_arrives_once_and_is_traced_with_its_bounds(
    district: District, tmp_path: Path
) -> None:
    at = yesterday()  # asked once: a day may end meanwhile
    offline(district, at)
    assert district.waiting() > 6
    for each in (district.broker, district.intake, district.uplink):
        each.start()
    until(lambda: district.waiting() == 0, "not all is confirmed", 90)
    district.uplink.kill()  # and once more, for whoever would send it all again
    district.uplink.start()
    until(lambda: district.waiting() == 0, "not all is confirmed", 60)
    district.stop()
    with SqliteView(district.ledger) as view:
        raws = view.after(0, 10_000)
    assert [each.seq for each in raws] == list(range(1, len(raws) + 1))
    assert {each.gate for each in raws} == {GATE}
    assert sum(each.t == "scan" for each in raws) == 6
    clear = b"".join(each.raw for each in raws)
    assert not any(each.encode() in clear for each in ("Mẫu", "Giấy", "0987654321", "079148009999"))
    traced(district, tmp_path / "vault", at)


def traced(district: District, home: Path, on_paper: dt.datetime) -> None:
    """Open what arrived, with the authority's own key, and look at sightings and stays."""
    pem = (district.authority.folder / "vault/seal.pem").read_bytes()
    seal = load_pem_private_key(pem, password=None)
    assert isinstance(seal, X25519PrivateKey)
    secrets = Secrets(seal.private_bytes_raw(), bytes(range(32)))
    folder.prepare(home)
    kid = seal_key(seal.public_key()).kid
    folder.save(home, custody.wrapped(secrets, kid, WORDS, 2, cost=Cost(log2_n=4)))
    with ExitStack() as stack:
        view = stack.enter_context(SqliteView(district.ledger))
        people = SqliteDatabase(home / folder.PEOPLE)
        stack.callback(people.close)
        made(people, schema.TABLES, schema.VERSION, schema.APPLICATION)
        here = Place(f"p-{GATE}", "Trạm")
        room = Strongroom(folder.load(home), view, people, EpochFile(home), lambda _: here)
        now = int(time.time() * 1000)  # noqa: TID251  (that of the records)
        for name, words in WORDS.items():
            room.unlock(name, words, now)
        while room.turn(now, now):
            pass
        with people.reading() as session:
            seen = session.rows("SELECT at, span, flags, way FROM sighting ORDER BY at")
            stays = session.rows("SELECT in_lo, in_span, stayed, out_span, how, doubts FROM stay")
            unopened = session.rows("SELECT COUNT(*) FROM unopened")
            persons = session.rows("SELECT COUNT(DISTINCT person) FROM sighting")
    assert unopened == [(0,)]
    assert persons == [(5,)]
    day = int(on_paper.timestamp() * 1000)
    paper = [(at, span, way) for at, span, flags, way in seen if flags & Flag.PAPER]
    assert paper == [
        (day - HALF_HOUR, 2 * HALF_HOUR, 0),
        (day + 75 * 60_000 - HALF_HOUR, 2 * HALF_HOUR, 0),
        (day + 180 * 60_000 - HALF_HOUR, 2 * HALF_HOUR, 1),
    ]
    assert all(flags & Flag.ATTENDED for _, _, flags, _ in seen)
    told = {(How(how), Doubt(doubts)) for *_, how, doubts in stays if doubts & Doubt.PAPER}
    assert (How.SEEN, Doubt.PAPER) in told
    assert len([each for each in stays if each[5] & Doubt.PAPER]) == 2
    assert (day - HALF_HOUR, 2 * HALF_HOUR, 180 * 60_000) in [each[:3] for each in stays]


COLLECTOR = """\
[ledger]
path = "{ledger}"

[roster]
path = "{roster}"

[broker]
host = "localhost"
port = {port}
ca = "{keys}/ca.pem"
certificate = "{keys}/certificate.pem"
key = "{keys}/tls.pem"

[receipt]
key = "{keys}/receipt.pem"

[web]
state = "web"
"""
