"""All of a district under systemd, as it is installed: it comes up, and its walls stand."""

from functools import partial

import pytest

from tests.lanes.district.server import CONFIG, Server, until

pytestmark = pytest.mark.timeout(400)
SAYS = {
    "gate-broker": "broker: listening",
    "gate-intake": "intake.connected",
    "gate-vault": "vault.started",
    "gate-web": "web.ready",
    "gate-enrol": "enrol.listening",
    "gate-desk": "desk.started",
    "gate-dispatch": "dispatch.started",
    "gate-public": "public.ready",
}
"""What each says as soon as it does its work."""
OTHERS = sorted(set(SAYS) - {"gate-vault"})
CLOSED = {
    "gate-broker": ("gate-ledger", "gate-web", "gate-desk", "gate-enrol"),
    "gate-intake": ("gate-web", "gate-desk", "gate-enrol"),
    "gate-web": (),
    "gate-enrol": ("gate-ledger", "gate-web", "gate-desk"),
    "gate-desk": ("gate-ledger", "gate-web", "gate-enrol"),
    "gate-dispatch": ("gate-web", "gate-enrol", "gate-desk"),
    "gate-public": ("gate-ledger", "gate-web", "gate-enrol", "gate-road"),
}
KEYS = {
    "gate-broker": "broker",
    "gate-intake": "intake",
    "gate-enrol": "enrol",
    "gate-desk": "desk",
    "gate-dispatch": "dispatch",
}
BELIEVED = """
import sys
from pathlib import Path
from collector import believed, clock, config
told = believed.Believed(config.load(Path(sys.argv[1])).believed)
now_ms = clock.wall_ms()
print(now_ms - told.over_ms(now_ms) < 60_000)
"""
FETCH = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=20).read().decode())"


@pytest.fixture(scope="module", autouse=True)
def _up(server: Server) -> None:
    for unit, says in SAYS.items():
        until(partial(_said, server, unit, says), partial(server.journal, unit))


def _said(server: Server, unit: str, says: str) -> bool:
    return says in server.journal(unit)


def test_one_target_starts_all_and_each_does_its_work(server: Server) -> None:
    assert all(server.active(unit) for unit in SAYS)
    assert server.active("gate-district.target")
    assert server.active("gate-retention.timer")


@pytest.mark.parametrize("unit", OTHERS)
def test_nobody_reads_the_vaults_folder(server: Server, unit: str) -> None:
    assert server.run("ls", "/var/lib/gate-vault").split()  # it is there, and not empty
    for path in ("/var/lib/gate-vault", "/var/lib/gate-vault/custody.json"):
        tried = server.within(unit, "cat" if path.endswith("json") else "ls", path)
        assert tried.returncode != 0, tried.stdout
        assert "Permission denied" in tried.stderr or "No such" in tried.stderr, tried.stderr


@pytest.mark.parametrize("unit", OTHERS)
def test_nobody_reads_what_is_another_process_own(server: Server, unit: str) -> None:
    # The same look succeeds where it may: it is the walls that are seen, not a broken look.
    own = server.within(unit, "ls", "/etc/gate-district")
    assert own.returncode == 0, own.stderr
    for folder in CLOSED[unit]:
        assert server.within(unit, "ls", f"/var/lib/{folder}").returncode != 0, folder
    for owner, keys in KEYS.items():
        looked = server.within(unit, "ls", f"/etc/gate-district/keys/{keys}")
        assert (looked.returncode == 0) is (owner == unit), (owner, looked.stderr)


@pytest.mark.parametrize("unit", sorted(SAYS))
def test_nobody_writes_where_it_only_reads(server: Server, unit: str) -> None:
    for path in ("/etc/gate-district/x", "/usr/x", "/var/lib/x"):
        assert server.within(unit, "touch", path).returncode != 0, path


@pytest.mark.parametrize("unit", ["gate-vault", "gate-desk", "gate-dispatch"])
def test_who_needs_no_network_has_none(server: Server, unit: str) -> None:
    program = "import socket; socket.create_connection(('127.0.0.1', 8883), 5)"
    tried = server.within(unit, "python", "-c", program)
    assert "Network is unreachable" in tried.stderr or "refused" in tried.stderr, tried.stderr
    assert server.within("gate-intake", "python", "-c", program).returncode == 0


def test_pages_answer_and_reach_whom_they_ask(server: Server) -> None:
    for url in ("http://127.0.0.1:8080/login", "http://127.0.0.1:8090/"):
        page = server.within("gate-public", "python", "-c", FETCH, url)
        assert "<html" in page.stdout, page.stderr
    status = server.within("gate-web", "collector", "vault", "status", "--config", CONFIG)
    assert "locked: 0 of 2" in status.stdout, status.stderr
    refused = server.within("gate-public", "collector", "vault", "status", "--config", CONFIG)
    assert refused.returncode == 2


def test_deletion_runs_by_itself_once_somebody_has_looked_at_the_clock(server: Server) -> None:
    # No gate has said what day it is, so nobody deletes; in a new district that is no alarm.
    start = ("systemctl", "start", "gate-retention.service")
    assert server.tried(*start).returncode == 0
    assert "retention.new" in server.journal("gate-retention")
    said = server.within("gate-vault", "python", "-c", BELIEVED, CONFIG)
    assert said.stdout.strip() == "False", said.stderr
    owner = ("setpriv", "--reuid", "gate-intake", "--regid", "gate-ledger", "--groups")
    looked = ("collector", "retention", "--clock-is-right", "--config", CONFIG)
    server.run(*owner, "gate-district,gate-retention", *looked)
    assert server.tried(*start).returncode == 0
    assert "retention.done" in server.journal("gate-retention")
    for unit in ("gate-vault", "gate-desk", "gate-enrol", "gate-dispatch", "gate-web"):
        said = server.within(unit, "python", "-c", BELIEVED, CONFIG)
        assert said.stdout.strip() == "True", said.stderr


def test_what_dies_comes_back(server: Server) -> None:
    before = server.main_pid("gate-desk")
    server.run("kill", "-KILL", str(before))
    until(lambda: server.main_pid("gate-desk") not in (0, before))
    until(lambda: server.journal("gate-desk").count(SAYS["gate-desk"]) == 2)
