"""A gate's whole machine: the Debian tree with the services installed, booted by systemd-nspawn.

It boots from a copy that vanishes, on a network of its own, whose other end is where the district
stands. Nothing of it touches this machine's network, and its clock is this machine's.
"""

import contextlib
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Event

INSIDE = {"PATH": "/opt/gate/current/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
HOST, GUEST, PREFIX = "10.77.0.1", "10.77.0.2", 30
"""The two ends of the cable: the district's, and the gate's."""
NETWORK = f"""\
[Match]
Name=host0

[Network]
Address={GUEST}/{PREFIX}
LinkLocalAddressing=no
"""
STATE, BOOT = "/var/lib/gate", "/boot/firmware"
# The records have a partition of their own, as on a memory card.
LAY = f"""
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root"
mkdir -p "$2/root/opt/lane" "$2/root{STATE}"
mount --bind "$2/lane" "$2/root/opt/lane"
truncate --size 384M "$2/card"
mkfs.ext4 -q "$2/card"
mount -o loop "$2/card" "$2/state"
ip link set lo up
ip address add "$3" dev lo
echo laid
exec sleep infinity
"""
STEP_S = 0.02
LONG_S = 90.0


class Machine:
    """One machine in a folder: `lane` is its /opt/lane, `upper` what it has written."""

    def __init__(self, tree: Path, folder: Path) -> None:
        """Take the tree and an empty folder."""
        self._tree, self.folder = tree, folder
        self._holder: subprocess.Popen[str] | None = None
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._init = 0

    @property
    def lane(self) -> Path:
        """Return the folder that is /opt/lane inside."""
        return self.folder / "lane"

    def lay(self) -> None:
        """Lay the copy out; commands can be run in it, and nothing is booted."""
        for part in ("upper", "work", "root", "lane", "state"):
            (self.folder / part).mkdir(exist_ok=True)
        holder = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--net"]
        holder += ["--propagation", "private", "sh", "-ec", LAY, "lay", str(self._tree)]
        self._holder = subprocess.Popen(
            [*holder, str(self.folder), HOST],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == "laid\n"

    @property
    def district(self) -> list[str]:
        """Return what to put before a command so that it runs at the other end of the cable."""
        return ["nsenter", "-t", str(self._held.pid), "--net"]

    @property
    def _held(self) -> subprocess.Popen[str]:
        assert self._holder is not None
        return self._holder

    def prepare(self, *command: str) -> str:
        """Run a command in the copy before it is booted; return what it printed."""
        entered = ["nsenter", "-t", str(self._held.pid), "--mount"]
        root = self.folder / "root"
        entered += ["unshare", "--net", "--pid", "--fork", f"--mount-proc={root}/proc"]
        entered += ["chroot", str(root)]
        return _done([*entered, *_clean(), *command])

    def write(self, path: str, text: str) -> None:
        """Put a file into the copy before it is booted."""
        inside = self.folder / "upper" / path.lstrip("/")
        if self._holder is not None:  # an overlay does not see what is written under it
            inside = Path(f"/proc/{self._held.pid}/root{self.folder}/root{path}")
        inside.parent.mkdir(parents=True, exist_ok=True)
        inside.write_text(text, encoding="utf-8")

    def boot(self, *, plugged: bool = True, read_only: bool = False) -> None:
        """Boot it, and return when its network is there; the services may still be starting.

        `plugged`: the cable is in, and the gate's end has its address. Otherwise it is the gate's
        own business to bring up what is there. `read_only`: the root is so from its first moment
        on, as a Pi's kernel mounts it, and stays so unless its fstab says otherwise; the boot
        partition is another, and is not.
        """
        if plugged:
            self.write("/etc/systemd/network/10-host0.network", NETWORK)
            self.prepare("systemctl", "--quiet", "enable", "systemd-networkd.service")
        command = ["setpriv", "--pdeathsig", "KILL"]
        command += ["nsenter", "-t", str(self._held.pid), "--mount", "--net"]
        # One tree of control groups, as a Pi has, where this machine may still have the older kind.
        command += ["env", "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1"]
        command += ["systemd-nspawn", "-D", str(self.folder / "root"), "--machine=gate"]
        # Without these two it asks a system bus that a container has not; without a network of
        # its own it would drop the services' PrivateNetwork= in silence.
        command += ["--register=no", "--keep-unit", "--network-veth", "--boot"]
        command += ["--console=read-only"]
        command += [f"--bind={self.lane}:/opt/lane", f"--bind={self.folder}/state:{STATE}"]
        if read_only:
            command += ["--read-only", f"--bind={self._boot_partition()}:{BOOT}"]
        with (self.folder / "console").open("w") as console:
            self._nspawn = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=console, stderr=console
            )
        self._init = 0
        until(self._started, LONG_S)
        if plugged:
            until(self._plugged, LONG_S)

    def _boot_partition(self) -> Path:
        """Return what stands for it: a root that its fstab makes read-only is so everywhere."""
        folder = self.folder / "boot"
        if not folder.exists():
            shutil.copytree(f"/proc/{self._held.pid}/root{self.folder}/root{BOOT}", folder)
        return folder

    def _started(self) -> bool:
        """Find the machine's first process, once it is that: its forerunners are nspawn's own."""
        assert self._nspawn is not None
        assert self._nspawn.poll() is None, (self.folder / "console").read_text()
        pid = self._nspawn.pid
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with contextlib.suppress(OSError):
                if Path(f"/proc/{child}/comm").read_text() == "systemd\n":
                    self._init = int(child)
        return self._init != 0

    def _plugged(self) -> bool:
        """Plug the cable in at the district's end, as soon as it is there.

        The district's address is always there, so that its programs can start before.
        """
        there = [*self.district, "ip", "link", "set", "ve-gate", "up"]
        if subprocess.run(there, check=False, capture_output=True).returncode != 0:
            return False
        _done([*self.district, "ip", "route", "add", GUEST, "dev", "ve-gate", "src", HOST])
        return True

    def run(self, *command: str, environment: Mapping[str, str] | None = None) -> str:
        """Run a command on the booted machine as root; return what it printed."""
        return _done([*self._entered(), *_clean(environment), *command])

    def tried(self, *command: str) -> bool:
        """Run a command on the booted machine; say whether it succeeded."""
        return not subprocess.run(
            [*self._entered(), *_clean(), *command], check=False, capture_output=True
        ).returncode

    def tried_output(self, *command: str) -> str:
        """Run a command that may fail; return what it printed."""
        return subprocess.run(
            [*self._entered(), *_clean(), *command], check=False, capture_output=True, text=True
        ).stdout

    def complaints(self, *command: str) -> str:
        """Run a command; return what it printed, errors too, and its status if it failed."""
        done = subprocess.run(
            [*self._entered(), *_clean(), *command],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.stdout + (f"exit status {done.returncode}" if done.returncode else "")

    def _entered(self) -> list[str]:
        kinds = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"]
        return ["nsenter", "-t", str(self._init), *kinds, "--"]

    def path(self, inside: str) -> Path:
        """Return where a file of the booted machine can be looked at from outside."""
        return Path(f"/proc/{self._init}/root{inside}")

    def shown(self, unit: str, *names: str) -> dict[str, str]:
        """Return properties of a unit."""
        listed = self.run("systemctl", "show", *(f"-p{name}" for name in names), unit)
        return dict(line.split("=", 1) for line in listed.splitlines())

    def main_pid(self, unit: str) -> int:
        """Return the process id of a service as it is inside; 0 if it does not run."""
        return int(self.shown(unit, "MainPID")["MainPID"])

    def signal(self, unit: str, name: str) -> None:
        """Send a signal to the main process of a service, from inside."""
        self.run("sh", "-c", f"kill -{name} {self.main_pid(unit)}")

    def journal(self, unit: str) -> str:
        """Return what a service has said since the boot."""
        return self.run("journalctl", "--boot", "--unit", unit, "--output", "cat", "--no-pager")

    def write_protect(self, *, on: bool) -> None:
        """Slide the card's switch: the partition with the records can, or cannot, be written."""
        card = ["nsenter", "-t", str(self._held.pid), "--mount", "mount", "-o"]
        _done([*card, f"remount,{'ro' if on else 'rw'}", f"{self.folder}/state"])

    def power_off(self) -> None:
        """Shut it down; harmless when repeated."""
        nspawn, self._nspawn = self._nspawn, None
        if nspawn is not None:
            if nspawn.poll() is None:
                self.tried("systemctl", "poweroff")
            with contextlib.suppress(subprocess.TimeoutExpired):
                nspawn.wait(30)
            nspawn.kill()
            nspawn.wait()

    def clear(self) -> None:
        """End everything and take the copy away."""
        self.power_off()
        holder, self._holder = self._holder, None
        if holder is not None:
            holder.kill()
            holder.communicate()
        shutil.rmtree(self.folder / "upper", ignore_errors=True)
        shutil.rmtree(self.folder / "work", ignore_errors=True)


@contextlib.contextmanager
def machine(tree: Path, folder: Path) -> Iterator[Machine]:
    """Lay a machine out, and take it away at the end whatever happened."""
    made = Machine(tree, folder)
    try:
        made.lay()
        yield made
    finally:
        made.clear()


def until(fact: Callable[[], object], seconds: float, why: Callable[[], str] = str) -> None:
    """Wait until `fact` holds; fail after `seconds`, saying `why`."""
    pause = Event()
    for _ in range(int(seconds / STEP_S)):
        if fact():
            return
        pause.wait(STEP_S)
    raise AssertionError(why() or "it never came to be")


def _clean(environment: Mapping[str, str] | None = None) -> list[str]:
    settings = {**INSIDE, **(environment or {})}
    return ["env", "-i", *(f"{name}={value}" for name, value in settings.items())]


def _done(command: list[str]) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout
