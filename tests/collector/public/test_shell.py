"""A shell inside the public page's process: with its user, groups and sockets, it reads nothing.

The real desk, the real vault and the real page, each as a user of its own over TLS, and a ledger of
intake's. Whatever is refused to the page's user is given to the user whose it is: the same attempt,
made the same way.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from pwd import getpwnam
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bench.publicdistrict import certificate
from bench.visitors import ANSWERS
from collector.ledger.entries import Post
from collector.ledger.sqlite import SqliteLedger
from collector.vault import custody, folder
from collector.vault.custody import Secrets
from tests.collector.conftest import Journal
from tests.collector.issuing.test_process import CONFIG, District
from tests.collector.vault.conftest import CHEAP, WORDS
from tests.conftest import left_out
from wire.sealing import seal_key

DESK, PAGE, VAULT, OFFICERS, INTAKE = "bin", "games", "news", "backup", "uucp"
"""Users that every Debian machine has, in the places of ours."""
NAME = "Nguyễn Thị Mẫu Mười Hai"
MORE = f"""
public = ["{PAGE}"]
officers = ["{OFFICERS}"]
[public]
port = 0
https = true
certificate = "page/certificate.pem"
key = "page/key.pem"
[vault]
state = "vault"
socket = "vault-socket/socket"
users = ["{OFFICERS}"]
[road]
state = "road"
"""
COLLECTOR = "import sys; from collector.cli import main; sys.exit(main())"
ROOT = Path(__file__).resolve().parents[3]
SITE = [path for path in sys.path if path.endswith("site-packages")]
ENVIRONMENT = {
    **os.environ,
    "HOME": "/nonexistent",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPATH": os.pathsep.join([str(ROOT), *SITE]),
}


def python_for_all() -> str:
    """Return a Python of our version that other users can run too; empty if there is none."""
    version = f"python3.{sys.version_info.minor}"
    for each in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        command = [each, "-c", "import django, cryptography, collector"]
        try:
            done = subprocess.run(command, user=PAGE, group=PAGE, env=ENVIRONMENT, check=False)
        except OSError:
            continue
        if done.returncode == 0:
            return each
    return ""


PYTHON = [python_for_all() if os.geteuid() == 0 else "", "-c"]
pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]


@pytest.fixture(autouse=True, scope="module")
def _somebody_else() -> None:
    if not PYTHON[0]:
        left_out("only root can be somebody else, and that needs a Python for all")


class Person(NamedTuple):
    """A user of this machine, with the groups that its service has."""

    name: str
    group: str
    """Of what it makes."""
    groups: tuple[str, ...] = ()
    umask: int = 0o022

    def run(self, command: list[str], **more: object) -> "subprocess.Popen[str]":
        return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
            command,
            user=getpwnam(self.name).pw_uid,
            group=getpwnam(self.group).pw_gid,
            extra_groups=[getpwnam(each).pw_gid for each in self.groups],
            umask=self.umask,
            env=ENVIRONMENT,
            text=True,
            **more,
        )

    def shell(self, script: str, *words: str) -> list[str]:
        """Have a shell of this user do something; return the lines that it prints."""
        command = ["/bin/sh", "-c", script, "sh", *words]
        with self.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            said, _ = process.communicate(timeout=60)
        return str(said).splitlines()

    def python(self, program: str, *words: str) -> list[str]:
        with self.run([*PYTHON, program, *words], stdout=subprocess.PIPE) as process:
            said, _ = process.communicate(timeout=60)
        return str(said).splitlines()


PEOPLE = {
    PAGE: Person(PAGE, PAGE, (OFFICERS,)),
    DESK: Person(DESK, OFFICERS, (DESK,)),
    VAULT: Person(VAULT, OFFICERS, (INTAKE,), 0o077),  # as its unit has it
    OFFICERS: Person(OFFICERS, OFFICERS, (INTAKE,)),
    INTAKE: Person(INTAKE, INTAKE),
}
"""The officers' group is the one that reaches the sockets, so it is the desk's and the vault's."""


