"""The database is away for a while, or the disk is full: nothing confirmed is lost, all come back.

Real Mosquitto, a PostgreSQL and a disk of their own, and the collector's processes. How long the
database is away says GATE_OUTAGE_S, in seconds: `make nightly` has ten minutes.
"""

import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bench.boardpages import COMMAND, PASSWORD, Browser
from bench.up import ISSUING
from broker.launch import free_port
from collector.cases.roles import Actor, Role
from collector.config import load
from collector.dispatch.client import dispatching
from collector.errors import CollectorError, DatabaseAway
from collector.issuing.client import issuing
from collector.ledger import opened
from collector.vault import client, custody, folder
from collector.vault.custody import Secrets
from collector.vault.errors import VaultAway
from tests.collector.disks import full
from tests.collector.intake.test_process import District, Gate, start
from tests.collector.postgres import Cluster, cluster
from tests.collector.vault.conftest import CHEAP, WORDS, SealingGate, card
from tests.waiting import until

OUTAGE_S = float(os.environ.get("GATE_OUTAGE_S", "20"))
AWAY = "database-away"
BOARDS = ("/gates", "/district")
PROCESSES = (("intake",), ("vault", "run"), ("web",), ("desk",), ("dispatch",), ("public",))
KEYS = {
    **{f"issuing/{name}": source for name, source in ISSUING.items()},
    **{f"dispatching/{name}": f"signing/{name}" for name in ("command", "policy")},
}
MORE = """
port = {web}
demonstration = true
[public]
port = {public}
[vault]
state = "vault"
[issuing]
keys = "issuing"
state = "desk"
[dispatch]
keys = "dispatching"
state = "dispatch"
"""

pytestmark = [pytest.mark.journey, pytest.mark.timeout(500 + OUTAGE_S)]


OFFICER = Actor("board", Role.DISTRICT)


