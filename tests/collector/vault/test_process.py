"""The vault as its own process, as custodians and operators meet it."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from collector.cases.register import Opening
from collector.cases.roles import Actor, Role
from collector.ledger.entries import Post
from collector.ledger.sqlite import SqliteLedger
from collector.people.entries import Kind
from collector.vault import client, custody, folder
from collector.vault.custody import Secrets
from collector.vault.entries import Sought, Status
from collector.vault.errors import CustodianUnknown, VaultAway
from collector.vault.requests import Requests
from provisioning import authority, roster
from tests.collector.conftest import ENTRY
from tests.collector.intake.test_process import CONFIG, NOW
from tests.collector.vault.conftest import CHEAP, DAY, HOUR, WORDS, SealingGate, card
from wire.keys import SealKey
from wire.record import Direction
from wire.sealing import seal_key

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

COLLECTOR = Path(sys.executable).with_name("collector")
PATIENCE_S = 40.0
LAN = Actor("lan", Role.DISTRICT)


class Home:
    """A machine with an authority's folder and a collector's configuration."""

    def __init__(self, where: Path) -> None:
        self.where = where
        self.authority = authority.create(where / "authority", "Huyện Mẫu", now=NOW)
        self.key = where / "authority/vault/seal.pem"
        gate = roster.Gate("g1", "Bến xe Mẫu", "Mẫu", "transport", (Direction.IN,), ENTRY)
        roster.enter(where / "authority", gate)
        self.config = where / "collector.toml"
        vault = '\n[vault]\nstate = "vault"\n'
        self.config.write_text(CONFIG.format(port=1) + vault, encoding="utf-8")
        self.state = where / "vault"
        self.log = where / "vault.log"

    @property
    def seal(self) -> SealKey:
        return self.authority.public.seal

    @property
    def vault(self) -> Requests:
        return client.connected(self.state / "socket")

    def call(self, *words: str, said: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [COLLECTOR, "vault", *words, "--config", self.config],
            input=said,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={**os.environ, "GATE_LANG": "en"},
        )

    def unheard(self, *words: str, said: str = "") -> int:
        """Give a command whose words nobody takes: the terminal is gone, or its disk is full."""
        read, write = os.pipe()
        os.close(read)
        with os.fdopen(write, "wb") as gone:
            return subprocess.run(
                [COLLECTOR, "vault", *words, "--config", self.config],
                input=said,
                stdout=gone,
                stderr=subprocess.DEVNULL,
                text=True,
                check=False,
                timeout=60,
            ).returncode

    def wrap(self) -> None:
        """Wrap the keys so that unlocking is cheap: what that costs is not the subject."""
        folder.prepare(self.state)
        raw = load_pem_private_key(self.key.read_bytes(), None).private_bytes_raw()  # type: ignore[union-attr]
        secrets = Secrets(raw, bytes(range(32)))
        kept = custody.wrapped(secrets, self.seal.kid, WORDS, 2, cost=CHEAP)
        folder.save(self.state, kept)
        folder.destroy(self.key)

    @contextmanager
    def running(self, end: int = signal.SIGTERM) -> Iterator["subprocess.Popen[bytes]"]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [COLLECTOR, "vault", "run", "--config", self.config], stdout=log, stderr=log
            )
        try:
            self.until(lambda: bool(self.status()))
            yield process
        finally:
            process.send_signal(end)
            process.wait(30)

    def unlock(self) -> None:
        for name in ("lan", "hoa"):
            self.vault.unlock(name, WORDS[name])

    def status(self) -> Status | None:
        try:
            return self.vault.status()
        except VaultAway:
            return None

    def until(self, is_so: object) -> None:
        """Wait for what takes a process some moments."""
        assert callable(is_so)
        for _ in range(int(PATIENCE_S / 0.02)):
            if is_so():
                return
            time.sleep(0.02)
        raise AssertionError(self.log.read_text()[-2000:])

    def fill(self, pen: SealingGate, first: int = 1) -> None:
        with SqliteLedger(self.where / "ledger.db") as ledger:
            for at in range(first, len(pen.chain), 50):
                last = min(at + 49, len(pen.chain) - 1)
                ledger.commit(Post(arrivals=(pen.arrival(at, last),)), now())

    def holding(self, *words: bytes) -> list[str]:
        """Return the files in which one of these is.

        By a process of its own: a file closed here would take SQLite's locks on it away from here.
        """
        looked = [sys.executable, "-c", HOLDING, str(self.where)]
        asked = json.dumps([each.hex() for each in words])
        found = subprocess.run(looked, input=asked, capture_output=True, text=True, check=True)
        return found.stdout.split()

    def sightings(self) -> int:
        status = self.status()
        return status.sightings if status else 0


HOLDING = """
import json, sys
from pathlib import Path
words = [bytes.fromhex(each) for each in json.load(sys.stdin)]
for path in sorted(Path(sys.argv[1]).rglob("*")):
    if path.is_file():
        data = path.read_bytes()
        if any(word in data for word in words):
            print(path.name)