class Machine:
    """All of it in one folder, running."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.pids: dict[str, int] = {}
        self.port = 0

    def build(self, journal: Journal) -> None:
        """Write what the processes need, each file for its reader."""
        root = self.root
        root.chmod(0o755)
        seal = X25519PrivateKey.generate()
        District(root)
        text = (root / "public.json").read_text()
        public = seal_key(seal.public_key())
        before = text[text.index('"seal":') :]
        spelled = f'"seal":{{"kid":"{public.kid}","public":"{public.public}"}}}}'
        (root / "public.json").write_text(text.replace(before, spelled))
        (root / "collector.toml").write_text(
            CONFIG.replace("ledger.db", "ledger/ledger.db") + MORE.lstrip()
        )
        for name, owner, mode in (
            ("desk", DESK, 0o750),
            ("road", DESK, 0o775),
            ("ledger", INTAKE, 0o775),
            ("page", PAGE, 0o700),
            ("vault", "root", 0o700),
            ("vault-socket", VAULT, 0o750),
        ):
            (root / name).mkdir()
            self.give(root / name, owner, mode, INTAKE if name == "ledger" else OFFICERS)
        folder.prepare(root / "vault")
        secrets = Secrets(seal.private_bytes_raw(), bytes(range(32)))
        folder.save(root / "vault", custody.wrapped(secrets, public.kid, WORDS, 2, cost=CHEAP))
        certificate(root / "page/certificate.pem", root / "page/key.pem")
        with SqliteLedger(root / "ledger/ledger.db") as ledger:
            ledger.commit(Post((journal.arrival(1, 3),)), 1)
        for path in (root / "ledger").iterdir():
            self.give(path, INTAKE, 0o660, INTAKE)
        for kept, owner in (("keys", DESK), ("vault", VAULT), ("page", PAGE)):
            self.give(root / kept, owner, 0o700)
            for path in (root / kept).iterdir():
                self.give(path, owner, 0o600)
        for name in ("roster.json", "places.json"):
            self.give(root / name, DESK, 0o640, INTAKE)

    def declare(self) -> None:
        """Send a declaration, as a browser does."""
        command = [*PYTHON, DECLARE, str(self.port), str(self.root / "page/certificate.pem")]
        done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=True)
        assert done.stdout == "200\n"

    def give(self, path: Path, owner: str, mode: int, group: str = "root") -> None:
        os.chown(path, getpwnam(owner).pw_uid, getpwnam(group).pw_gid)
        path.chmod(mode)

    def start(self, stack: ExitStack, who: str, words: tuple[str, ...], sign: str) -> str:
        """Run a process as its user until its log says that it is there; return the log."""
        log = self.root / f"{words[0]}.log"
        command = [*PYTHON, COLLECTOR, *words, "--config", str(self.root / "collector.toml")]
        with log.open("wb") as file:
            process = PEOPLE[who].run(command, stdout=file, stderr=file, cwd=self.root)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        self.pids[words[0]] = process.pid
        for _ in range(600):
            said = log.read_text()
            if sign in said:
                return said
            assert process.poll() is None, said
            time.sleep(0.05)
        pytest.fail(log.read_text())


@pytest.fixture
def machine(journal: Callable[..., Journal]) -> Iterator[Machine]:
    root = Path(tempfile.mkdtemp(prefix="gate-shell-"))
    made = Machine(root)
    try:
        made.build(journal("g1", "j1").scan(3))
        with ExitStack() as stack:
            made.start(stack, DESK, ("desk",), "desk.started")
            made.start(stack, VAULT, ("vault", "run"), "vault.started")
            said = made.start(stack, PAGE, ("public",), "public.listening")
            made.port = int(said.partition("https://")[2].partition("/")[0].rpartition(":")[2])
            yield made
    finally:
        shutil.rmtree(root)


READ = 'for each in "$@"; do test -n "$(head -c 1 "$each")" && echo read || echo refused; done'
ASK = """
import sys
from pathlib import Path
from collector.issuing import client
from collector.issuing.entries import Order, Way
from collector.vault import client as vault
root = Path(sys.argv[1])
def tried(act):
    try:
        act()
    except Exception as error:
        print(type(error).__name__)
    else:
        print("answered")
tried(lambda: client.issuing(root / "desk/officers").owned("truong", None, b"", 9))
tried(lambda: client.issuing(root / "desk/officers").teams("truong"))
tried(lambda: vault.connected(root / "vault-socket/socket").status())
tried(lambda: client.declaring(root / "desk/declaring").about())
"""
BY_HAND = """
import json, socket, sys
from collector.asking.frames import framed, received
for name in ("after", "duties", "enlist", "owned", "forget", "_pass", "__class__", "declare"):
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(sys.argv[1] + "/desk/declaring")
        line.sendall(framed(json.dumps({"ask": name, "args": {"row": 0, "limit": 9}}).encode()))
        print(json.loads(received(line, 10**6)).get("code", "answered"))
