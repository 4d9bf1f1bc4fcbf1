"""Memory cards: what stands on them, that it is no secret, and that an image is one."""

import lzma
import os
import shutil
import signal
import struct
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from provisioning import bootfiles, cli, releases, sdcard
from provisioning.authority import Authority
from provisioning.bootfiles import Tree
from provisioning.errors import CardUnusable, FileUnusable, ReleaseInvalid, ToolMissing
from provisioning.sddesk import SERVICES

WHEELS = (
    "gate_scanner-0.1.0-py3-none-any.whl",
    "numpy-2.5.5-cp313-cp313-manylinux_2_27_aarch64.manylinux_2_28_aarch64.whl",
)
CMDLINE = "console=serial0,115200 console=tty1 root=PARTUUID=0-02 rootwait\n"
BOOT_SECTORS, ROOT_SECTORS, FIRST = 16 * 2048, 2048, 8192


def signed(home: Authority, folder: Path, now: datetime, wheels: tuple[str, ...] = WHEELS) -> Path:
    folder.mkdir()
    for each in wheels:
        (folder / each).write_bytes(each.encode() * 9)
    releases.sign(home, folder, now)
    return folder


@pytest.fixture
def wheels(home: Authority, tmp_path: Path, now: datetime) -> Path:
    return signed(home, tmp_path / "wheels", now)


@pytest.fixture
def tree(home: Authority, wheels: Path) -> Tree:
    return bootfiles.files_of(home, wheels, SERVICES)


@pytest.fixture
def boot(tmp_path: Path) -> Path:
    folder = tmp_path / "bootfs"
    folder.mkdir()
    (folder / "cmdline.txt").write_text(CMDLINE)
    (folder / "config.txt").write_text("camera_auto_detect=1\n")
    return folder


@pytest.fixture
def base(tmp_path: Path, boot: Path) -> Path:
    """Return an image as small as can be: a FAT partition with a Pi's files, and a Linux one."""
    image = tmp_path / "raspios.img"
    with image.open("wb") as file:
        file.truncate((FIRST + BOOT_SECTORS + ROOT_SECTORS) * 512)
    fat = tmp_path / "fat"
    with fat.open("wb") as file:
        file.truncate(BOOT_SECTORS * 512)
    subprocess.run(["/usr/sbin/mkfs.vfat", fat], check=True, capture_output=True)
    for name in ("cmdline.txt", "config.txt"):
        subprocess.run(["mcopy", "-i", fat, boot / name, "::"], check=True)
    with image.open("r+b") as file:
        file.seek(446)
        for kind, start, count in (
            (0x0C, FIRST, BOOT_SECTORS),
            (0x83, FIRST + BOOT_SECTORS, ROOT_SECTORS),
        ):
            file.write(struct.pack("<B3sB3sII", 0, b"", kind, b"", start, count))
        file.seek(510)
        file.write(b"\x55\xaa")
        file.seek(FIRST * 512)
        file.write(fat.read_bytes())
    return image


def test_no_secret_is_on_a_card_and_two_cards_are_the_same(
    home: Authority, tree: Tree, wheels: Path
) -> None:
    everything = b"\n".join(tree.values())
    assert b"PRIVATE KEY" not in everything
    for path in home.folder.rglob("*.pem"):
        if b"PRIVATE" in path.read_bytes():
            assert path.read_bytes().splitlines()[1] not in everything, path
    assert tree == bootfiles.files_of(home, wheels, SERVICES)
    assert tree["gate/root.json"] == (home.folder / "root.json").read_bytes()


def test_every_wheel_is_there_with_its_digest(tree: Tree, tmp_path: Path) -> None:
    for name, data in tree.items():
        path = tmp_path / "card" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    release = tmp_path / "card/gate/release"
    check = ["sha256sum", "--check", "--strict", "--quiet", "../release.sha256"]
    assert {each.name for each in release.iterdir()} == {*WHEELS, "release.json"}
    assert subprocess.run(check, cwd=release, check=False).returncode == 0
    (release / WHEELS[0]).write_bytes(b"another")
    assert subprocess.run(check, cwd=release, check=False, capture_output=True).returncode != 0


def test_another_content_is_another_instance_and_the_same_is_the_same(
    home: Authority, tree: Tree, tmp_path: Path, now: datetime
) -> None:
    later = signed(home, tmp_path / "later", now.replace(year=2027))
    other = bootfiles.files_of(home, later, SERVICES)
    assert tree["meta-data"] != other["meta-data"]


@pytest.mark.parametrize(
    "wheels",
    [
        (WHEELS[0], "numpy-2.5.5-cp313-cp313-manylinux_2_28_x86_64.whl"),
        (WHEELS[0], "numpy-2.5.5-cp311-cp311-manylinux_2_28_aarch64.whl"),
    ],
)
def test_a_release_that_no_pi_could_run_goes_onto_no_card(
    home: Authority, tmp_path: Path, now: datetime, wheels: tuple[str, ...]
) -> None:
    folder = signed(home, tmp_path / "other", now, wheels)
    with pytest.raises(ReleaseInvalid):
        bootfiles.files_of(home, folder, SERVICES)


def test_a_release_that_was_changed_or_is_not_signed_goes_onto_no_card(
    home: Authority, wheels: Path
) -> None:
    (wheels / WHEELS[1]).write_bytes(b"changed")
    with pytest.raises(ReleaseInvalid):
        bootfiles.files_of(home, wheels, SERVICES)
    (wheels / "release.json").unlink()
    with pytest.raises(ReleaseInvalid):
        bootfiles.files_of(home, wheels, SERVICES)
    with pytest.raises(FileUnusable):
        bootfiles._services(wheels)