"""


def now() -> int:
    return time.time_ns() // 1_000_000  # noqa: TID251  # what the real process goes by


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_custodians_get_the_keys_and_the_plain_one_is_destroyed(home: Home) -> None:
    plain = home.key.read_bytes()
    names = [word for name in WORDS for word in ("--custodian", name)]
    said = "".join(f"{words}\n" for words in WORDS.values())
    done = home.call("init", "--key", str(home.key), *names, said=said)
    assert done.returncode == 0, done.stderr
    assert "2 of 3 custodians open them" in done.stdout
    assert not home.key.exists()
    assert home.state.stat().st_mode & 0o777 == 0o700
    assert (home.state / "custody.json").stat().st_mode & 0o777 == 0o600
    body = plain.splitlines()[1]
    assert home.holding(body) == []
    again = home.call("init", "--key", str(home.key), *names, said=said)
    assert (again.returncode, "vault-exists" in again.stderr) == (2, True)
    with home.running():
        assert home.call("status").returncode == 1
        pairs = "".join(f"{name}\n{WORDS[name]}\n" for name in ("minh", "lan"))
        unlocked = home.call("unlock", said=pairs)
        assert (unlocked.returncode, "unlocked" in unlocked.stdout) == (0, True), unlocked.stderr
        assert json.loads(home.call("status", "--json").stdout)["locked"] is False
        assert "locked" in home.call("lock").stdout
        wrong = home.call("unlock", "--custodian", "lan", said="sai rồi sai rồi sai\n")
        assert (wrong.returncode, "passphrase-wrong" in wrong.stderr) == (2, True)


def test_made_passphrases_are_shown_once_and_open_the_keys(home: Home) -> None:
    done = home.call(
        *("init", "--key", str(home.key), "--generate", "--keep-key"),
        *("--custodian", "lan", "--custodian", "minh"),
    )
    assert done.returncode == 0, done.stderr
    assert "DANGER" in done.stdout
    assert home.key.exists()
    made = dict(
        line.split("   ")[0].split(": ")
        for line in done.stdout.splitlines()
        if "shown once" in line
    )
    kept = folder.load(home.state)
    shares = dict(custody.opened_share(kept, name, words) for name, words in made.items())
    assert custody.opened(kept, shares).seal


def test_passphrases_that_nobody_has_seen_close_nothing(home: Home) -> None:
    names = ("--custodian", "tam", "--custodian", "tu", "--generate")
    plain = home.key.read_bytes()
    assert home.unheard("init", "--key", str(home.key), *names) != 0
    assert home.key.read_bytes() == plain
    assert not (home.state / folder.CUSTODY).exists()
    home.wrap()
    before = (home.state / folder.CUSTODY).read_bytes()
    said = f"lan\n{WORDS['lan']}\nhoa\n{WORDS['hoa']}\n"
    assert home.unheard("rewrap", *names, said=said) != 0
    assert (home.state / folder.CUSTODY).read_bytes() == before


def test_one_custodian_alone_is_a_demonstration_and_said_loudly(home: Home) -> None:
    one = ("--custodian", "demo", "--generate")
    refused = home.call("init", "--key", str(home.key), *one)
    assert (refused.returncode, "custodians-invalid" in refused.stderr) == (2, True)
    assert home.key.exists()
    done = home.call("init", "--key", str(home.key), *one, "--demo")
    assert "DEMONSTRATION" in done.stdout
    with home.running():
        assert "DEMONSTRATION" in home.call("status").stdout
    assert "vault.demo" in home.log.read_text()


def test_a_key_that_is_not_this_authoritys_is_not_wrapped(home: Home) -> None:
    other = authority.create(home.where / "other", "Huyện khác", now=NOW)
    names = ("--custodian", "lan", "--custodian", "minh", "--generate")
    done = home.call("init", "--key", str(other.folder / "vault/seal.pem"), *names)
    assert (done.returncode, "key-unreadable" in done.stderr) == (2, True)
    assert (other.folder / "vault/seal.pem").exists()
    done = home.call("init", "--key", str(home.where / "authority/offline/root.pem"), *names)
    assert (done.returncode, "key-unreadable" in done.stderr) == (2, True)


def test_other_custodians_open_the_same_keys_and_those_before_them_nothing(home: Home) -> None:
    home.wrap()
    with home.running():
        home.unlock()
        refused = home.call("rewrap", "--custodian", "tam", "--custodian", "tu")
    assert refused.stderr.startswith("vault-busy")
    said = f"lan\n{WORDS['lan']}\nhoa\n{WORDS['hoa']}\n"
    done = home.call("rewrap", "--custodian", "tam", "--custodian", "tu", "--generate", said=said)
    assert done.returncode == 0, done.stderr
    made = dict(re.findall(r"^(\w+): (\S+)  ", done.stdout, re.MULTILINE))
    assert set(made) == {"tam", "tu"}
    with home.running():
        with pytest.raises(CustodianUnknown):
            home.vault.unlock("lan", WORDS["lan"])
        for name, words in made.items():
            home.vault.unlock(name, words)
        assert home.status().locked is False  # type: ignore[union-attr]


def test_a_wrong_word_or_too_few_change_nothing(home: Home) -> None:
    home.wrap()
    before = (home.state / folder.CUSTODY).read_bytes()
    for said in (f"lan\n{WORDS['lan']}\n", f"lan\n{WORDS['hoa']}\n", ""):
        done = home.call(
            "rewrap", "--custodian", "tam", "--custodian", "tu", "--generate", said=said
        )
        assert done.returncode == 2
    assert (home.state / folder.CUSTODY).read_bytes() == before


def test_a_new_key_of_the_authority_is_taken_beside_the_old_one(home: Home) -> None:
    home.wrap()
    fresh = X25519PrivateKey.generate()
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    home.key.write_bytes(fresh.private_bytes(*form))
    said = f"lan\n{WORDS['lan']}\nminh\n{WORDS['minh']}\n"
    done = home.call("add-key", "--key", str(home.key), said=said)
    assert done.returncode == 0, done.stderr
    assert not home.key.exists()
    kept = folder.load(home.state)
    assert kept.seal == seal_key(fresh.public_key()).kid
    shares = dict(custody.opened_share(kept, each, WORDS[each]) for each in ("minh", "hoa"))
    secrets = custody.opened(kept, shares)
    assert secrets.seal == fresh.private_bytes_raw()
    assert len(secrets.older) == 1


def test_two_vaults_do_not_work_with_one_folder(home: Home) -> None:
    home.wrap()
    with home.running():
        other = home.call("run")
        assert (other.returncode, "vault-busy" in other.stderr) == (2, True)
        assert home.status()


def test_a_folder_that_others_can_look_into_is_not_used(home: Home) -> None:
    home.wrap()
    home.state.chmod(0o750)
    done = home.call("run")
    assert (done.returncode, "vault-unusable" in done.stderr) == (2, True)


def test_what_comes_in_is_keyed_without_being_asked_for(home: Home) -> None:
    home.wrap()
    pen = SealingGate("g1")
    pen.renew(now(), home.seal)
    pen.passes(card(1), now())
    home.fill(pen)
    with home.running():
        home.unlock()
        home.until(lambda: home.sightings() == 1)
        pen.passes(card(2), now())
        home.fill(pen, len(pen.chain) - 1)
        home.until(lambda: home.sightings() == 2)


def test_killed_at_random_it_sights_each_scan_exactly_once(home: Home) -> None:
    home.wrap()
    chance = random.Random(7)  # noqa: S311
    pen = SealingGate("g1")
    at = now() - DAY
    pen.renew(at, home.seal)
    for each in range(1500):
        pen.passes(card(chance.randrange(40)), at + each * 30_000)
    home.fill(pen)
    counts = []
    for _ in range(3):
        with home.running(signal.SIGKILL):
            counts.append(home.sightings())
            home.unlock()
            time.sleep(chance.uniform(0.0, 0.4))
    with home.running():
        home.unlock()
        home.until(lambda: home.sightings() >= 1500)
        status = home.vault.status()
    assert counts == sorted(counts)
    assert (status.sightings, status.unopened, status.persons) == (1500, 0, 40)


def test_on_a_used_machines_disk_nobody_is_found_without_the_custodians(home: Home) -> None:
    home.wrap()
    people = [
        card(each, name=f"Nguyễn Thị Mẫu{each}", phone=f"09123456{each:02}") for each in range(20)
    ]
    pen = SealingGate("g1")
    pen.renew(now() - HOUR, home.seal)
    for each in people:
        pen.passes(each, now() - HOUR)
    pen.passes(card(99, name="Người Không Mở Được"), now() - HOUR, damaged=True)
    home.fill(pen)
    with home.running(signal.SIGKILL):
        home.unlock()
        home.until(lambda: home.sightings() == 20)
        vault = home.vault
        said = Opening("BN Nguyễn Thị Mẫu1", "Quyết định", "Mẫu", now() + DAY)
        case = vault.open_case(LAN, said).number
        rows = []
        for each in people:
            (hit,) = vault.find(LAN, case, (Sought(Kind.NUMBER, str(each["number"])),))
            (shown,) = vault.open(LAN, case, (hit.person,))
            assert shown.contents[0].fields["name"] == each["name"]
            rows.append(hit.person)
        hold = vault.hold(LAN, case, rows[0], "Nguyễn Thị Mẫu19 xin giữ", now() + DAY)
        vault.approve_hold(Actor("minh", Role.DISTRICT), case, hold.id)
        vault.find(LAN, case, (Sought(Kind.NAME, str(people[0]["name"]), "15/6/1990"),))
    disk = {path.name for path in home.where.rglob("*") if path.is_file()}
    assert disk >= {"people.db", "people.db-wal", "cases.db", "vault.log"}
    secrets = [str(value) for each in people for value in each.values()]
    secrets += [*WORDS.values(), "Không Mở", "Nguyễn Thị", "0912345", "0010900"]
    spelled = [
        form
        for secret in set(secrets) - {"1990-06-15"}
        for form in (secret.encode(), secret.encode("utf-16-le"), secret.casefold().encode())
    ]
    assert home.holding(b"vault.started") == ["vault.log"], "the search would find them"
    assert home.holding(*spelled) == []
