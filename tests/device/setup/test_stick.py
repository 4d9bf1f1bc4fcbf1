"""A USB stick: what leaves, what arrives, and what a stick may hold besides."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.typing import EventDict

from device import config, enrol
from device.errors import StorageUnusable
from device.flow import Instant
from device.inbox import Inbox
from device.journal import carried
from device.journal.store import CardJournal, Limits
from device.setup import carry
from device.setup.stick import Stick
from tests.device.journal.card import fill, moment
from tests.device.site import GATE, NOW, Site
from wire import export, policy
from wire.keys import Keyring, Use, entry
from wire.policy import Policy
from wire.record import ClockState, What

NOW_MS = int(NOW.timestamp() * 1000)
AT = Instant(10**9, NOW_MS, ClockState.SYNCED, "b")


class Gate:
    """A gate without a network, and a stick."""

    def __init__(self, site: Site, root: Path) -> None:
        self.site, self.found, self.root = site, config.load(site.config), root
        folders = self.found.folders
        self.who = enrol.load(folders.keys, enrol.root_key(folders.keys / enrol.ROOT))
        inbox = Inbox(folders.inbox, Keyring(self.who.enrolment.keys))
        folders.inbox.mkdir(parents=True)
        with CardJournal(
            folders.journal,
            folders.run,
            GATE,
            self.who.enrolment.seal,
            inbox.receipt,
            Limits(segment_records=4),
            key=self.who.records_key,
        ) as journal:
            journal.note(What.START, moment())
            fill(journal, 9, 1)
        self.own, self.common = root / "gate" / GATE, root / "gate/all"

    def carry(self) -> str:
        return Stick(self.found, self.root, AT).carry()

    def inbox(self) -> set[str]:
        return {each.name for each in self.found.folders.inbox.iterdir()}

    def policy(self) -> bytes:
        rules = Policy(site="Chợ Mẫu", version=1, issued=NOW_MS)
        return policy.pack(rules, self.site.home.signing_key(Use.POLICY))

    def bring(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


@pytest.fixture
def gate(site: Site, tmp_path: Path) -> Gate:
    (tmp_path / "stick").mkdir()
    return Gate(site, tmp_path / "stick")


def test_records_leave_whole_and_signed_and_are_held_by_the_gate_alone_no_more(
    gate: Gate,
) -> None:
    folders = gate.found.folders
    assert carried.unsent(folders.journal, folders.run, folders.carried) > 0
    said = gate.carry()
    (out,) = gate.own.glob("export-*.jsonl")
    assert out.name in said
    ring = Keyring([entry(gate.who.records_key.public_key(), Use.RECORDS)])
    assert export.check(out.read_bytes().splitlines(keepends=True), ring).batches > 0
    assert carried.unsent(folders.journal, folders.run, folders.carried) == 0
    assert (gate.own / "request.json").exists()
    assert (gate.own / "result.txt").read_text(encoding="utf-8") == said


def test_policies_and_lists_arrive_by_their_names_and_nothing_else_does(gate: Gate) -> None:
    gate.bring(gate.own / "policy.json", gate.policy())
    gate.bring(gate.common / "list-0123456789abcdef", b"a list")
    for name in ("list-0123", "autorun.inf", "receipt.json", "gate.toml", "list-../x", "NOTE.txt"):
        gate.bring(gate.common / name.replace("/", "_"), b"x")
        gate.bring(gate.own / name.replace("/", "_"), b"x")
    gate.bring(gate.root / "gate/another-gate/policy.json", b"x")
    gate.carry()
    assert gate.inbox() == {"policy.json", "list-0123456789abcdef"}
    laid = gate.found.folders.inbox / "policy.json"
    assert laid.read_bytes() == gate.policy()
    assert laid.stat().st_mode & 0o777 == 0o644


def test_traps_on_a_stick_are_passed_over(gate: Gate, logs: list[EventDict]) -> None:
    gate.common.mkdir(parents=True)
    gate.own.mkdir(parents=True)
    (gate.own / "policy.json").symlink_to("/etc/shadow")
    os.mkfifo(gate.own / "site.json")
    os.truncate(os.open(gate.common / "signers.json", os.O_CREAT | os.O_RDWR), 10**9)
    (gate.common / "list-0123456789abcdef").mkdir()
    (gate.own / "proof.jsonl").symlink_to("/dev/zero")
    (gate.own / "enrolment.json").symlink_to("/dev/zero")
    gate.carry()
    assert gate.inbox() == set()
    assert {each["name"] for each in logs if each["event"] == "stick.refused"} == {
        *("policy.json", "site.json", "signers.json", "list-0123456789abcdef"),
    }


@pytest.mark.parametrize("name", ["gate", f"gate/{GATE}"])
def test_a_folder_that_leads_away_from_the_stick_is_not_entered(gate: Gate, name: str) -> None:
    away = gate.root.parent / "away"
    away.mkdir()
    (gate.root / name).parent.mkdir(exist_ok=True)
    (gate.root / name).symlink_to(away)
    with pytest.raises(NotADirectoryError):
        gate.carry()
    assert list(away.iterdir()) == []


def test_a_stick_full_of_lists_fills_nothing(gate: Gate) -> None:
    for number in range(60):
        gate.bring(gate.common / f"list-{number:016x}", b"x")
    gate.carry()
    assert len(gate.inbox()) == 32


def test_a_full_stick_takes_no_half_of_an_export(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_words: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("device.holdings.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        gate.carry()
    assert not list(gate.own.glob("export-*.jsonl"))
    folders = gate.found.folders
    assert carried.unsent(folders.journal, folders.run, folders.carried) > 0


def test_only_a_disk_on_usb_that_laptops_read_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, where in (("sda", "usb1/1-1"), ("sda1", "usb1/1-1/sda"), ("mmcblk0p1", "mmc0")):
        (tmp_path / "devices" / where / name).mkdir(parents=True)
        (tmp_path / "class").mkdir(exist_ok=True)
        (tmp_path / "class" / name).symlink_to(tmp_path / "devices" / where / name)
    kinds = {"/dev/sda1": "vfat", "/dev/mmcblk0p1": "vfat", "/dev/sda": ""}
    monkeypatch.setattr(carry, "kind", lambda device: kinds[str(device)])
    assert carry.stick(tmp_path / "class") == Path("/dev/sda1")
    kinds["/dev/sda1"] = "ext4"
    with pytest.raises(StorageUnusable):
        carry.stick(tmp_path / "class")


@pytest.fixture
def loop(tmp_path: Path, kind: str) -> Iterator[Path]:
    """Return a disk of that kind, which is a file."""
    if os.geteuid() != 0:
        pytest.skip("to mount a stick needs root")
    if kind not in Path("/proc/filesystems").read_text().split():
        pytest.skip(f"the kernel of this machine knows no {kind}")
    image = tmp_path / "stick.img"
    with image.open("wb") as file:
        file.truncate(16 * 2**20)
    subprocess.run([f"/usr/sbin/mkfs.{kind}", str(image)], check=True, capture_output=True)
    attach = ["losetup", "--find", "--show", str(image)]
    found = subprocess.run(attach, check=True, capture_output=True, text=True).stdout.strip()
    yield Path(found)
    subprocess.run(["losetup", "--detach", found], check=True)


@pytest.mark.parametrize("kind", ["vfat", "ext4"])
def test_a_stick_is_mounted_without_danger_and_let_go(
    gate: Gate, loop: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second stands for the first where the kernel knows no FAT."""
    monkeypatch.setitem(carry.OPTIONS, kind, carry.OPTIONS.get(kind, carry.SAFE))
    at = gate.root
    with carry.mounted(loop, at) as root:
        mounts = Path("/proc/mounts").read_text().splitlines()
        (options,) = [each.split()[3] for each in mounts if each.split()[1] == str(root)]
        assert {"nosuid", "nodev", "noexec"} <= set(options.split(","))
        gate.bring(gate.own / "policy.json", gate.policy())
        gate.carry()
        assert list(gate.own.glob("export-*.jsonl"))
    assert not os.path.ismount(at)
    assert gate.inbox() == {"policy.json"}
    with carry.mounted(loop, at) as root:
        assert list((root / "gate" / GATE).glob("export-*.jsonl")), "it is on the stick"