def test_a_card_that_is_plugged_in_is_prepared_again_and_again(boot: Path, tree: Tree) -> None:
    (boot / "gate/release").mkdir(parents=True)
    (boot / "gate/release/old-1.0-py3-none-any.whl").write_bytes(b"x")
    for _ in range(2):
        sdcard.prepare(boot, tree)
    assert {each.name for each in (boot / "gate/release").iterdir()} == {*WHEELS, "release.json"}
    assert (boot / "user-data").read_text().startswith("#cloud-config\n")
    assert (boot / "cmdline.txt").read_text() == "console=tty1 root=PARTUUID=0-02 rootwait\n"
    assert (boot / "config.txt").exists()


def test_what_is_no_card_of_a_pi_is_left_alone(tmp_path: Path, tree: Tree) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(CardUnusable):
        sdcard.prepare(tmp_path / "photos", tree)
    assert list((tmp_path / "photos").iterdir()) == []


@pytest.mark.parametrize("kind", [".img", ".img.xz"])
def test_an_image_has_the_files_and_a_partition_for_what_the_gate_keeps(
    base: Path, tree: Tree, tmp_path: Path, kind: str
) -> None:
    before = base.read_bytes()
    if kind != base.suffix:
        base = base.with_suffix(kind)
        base.write_bytes(lzma.compress(before, preset=0))
    out = tmp_path / "gate.img"
    sdcard.build(base, out, tree)
    boot, root, state, none = sdcard.partitions(out)
    assert (boot, root) == tuple(sdcard.partitions(tmp_path / "raspios.img")[:2])
    assert state == (0x83, sdcard.ROOT_ENDS // 512, sdcard.STATE_BYTES // 512)
    assert none == (0, 0, 0)
    at = f"{out}@@{FIRST * 512}"
    for name in ("user-data", "gate/root.json", f"gate/release/{WHEELS[1]}", "gate/version"):
        read = subprocess.run(["mtype", "-i", at, f"::{name}"], check=True, capture_output=True)
        assert read.stdout == tree[name], name
    line = subprocess.run(["mtype", "-i", at, "::cmdline.txt"], check=True, capture_output=True)
    assert b"serial0" not in line.stdout
    probe = ["/usr/sbin/blkid", "-p", "-O", str(state[1] * 512), "-o", "value", "-s", "LABEL"]
    said = subprocess.run([*probe, str(out)], check=True, capture_output=True)
    assert said.stdout.strip() == b"gate-state"
    assert out.stat().st_blocks * 512 < 200 * 2**20, "what is empty takes no room"


def test_what_is_no_image_of_a_pi_becomes_none(base: Path, tree: Tree, tmp_path: Path) -> None:
    out = tmp_path / "gate.img"
    for spoil in (
        lambda data: data[:300],
        lambda data: b"\0" * len(data),
        lambda data: data[:450] + b"\x83" + data[451:],
        lambda data: data[: FIRST * 512] + b"\0" * (len(data) - FIRST * 512),
    ):
        other = tmp_path / "other.img"
        other.write_bytes(spoil(base.read_bytes()))
        with pytest.raises(CardUnusable):
            sdcard.build(other, out, tree)
    with pytest.raises(FileUnusable) as missing:
        sdcard.build(tmp_path / "none.img", out, tree)
    assert missing.value.details["path"] == tmp_path / "none.img"
    broken = tmp_path / "broken.img.xz"
    for packed in (b"no xz", lzma.compress(base.read_bytes())[:-100]):
        broken.write_bytes(packed)
        with pytest.raises(CardUnusable):
            sdcard.build(broken, out, tree)
    assert not list(tmp_path.glob("*gate.img*"))


def test_an_image_takes_the_place_of_no_device(base: Path, tree: Tree, tmp_path: Path) -> None:
    pipe = tmp_path / "sdb"  # as a device, but one that any user may make
    os.mkfifo(pipe)
    with pytest.raises(FileUnusable):
        sdcard.build(base, pipe, tree)
    assert pipe.is_fifo()


def test_a_missing_tool_is_named(
    base: Path, tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name, path="": None)  # noqa: ARG005
    with pytest.raises(ToolMissing):
        sdcard.build(base, tmp_path / "gate.img", tree)


def test_the_command_prepares_a_card(
    home: Authority,
    wheels: Path,
    boot: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATE_LANG", "en")
    here = ["--authority", str(home.folder), "--release", str(wheels)]
    assert cli.main(["card", "prepare", *here, str(boot)]) == 0
    assert "none of them secret" in capsys.readouterr().out
    assert (boot / "gate/systemd/gate-scanner.service").exists()
    assert (boot / "gate/systemd/card/first-boot").exists()


KILLED = """
import os, pathlib, sys
from provisioning import files

with files.workshop(pathlib.Path(sys.argv[1])) as folder:
    (folder / "image").write_bytes(b"half of one")
    files.sweep(folder.parent)
    assert (folder / "image").exists(), "what is being made was swept away"
    os.kill(os.getpid(), 9)
"""


def test_what_a_command_that_was_killed_had_begun_goes_with_the_next(
    home: Authority, wheels: Path, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATE_LANG", "en")
    made = tmp_path / "made"
    made.mkdir()
    killed = [sys.executable, "-c", KILLED, str(made / "gate.img")]
    assert subprocess.run(killed, check=False).returncode == -signal.SIGKILL
    assert len(list(made.iterdir())) == 1
    here = ["--authority", str(home.folder), "--release", str(wheels)]
    assert cli.main(["card", "image", *here, str(base), "--out", str(made / "gate.img")]) == 0
    assert [each.name for each in made.iterdir()] == ["gate.img"]
