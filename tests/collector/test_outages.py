"""The database is away for a while, or the disk is full: nothing confirmed is lost, all come back.

Real Mosquitto, a PostgreSQL and a disk of their own, and the collector's processes.
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

from broker.launch import free_port
from collector.config import load
from collector.errors import DatabaseAway
from collector.ledger import opened
from collector.vault import client, custody, folder
from collector.vault.custody import Secrets
from collector.vault.errors import VaultAway
from tests.collector.intake.test_process import District, Gate, start
from tests.collector.postgres import Cluster, cluster
from tests.collector.vault.conftest import CHEAP, WORDS, SealingGate, card
from tests.conftest import left_out

pytestmark = [pytest.mark.journey, pytest.mark.timeout(500)]


@contextmanager
def running(district: District, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    child = start(district.config, *words)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        _, errors = child.communicate(timeout=30)
        assert child.returncode == 0, errors[-2000:]


def until(happened: Callable[[], bool]) -> None:
    for _ in range(1200):
        if happened():
            return
        time.sleep(0.05)
    pytest.fail("it never happened")


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
    text += f'port = {free_port()}\n[vault]\nstate = "vault"\n'
    made.config.write_text(text, encoding="utf-8")
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


def asked(district: District, token: str) -> int:
    """Return how the pages answer a program that asks for figures; 0 if they do not."""
    port = load(district.config).web.port
    request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics")
    request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def sightings(district: District) -> int:
    try:
        return client.connected(load(district.config).vault_socket).status().sightings
    except (VaultAway, DatabaseAway):
        return -1


def test_the_database_is_gone_for_a_while_and_intake_vault_and_pages_come_back(
    district: District, server: Cluster
) -> None:
    pen = SealingGate("g1")
    now = time.time_ns() // 1_000_000  # noqa: TID251  # what the real processes go by
    pen.renew(now, district.authority.public.seal)
    for each in range(60):
        pen.passes(card(each), now + each)
    made = start(district.config, "token", "add", "prometheus", "--scope", "metrics")
    token = made.communicate(timeout=30)[0].decode().split()[-1]
    with ExitStack() as stack:
        stack.enter_context(district.broker())
        for words in (("intake",), ("vault", "run"), ("web",)):
            stack.enter_context(running(district, *words))
        until(lambda: sightings(district) >= 0)
        until(lambda: asked(district, token) == 200)
        gate = Gate(district)
        gate.insist(pen.payload(1, 20), 20)
        vault = client.connected(load(district.config).vault_socket)
        for name in ("lan", "hoa"):
            vault.unlock(name, WORDS[name])
        until(lambda: sightings(district) == 19)

        server.stop(signal.SIGQUIT)
        gate.send("scan", pen.payload(21, 40))
        assert gate.await_receipt(21, wait_s=3) is None, "nothing is confirmed that is not stored"
        assert asked(district, token) in (200, 503), "a sentence, or what was counted before"

        server.start()
        assert gate.insist(pen.payload(21, 40), 40).hash == pen.chain[40].hex()
        gate.insist(pen.payload(41, 61), 61)
        until(lambda: sightings(district) == 60)
        until(lambda: asked(district, token) == 200)
        gate.close()
    assert tally(district) == (61, 0, 0)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Lend a disk of two megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        left_out("no disk can be mounted here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


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
        filler = small / "filler"
        with filler.open("wb", buffering=0) as file:
            while True:
                try:
                    file.write(bytes(4096))
                except OSError:
                    break
        for first in range(51, 3000, 50):
            gate.send("scan", pen.payload(first, first + 49, historical=True))
        assert gate.await_receipt(3000, wait_s=5) is None
        said = gate.high
        assert intake.poll() is None, "it waits"
        assert tally(district)[0] >= said, "all that was confirmed is there"
        filler.unlink()
        assert gate.insist(pen.payload(2951, 3000), 3000).hash == pen.chain[3000].hex()
        gate.close()
    assert tally(district) == (3000, 0, 0)