@pytest.mark.parametrize("kind", ["ext4"])
def test_a_stick_that_laptops_do_not_write_is_not_mounted(
    gate: Gate, loop: Path, kind: str
) -> None:
    assert kind not in carry.OPTIONS
    with pytest.raises(StorageUnusable), carry.mounted(loop, gate.root):
        pytest.fail("it was mounted")


def test_a_laptop_writes_and_reads_a_real_fat_stick(gate: Gate, tmp_path: Path) -> None:
    """The file system is FAT, written and read by mtools; only the kernel's mount is not in it.

    What comes from a laptop arrives by its name, long ones too, and every name that a gate writes
    can stand on FAT and comes back whole.
    """
    image, back = tmp_path / "stick.img", tmp_path / "back"
    with image.open("wb") as file:
        file.truncate(16 * 2**20)
    for path, data in (
        (gate.own / "policy.json", gate.policy()),
        (gate.common / "list-0123456789abcdef", b"a list"),
    ):
        gate.bring(path, data)
    subprocess.run(["/usr/sbin/mkfs.vfat", str(image)], check=True, capture_output=True)
    fat(image, "mcopy", "-s", str(gate.root / "gate"), "::")
    back.mkdir()
    fat(image, "mcopy", "-s", "-n", "::gate", str(back))

    Stick(gate.found, back, AT).carry()

    assert gate.inbox() == {"policy.json", "list-0123456789abcdef"}
    own = back / "gate" / GATE
    written = {each.name: each.read_bytes() for each in own.iterdir()}
    assert any(name.startswith("export-") for name in written)
    fat(image, "mdeltree", "::gate")
    fat(image, "mcopy", "-s", str(back / "gate"), "::")
    home = tmp_path / "laptop"
    home.mkdir()
    fat(image, "mcopy", "-s", "-n", "::gate", str(home))
    assert {each.name: each.read_bytes() for each in (home / "gate" / GATE).iterdir()} == written


def fat(image: Path, command: str, *words: str) -> None:
    """Do something on a FAT file system in a file, as a laptop does on a stick."""
    subprocess.run([command, "-i", str(image), *words], check=True, capture_output=True)