@contextmanager
def running(district: District, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    child = start(district.config, *words)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        _, errors = child.communicate(timeout=30)
        assert child.returncode == 0, errors[-2000:]


def tally(district: District) -> tuple[int, int, int]:
    with opened.view(load(district.config).ledger) as view:
        return next(((each.rows, each.doubles, each.missing) for each in view.tallies()), (0, 0, 0))


@pytest.fixture
def server() -> Iterator[Cluster]:
    made = cluster(())
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(made.folder)


@pytest.fixture
def district(tmp_path: Path, server: Cluster) -> District:
    made = District(tmp_path)
    text = made.config.read_text(encoding="utf-8")
    text = text.replace('path = "ledger.db"', f'postgres = "{server.database()}"')
    text += MORE.format(web=free_port(), public=free_port())
    made.config.write_text(text, encoding="utf-8")
    for name, source in KEYS.items():
        path = tmp_path / f"{name}.pem"
        path.parent.mkdir(mode=0o700, exist_ok=True)
        shutil.copy2(made.authority.folder / f"{source}.pem", path)
    setup = start(made.config, "database", "setup", "--user", "postgres")
    assert setup.communicate(timeout=60)[1] == b""
    home = tmp_path / "vault"
    folder.prepare(home)
    pem = (tmp_path / "authority/vault/seal.pem").read_bytes()
    raw = load_pem_private_key(pem, None).private_bytes_raw()  # type: ignore[union-attr]
    secrets = Secrets(raw, bytes(range(32)))
    kid = made.authority.public.seal.kid
    folder.save(home, custody.wrapped(secrets, kid, WORDS, 2, cost=CHEAP))
    return made


def fetched(port: int) -> int:
    """Return how the public page answers; 0 if it does not."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def told(ask: Callable[[], object]) -> str:
    """Return the code of the error that a question meets; nothing if it is answered."""
    try:
        ask()
    except CollectorError as error:
        return error.code
    return ""


def sightings(district: District) -> int:
    try:
        return client.connected(load(district.config).vault_socket).status().sightings
    except (VaultAway, DatabaseAway):
        return -1


def test_the_database_is_gone_for_a_while_and_everything_comes_back(
    district: District, server: Cluster
) -> None:
    config = load(district.config)
    pen = SealingGate("g1")
    now = time.time_ns() // 1_000_000  # noqa: TID251  # what the real processes go by
    pen.renew(now, district.authority.public.seal)
    for each in range(60):
        pen.passes(card(each), now + each)
    adding = [*COMMAND, "user", "add", "--role", "operator", "board", "--password-stdin"]
    subprocess.run(
        [*adding, "--config", str(district.config)],
        input=f"{PASSWORD}\n".encode(),
        check=True,
        capture_output=True,
    )
    assert config.officers_desk is not None
    assert config.dispatching is not None
    desk, dispatch = issuing(config.officers_desk), dispatching(config.dispatching)

    def codes() -> list[str]:
        return [told(lambda: desk.teams("truong")), told(lambda: dispatch.rollouts(OFFICER))]

    with ExitStack() as stack:
        stack.enter_context(district.broker())
        processes = [stack.enter_context(running(district, *words)) for words in PROCESSES]
        until(lambda: sightings(district) >= 0, seconds=60)
        until(lambda: fetched(config.public.port) == 200, seconds=60)
        until(lambda: codes() == ["", ""], seconds=60)
        gate = Gate(district)
        gate.insist(pen.payload(1, 20), 20)
        vault = client.connected(config.vault_socket)
        for name in ("lan", "hoa"):
            vault.unlock(name, WORDS[name])
        until(lambda: sightings(district) == 19, seconds=60)
        officer = Browser(config.web.port)
        stack.callback(officer.close)
        officer.log_in()
        assert AWAY not in "".join(officer.ask(page)[1] for page in BOARDS)

        server.stop(signal.SIGQUIT)
        over = time.monotonic() + OUTAGE_S  # noqa: TID251  # the real one
        while time.monotonic() < over:  # noqa: TID251  # the same
            gate.send("scan", pen.payload(21, 40))
            assert gate.await_receipt(21, wait_s=1) is None, "what is not stored is not confirmed"
            assert codes() == [AWAY, AWAY]
            until(lambda: all(AWAY in officer.ask(page)[1] for page in BOARDS), seconds=60)
            assert fetched(config.public.port) in (200, 503), "a question, or a sentence"
            assert [each.poll() for each in processes] == [None] * len(PROCESSES)

        server.start()
        assert gate.insist(pen.payload(21, 40), 40).hash == pen.chain[40].hex()
        gate.insist(pen.payload(41, 61), 61)
        until(lambda: sightings(district) == 60, seconds=60)
        until(lambda: codes() == ["", ""], seconds=60)
        until(lambda: AWAY not in "".join(officer.ask(page)[1] for page in BOARDS), seconds=60)
        assert fetched(config.public.port) == 200
        assert [each.poll() for each in processes] == [None] * len(PROCESSES)
        gate.close()
    assert tally(district) == (61, 0, 0)


def test_a_full_disk_confirms_nothing_and_goes_on_when_there_is_room(
    tmp_path: Path, small: Path, journal: Callable[..., Any]
) -> None:
    district = District(tmp_path)
    text = district.config.read_text(encoding="utf-8")
    text = text.replace('path = "ledger.db"', 'path = "disk/ledger.db"')
    district.config.write_text(text, encoding="utf-8")
    pen = journal("g1", "j1").scan(3000)
    with district.broker(), running(district, "intake") as intake:
        gate = Gate(district)
        gate.insist(pen.payload(1, 50), 50)
        with full(small):
            for first in range(51, 3000, 50):
                gate.send("scan", pen.payload(first, first + 49, historical=True))
            assert gate.await_receipt(3000, wait_s=5) is None
            said = gate.high
            assert intake.poll() is None, "it waits"
            assert tally(district)[0] >= said, "all that was confirmed is there"
        assert gate.insist(pen.payload(2951, 3000), 3000).hash == pen.chain[3000].hex()
        gate.close()
    assert tally(district) == (3000, 0, 0)
