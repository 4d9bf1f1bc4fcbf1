"""What stands on a memory card's boot partition: the same for every gate, and no secret.

    user-data  network-config  meta-data      for cloud-init, which runs first-boot
    gate/root.json                            whom the gate will believe
    gate/release/  gate/release.sha256        the program, signed; every wheel for the Pi
    gate/systemd/  gate/gate.toml             its services, and its configuration
    gate/packages  gate/version               what the system brings, and which release this is

Values only; where they are written is for sdcard.py.
"""

import hashlib
import json
from pathlib import Path

from provisioning import files
from provisioning.authority import Authority, pretty
from provisioning.errors import FileUnusable, ReleaseInvalid
from provisioning.i18n import marked
from provisioning.releases import NAME
from wire import release
from wire.errors import WireError
from wire.release import Release

PACKAGES = (
    *("python3-picamera2", "python3-lgpio", "python3-venv", "libzbar0"),
    *("network-manager", "openssh-server", "cloud-guest-utils", "e2fsprogs"),
)
"""What Raspberry Pi OS brings by apt, and a release never does (wire/release.py)."""
ARCHITECTURE, PYTHON = "aarch64", "3.13"
HOST = "gate"
CONFIG = """\
# What differs from gate to gate comes with its enrolment.
[camera]
source = "picamera2"
"""
USER_DATA = f"""\
#cloud-config
# The same for every gate. Nobody is made an account, nobody has a password, and the way in for
# technicians is opened by a card.
hostname: {HOST}
users: []
disable_root: true
ssh_pwauth: false
ssh_deletekeys: true
ssh_genkeytypes: [ed25519]
timezone: Asia/Ho_Chi_Minh
package_update: false
package_upgrade: false
# Up to the partition behind it, where the gate keeps its records.
growpart:
  mode: auto
  devices: ['/']
resize_rootfs: true
# Tried again at every start until all of it is done.
write_files:
  - path: /etc/systemd/system/gate-first-boot.service
    content: |
      [Unit]
      Description=Gate: what a new memory card has done at its first start
      ConditionPathExists=!/etc/gate-first-boot.done
      RequiresMountsFor=/boot/firmware
      SuccessAction=reboot
      StartLimitIntervalSec=0
      [Service]
      Type=oneshot
      ExecStart=/bin/sh /boot/firmware/gate/systemd/card/first-boot
      Restart=on-failure
      RestartSec=60
      TimeoutStartSec=1h
      [Install]
      WantedBy=multi-user.target
runcmd:
  - [systemctl, daemon-reload]
  - [systemctl, enable, gate-first-boot.service]
  - [systemctl, start, --no-block, gate-first-boot.service]
"""
NETWORK = """\
# A cable, if there is one. Wi-Fi comes with the enrolment code or a card, and is kept by
# NetworkManager itself.
network:
  version: 2
  ethernets:
    cable:
      match:
        name: "e*"
      dhcp4: true
      optional: true
"""
LIMIT = 512 * 1024 * 1024
FOR_PI = ("-any.whl", f"_{ARCHITECTURE}.whl")

Tree = dict[str, bytes]
"""Path on the partition -> content."""


def files_of(home: Authority, wheels: Path, services: Path) -> Tree:
    """Return all that the partition gets.

    `wheels` is a folder that `provision release` has signed, `services` the project's own. Raises
    ReleaseInvalid for a release that no Pi could run, FileUnusable.
    """
    found = _release(home, wheels)
    program = {each.name: _wheel(wheels / each.name, each) for each in found.wheels}
    program[NAME] = files.read(wheels / NAME, release.MAX_BYTES)
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in program.items()}
    sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    tree: Tree = {
        "user-data": USER_DATA.encode(),
        "network-config": NETWORK.encode(),
        "gate/root.json": pretty(home.public.root),
        "gate/gate.toml": CONFIG.encode(),
        "gate/packages": "".join(f"{each}\n" for each in PACKAGES).encode(),
        "gate/version": f"{found.version}\n".encode(),
        "gate/release.sha256": sums.encode(),
        **{f"gate/release/{name}": data for name, data in program.items()},
        **_services(services),
    }
    return tree | {"meta-data": _meta(tree)}


def _release(home: Authority, folder: Path) -> Release:
    try:
        data = files.read(folder / NAME, release.MAX_BYTES)
        found = release.unpack(data, home.public.root)
    except (FileUnusable, WireError) as error:
        detail = marked("it is not signed by this authority's root; see `provision release`")
        raise ReleaseInvalid(folder=folder, detail=detail) from error
    if found.python != PYTHON or not all(each.name.endswith(FOR_PI) for each in found.wheels):
        detail = marked("its wheels are not for a Pi: see `tools/wheels aarch64`")
        raise ReleaseInvalid(folder=folder, detail=detail)
    return found


def _wheel(path: Path, wheel: release.Wheel) -> bytes:
    data = files.read(path, LIMIT)
    if hashlib.sha256(data).hexdigest() != wheel.sha256:
        detail = marked("a wheel has changed since it was signed")
        raise ReleaseInvalid(folder=path.parent, detail=detail)
    return data


def _services(folder: Path) -> Tree:
    """Return the project's services; whatever else lies in that folder stays there."""
    found = sorted(each for each in folder.rglob("*") if each.is_file() and not each.is_symlink())
    tree = {f"gate/systemd/{each.relative_to(folder)}": files.read(each, LIMIT) for each in found}
    if "gate/systemd/card/first-boot" not in tree:
        raise FileUnusable(path=folder, detail=marked("the gate's services are not there"))
    return tree


def _meta(tree: Tree) -> bytes:
    """Return the instance: cloud-init does its work again only for a card with another content."""
    digest = hashlib.sha256()
    for name, data in sorted(tree.items()):
        digest.update(json.dumps([name, hashlib.sha256(data).hexdigest()]).encode())
    return f"instance-id: gate-{digest.hexdigest()[:16]}\nlocal-hostname: {HOST}\n".encode()
