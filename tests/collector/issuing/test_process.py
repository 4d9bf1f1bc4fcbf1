"""`collector desk` for real: two sockets, each for its users, and keys that nobody else reads."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from collector.errors import DeskAway, DeskRefused, PassUnknown
from collector.issuing import client
from collector.issuing.entries import Batch, Entry, Standing, Withdrawn
from collector.issuing.ports import Declaring, Issuing
from tests.collector.issuing import running
from tests.collector.issuing.sent import declared
from tests.collector.plain import PLAIN
from tests.conftest import left_out
from wire import gatepass, statuslist
from wire.keys import KeyEntry, Keyring, Use, entry
from wire.sealing import seal_key

USES = {
    "self-service": Use.PASS_DECLARED,
    "institution": Use.PASS_SEEN,
    "status": Use.STATUS,
}
CONFIG = (
    PLAIN
    + """\
[issuing]
keys = "keys"
state = "desk"
station = "0900 000 115"
"""
)
FORM = b"f" * 16


class District:
    """A folder with a roster, keys and a configuration, and the desk that runs in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "keys").mkdir()
        keys = [self._key(name, use) for name, use in USES.items()]
        root = entry(Ed25519PrivateKey.generate().public_key(), Use.ROOT)
        self.ring = Keyring(keys)
        public = {
            "root": root,
            "keys": keys,
            "seal": seal_key(X25519PrivateKey.generate().public_key()),
        }
        (folder / "public.json").write_bytes(msgspec.json.encode(public))
        roster = {"authority": "Huyện Mẫu", "help_line": "0900", "gates": []}
        (folder / "roster.json").write_bytes(msgspec.json.encode(roster))
        areas = [{"code": "d", "name": "Huyện"}, {"code": "x", "name": "Xã Mẫu", "parent": "d"}]
        (folder / "places.json").write_bytes(msgspec.json.encode({"areas": areas}))
        (folder / "collector.toml").write_text(CONFIG)
        self.declaring: Declaring = client.declaring(folder / "desk/declaring")
        self.issuing: Issuing = client.issuing(folder / "desk/officers")

    def _key(self, name: str, use: Use) -> KeyEntry:
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path = self.folder / f"keys/{name}.pem"
        path.write_bytes(pem)
        path.chmod(0o600)
        way = "lists" if use is Use.STATUS else name
        return msgspec.structs.replace(entry(key.public_key(), use), way=way)

    def start(self) -> "subprocess.Popen[bytes]":
        return running.start(self.folder)

    def lists(self) -> dict[str, statuslist.StatusList]:
        found = {}
        for path in (self.folder / "road/outgoing/all").glob("list-*"):
            listed = statuslist.unpack(path.read_bytes(), self.ring)
            found[listed.issuer] = listed
        return found


@pytest.fixture
def district(tmp_path: Path) -> District:
    return District(tmp_path)


@pytest.fixture
def desk(district: District) -> Iterator["subprocess.Popen[bytes]"]:
    process = district.start()
    yield process
    process.terminate()
    assert process.wait(60) == 0


@pytest.mark.usefixtures("desk")
def test_the_public_page_learns_what_everybody_may_know(district: District) -> None:
    about = district.declaring.about()
    assert (about.authority, about.station) == ("Huyện Mẫu", "0900 000 115")
    assert about.communes == (("x", "Xã Mẫu"),)


def test_a_declaration_survives_a_kill_and_gets_the_same_pass(
    district: District, desk: "subprocess.Popen[bytes]"
) -> None:
    ends = int(time.time()) + 3600  # noqa: TID251
    first = declared(district.declaring, FORM, ends)
    assert gatepass.parse(first).verify(district.ring) is Use.PASS_DECLARED
    desk.kill()
    desk.wait()
    again = district.start()
    try:
        assert declared(district.declaring, FORM, ends) == first
    finally:
        again.terminate()
        again.wait(60)
    desk.returncode = 0  # the fixture asks how it ended, and it was killed on purpose


@pytest.mark.usefixtures("desk")
def test_a_class_gets_passes_and_loses_them_on_the_list_for_the_gates(district: District) -> None:
    ends = int(time.time()) + 9999  # noqa: TID251
    entries = tuple(Entry(bytes([n]) * 32, bytes([n]) * 16, b"sealed", "5A") for n in range(3))
    made = district.issuing.enlist(Batch("truong", "form", "pupil", ends, entries)).passes
    assert district.issuing.withdraw_team("truong", "5A") == Withdrawn(now=3, before=0)
    parsed = [gatepass.parse(each.text) for each in made]
    listed = district.lists()[parsed[0].kid]
    assert [listed.at(each.claims.status or 0) for each in parsed] == [Standing.WITHDRAWN] * 3
    with pytest.raises(PassUnknown):
        district.issuing.withdraw("another", (made[0].number,))


@pytest.mark.usefixtures("desk")
def test_a_list_of_five_thousand_goes_through_the_socket_once(district: District) -> None:
    ends = int(time.time()) + 9999  # noqa: TID251
    entries = tuple(
        Entry(n.to_bytes(32), n.to_bytes(16), b"s" * 600, f"Lớp {n // 40}") for n in range(5_000)
    )
    batch = Batch("truong", "form", "pupil", ends, entries)
    made = district.issuing.enlist(batch)
    assert (made.fresh, len({each.text for each in made.passes})) == (5_000, 5_000)
    assert district.issuing.enlist(batch) == msgspec.structs.replace(made, again=True)
    assert len(district.issuing.teams("truong")) == 125
    key = district.folder / "desk/holders.key"
    assert (key.stat().st_mode & 0o777, len(key.read_bytes())) == (0o600, 32)


@pytest.mark.usefixtures("desk")
def test_another_user_of_the_machine_is_answered_nothing_and_reads_nothing(
    district: District,
) -> None:
    if os.geteuid() != 0:
        left_out("only root can be somebody else")
    for path in (district.folder, *district.folder.parents[:4]):
        path.chmod(0o755)
    (district.folder / "desk").chmod(0o755)
    (district.folder / "desk/declaring").chmod(0o666)
    said = subprocess.run(
        [sys.executable, "-c", AS_ANOTHER, str(district.folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    first, *rest = said.stdout.split()
    assert first in ("DeskRefused", "DeskAway"), said.stderr  # hung up on
    assert rest == ["PermissionError"] * 3


AS_ANOTHER = """
import os, sys
from pathlib import Path
from collector.issuing import client
folder = Path(sys.argv[1])
os.setgid(65534); os.setuid(65534)
def tried(act):
    try:
        act()
    except Exception as error:
        print(type(error).__name__)
tried(lambda: client.declaring(folder / "desk/declaring").about())
tried(lambda: (folder / "desk/passes.db").read_bytes())
tried(lambda: (folder / "keys/status.pem").read_bytes())
tried(lambda: (folder / "desk/holders.key").read_bytes())
"""


def test_without_a_desk_it_is_said_that_nothing_answers(district: District) -> None:
    with pytest.raises((DeskAway, DeskRefused)):
        district.declaring.about()