"""
DECLARE = """
import ssl, sys, http.client
from urllib.parse import urlencode
from bench.visitors import ANSWERS, FORM
line = http.client.HTTPSConnection("localhost", int(sys.argv[1]), timeout=30,
    context=ssl.create_default_context(cafile=sys.argv[2]))
body = urlencode({**ANSWERS, "commune": "x", "form": "ab" * 16, "page": "check"}, True)
line.request("POST", "/to-khai", body, FORM)
print(line.getresponse().status)
"""


def test_a_shell_with_the_pages_user_reads_nothing(machine: Machine) -> None:
    root = machine.root
    machine.declare()
    page = PEOPLE[PAGE]
    same = f"/proc/{machine.pids['public']}/status"
    assert page.shell('grep -E "^(Uid|Gid|Groups):" /proc/self/status') == [
        line
        for line in Path(same).read_text().splitlines()
        if line.startswith(("Uid", "Gid", "Gr"))
    ], "the shell is not what the process is"
    theirs = {
        DESK: ["desk/passes.db", "keys/self-service.pem", "keys/status.pem", "roster.json"],
        INTAKE: ["ledger/ledger.db"],
        VAULT: ["vault/people.db", "vault/cases.db"],
        OFFICERS: ["roster.json", "places.json", "ledger/ledger.db"],
    }
    theirs[DESK] += [path.relative_to(root).as_posix() for path in root.glob("desk/passes.db-*")]
    for owner, names in theirs.items():
        paths = [str(root / name) for name in names]
        assert all(Path(path).exists() for path in paths)
        assert page.shell(READ, *paths) == ["refused"] * len(paths), owner
        assert PEOPLE[owner].shell(READ, *paths) == ["read"] * len(paths), owner
    for who, process in ((DESK, "desk"), (VAULT, "vault")):
        inside = [f"/proc/{machine.pids[process]}/{name}" for name in ("environ", "maps")]
        assert page.shell(READ, *inside) == ["refused"] * 2
        if process == "desk":  # the vault may not be looked into by anybody
            assert PEOPLE[who].shell(READ, *inside) == ["read"] * 2


def test_at_the_sockets_the_page_may_declare_and_ask_nothing_else(machine: Machine) -> None:
    root = str(machine.root)
    refused = {"DeskRefused", "DeskAway", "VaultRefused", "VaultAway"}
    *closed, open_ = PEOPLE[PAGE].python(ASK, root)
    assert len(closed) == 3
    assert {*closed} <= refused
    assert open_ == "answered"
    owned, teams, status, declaring = PEOPLE[OFFICERS].python(ASK, root)
    assert (owned, teams, status) == ("answered",) * 3
    assert declaring in refused
    assert {*PEOPLE[PAGE].python(BY_HAND, root)} == {"request-invalid"}


def test_nothing_readable_is_left_where_the_page_can_write(machine: Machine) -> None:
    root = machine.root
    marker = root / "marker"
    marker.touch()
    machine.declare()
    words = [str(ANSWERS[name]).encode() for name in ("name", "number", "phone", "hamlet")]
    assert words[0] == NAME.encode()
    held = [path for path in root.rglob("*") if path.is_file()]
    assert root / "desk/passes.db" in held
    for path in held:
        data = path.read_bytes()
        assert not [word for word in words if word in data], path.name
    newer = ["find", str(root), "/tmp", "/var/tmp", "/dev/shm", "-xdev"]  # noqa: S108
    newer += ["-user", PAGE, "-newer", str(marker), "-type", "f"]
    found = subprocess.run(newer, capture_output=True, text=True, check=False).stdout.split()
    assert [path for path in found if not path.endswith("public.log")] == []
    inside = Path(f"/proc/{machine.pids['public']}/fd")
    written = {str(each.readlink()) for each in inside.iterdir()}
    files = {path for path in written if path.startswith("/") and not path.startswith("/dev/")}
    assert {path for path in files if "(deleted)" not in path} == {str(root / "public.log")}
