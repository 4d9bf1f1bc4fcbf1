"""A new memory card at its first start: what Debian 13's own cloud-init makes of it.

The system is the Debian tree and not a Pi's: kernel, firmware and Raspberry Pi OS's own packages
are not here, and the release is made for this machine's processor. Everything else is real.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioning import bootfiles, clock, releases, sdcard
from provisioning.bootfiles import Tree
from tests.lanes.appliance.district import District
from tests.lanes.appliance.gate import ROOT, SCANNER
from tests.lanes.appliance.machine import LONG_S, Machine, machine, until

pytestmark = pytest.mark.timeout(600)  # the first run makes the tree and fetches the wheels
IN_ORDER = True

BOOT, FIRST = "/boot/firmware", "gate-first-boot.service"
SEED = "/var/lib/cloud/seed/nocloud"
FSTAB = "overlay / overlay defaults,noatime 0 1\n"
"""As on a card, but for where this machine's root comes from: systemd goes by it."""


@pytest.fixture(scope="module")
def card(district: District, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    """Return the files of a card, with a release for this machine in the place of a Pi's."""
    folder = tmp_path_factory.mktemp("release") / "wheels"
    made = subprocess.run([ROOT / "tools/wheels"], check=True, stdout=subprocess.PIPE, text=True)
    shutil.copytree(made.stdout.strip(), folder)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    releases.sign(district.home, folder, clock.now())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootfiles, "FOR_PI", ("-any.whl", "_x86_64.whl"))
        patch.setattr(bootfiles, "PACKAGES", ("python3-libcamera", "libzbar0t64", "openssh-server"))
        yield bootfiles.files_of(district.home, folder, ROOT / "systemd")


@pytest.fixture(scope="module")
def booted(card: Tree, tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Return a machine that was switched on with the card in it, its first start behind it."""
    with machine(tree, tmp_path_factory.mktemp("card")) as made:
        made.prepare("rm", "-rf", "/opt/gate/current", "/opt/gate/releases")
        for name in ("cmdline.txt", "config.txt"):
            made.write(f"{BOOT}/{name}", "console=serial0,115200 root=LABEL=rootfs\n")
        made.write("/etc/fstab", FSTAB)
        root = Path(f"/proc/{made._held.pid}/root{made.folder}/root")
        sdcard.prepare(root / BOOT[1:], card)
        for name in ("user-data", "network-config", "meta-data"):
            made.write(f"{SEED}/{name}", card[name].decode())
        made.prepare("systemctl", "enable", "cloud-init.target")
        made.write(f"/etc/systemd/system/{FIRST}.d/lane.conf", "[Unit]\nSuccessAction=none\n")
        made.boot(plugged=False, read_only=True)
        done = "/etc/gate-first-boot.done"
        until(lambda: made.tried("test", "-e", done), 4 * LONG_S, lambda: log(made))
        yield made
        made.power_off()


def log(made: Machine) -> str:
    own = made.tried_output("journalctl", "-b", "-u", FIRST, "-o", "cat", "--no-pager")
    return own[-3000:] + made.tried_output("tail", "-c", "2000", "/var/log/cloud-init-output.log")


@pytest.mark.parametrize(
    ("name", "kind"), [("user-data", "cloud-config"), ("network-config", "network-config")]
)
def test_cloud_init_finds_nothing_wrong_with_a_card(
    card: Tree, tree: Path, tmp_path: Path, name: str, kind: str
) -> None:
    with machine(tree, tmp_path) as made:
        (made.lane / name).write_bytes(card[name])
        said = made.prepare("cloud-init", "schema", "-t", kind, "-c", f"/opt/lane/{name}")
        assert said.startswith("Valid schema")


def test_the_first_start_lays_the_program_and_its_services(booted: Machine, card: Tree) -> None:
    until(
        lambda: booted.tried("test", "-s", "/etc/gate/keys/root.json"), LONG_S, lambda: log(booted)
    )
    version = card["gate/version"].decode().strip()
    assert booted.run("readlink", "/opt/gate/current").strip() == f"releases/{version}"
    assert (
        booted.run("cat", f"/opt/gate/releases/{version}/release.json").encode()
        == card["gate/release/release.json"]
    )
    assert booted.run("systemctl", "is-enabled", SCANNER).strip() == "enabled"
    assert booted.run("cat", "/etc/gate/gate.toml").encode() == card["gate/gate.toml"]
    accounts = booted.run("cat", "/etc/passwd").splitlines()
    assert not [each for each in accounts if 1000 <= int(each.split(":")[2]) < 60_000], "nobody"


def test_the_first_start_is_said_to_have_gone_well(booted: Machine) -> None:
    assert "gate first-boot: done" in log(booted)
    until(lambda: "running" not in status(booted), LONG_S, lambda: status(booted))
    assert "error" not in status(booted).splitlines()[0]


def status(made: Machine) -> str:
    return made.tried_output("cloud-init", "status")


def test_with_a_partition_of_its_own_the_root_is_read_only_from_then_on(
    booted: Machine,
) -> None:
    """The tree's partition has no label that could be found, so the script is asked by hand.

    Until then the root is what its fstab says, though it was mounted read-only.
    """
    assert "rw" in root_options(booted)
    script = f"{BOOT}/gate/systemd/card/read-only"
    booted.run("sh", script)
    once = booted.run("cat", "/etc/fstab")
    booted.run("sh", script)
    assert booted.run("cat", "/etc/fstab") == once, "done again it changes nothing"
    said = booted.complaints("findmnt", "--verify", "--tab-file", "/etc/fstab")
    assert "0 parse errors, 0 errors" in said
    columns = [line.split() for line in once.splitlines()]
    (options,) = [each[3] for each in columns if each[1] == "/"]
    assert "ro" in options.split(",")
    kept = {each[1]: each[3] for each in columns if each[2] == "none"}
    assert set(kept) == {
        *("/etc/gate", "/opt/gate", "/etc/NetworkManager/system-connections"),
        *("/etc/modprobe.d", "/var/lib/systemd/timesync"),
    }
    assert all({"nosuid", "nodev"} <= set(each.split(",")) for each in kept.values())
    assert [where for where, each in kept.items() if "exec" in each.split(",")] == ["/opt/gate"]


def test_a_read_only_root_starts_and_keeps_what_it_must(booted: Machine) -> None:
    """After `read-only`: the kept folders are bound and writable, and the gate needs no others.

    As on a Pi the root is read-only from its first moment on, and its fstab decides whether it
    stays so: nobody remounts it by hand.
    """
    booted.power_off()
    booted.boot(plugged=False, read_only=True)
    request = f"{BOOT}/gate/request.json"
    until(lambda: booted.tried("test", "-s", request), LONG_S, lambda: said(booted))
    assert "ro" in root_options(booted)
    for path in ("/etc/x", "/usr/x"):
        assert not booted.tried("touch", path), path
    booted.run("rm", request)
    booted.run("systemctl", "restart", "gate-setup.service")
    assert booted.tried("test", "-s", request)
    for path in ("/etc/gate/keys/x", "/var/lib/gate/x", "/opt/gate/x", "/var/log/x"):
        assert booted.tried("touch", path), path
    assert booted.tried("/opt/gate/current/bin/gate", "--help")


def said(made: Machine) -> str:
    return made.journal("gate-setup.service")[-2000:] + made.tried_output("cat", "/proc/mounts")


def root_options(made: Machine) -> set[str]:
    return set(made.run("findmnt", "-n", "-o", "VFS-OPTIONS", "/").strip().split(","))
