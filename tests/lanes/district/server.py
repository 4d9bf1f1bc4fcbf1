"""A district's server: this machine's own programs under a root of its own, booted by nspawn.

The units, users and folders are those that `systemd/district/install` lays down; the keys are an
authority's, given out as docs/operating says. It has no network but its loopback.
"""

import contextlib
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from threading import Event

from provisioning import authority, clock

ROOT = Path(__file__).resolve().parents[3]
CONFIG = "/etc/gate-district/collector.toml"
USED = ("bin", "lib", "lib64", "sbin")
FILES = {
    "etc/os-release": 'ID=gate-district\nNAME="Gate district"\n',
    "etc/machine-id": "",
    "etc/hostname": "district\n",
    "etc/hosts": "127.0.0.1 localhost\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/nonexistent:/bin/false\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
}
RUN = """#!/bin/sh
export LD_LIBRARY_PATH=/opt/python/lib
export PYTHONPATH=/opt/gate-district/src:/opt/gate-district/lib
exec /opt/python/bin/{python} {module}"$@"
"""
KEYS = {
    "broker": {name: f"broker/{name}" for name in ("tls.pem", "certificate.pem", "ca.pem")},
    "desk": {
        "self-service.pem": "passes/declared.pem",
        "institution.pem": "passes/seen.pem",
        "status.pem": "signing/status.pem",
    },
    "dispatch": {name: f"signing/{name}" for name in ("command.pem", "policy.pem")},
    "intake": {
        name: f"collector/{name}"
        for name in ("tls.pem", "certificate.pem", "ca.pem", "receipt.pem")
    },
}
CUSTODIANS = ("mot", "hai", "ba")
STEP_S, LONG_S = 0.1, 60.0
INSIDE = "/opt/gate-district/current/bin:/usr/sbin:/usr/bin"


class Server:
    """One server in a folder."""

    def __init__(self, folder: Path) -> None:
        self._root, self._folder = folder / "root", folder
        self.home = authority.create(folder / "authority", "Huyện Mẫu", now=clock.now()).folder
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._init = 0

    def lay(self) -> None:
        """Lay it out as an operator does, from `install` to the keys."""
        (self._root / "usr").mkdir(parents=True)
        for name in USED:
            (self._root / name).symlink_to(f"usr/{name}")
        for path, text in FILES.items():
            self._write(path, text)
        shutil.copy("/etc/ld.so.cache", self._root / "etc/ld.so.cache")
        for name in (
            "var/lib",
            "tmp",
            "root",
            "run",
            "opt/python",
            "opt/gate-district/current/bin",
        ):
            (self._root / name).mkdir(parents=True, exist_ok=True)
        for name in ("src", "lib"):
            (self._root / "opt/gate-district" / name).mkdir()
        python = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        for name, module in (("python", ""), ("collector", "-P -m collector ")):
            path = f"opt/gate-district/current/bin/{name}"
            self._write(path, RUN.format(python=python, module=module))
            (self._root / path).chmod(0o755)
        _done([str(ROOT / "systemd/district/install"), str(self._root)])
        self._give_keys()

    def _give_keys(self) -> None:
        own = self._root / "etc/gate-district"
        for name in ("roster.json", "public.json"):
            shutil.copy(self.home / name, own / name)
            (own / name).chmod(0o644)
        enrol = {
            path.name: f"enrolment/{path.name}" for path in (self.home / "enrolment").iterdir()
        }
        for part, files in {**KEYS, "enrol": enrol}.items():
            into = own / "keys" / part
            for name, source in files.items():
                group = str(into.stat().st_gid)
                _done(
                    [
                        "install",
                        "-m",
                        "0640",
                        "-g",
                        group,
                        str(self.home / source),
                        f"{into}/{name}",
                    ]
                )

    def boot(self) -> None:
        """Boot it; the services may still be starting."""
        command = ["setpriv", "--pdeathsig", "KILL", "env", "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1"]
        command += ["systemd-nspawn", "-D", str(self._root), "--machine=district", "--register=no"]
        command += ["--keep-unit", "--private-network", "--boot", "--console=read-only"]
        command += ["--bind-ro=/usr", f"--bind-ro={sys.base_prefix}:/opt/python"]
        command += [f"--bind-ro={ROOT}:/opt/gate-district/src"]
        command += [f"--bind-ro={sysconfig.get_path('purelib')}:/opt/gate-district/lib"]
        with (self._folder / "console").open("w") as console:
            self._nspawn = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=console, stderr=console
            )
        until(self._started, (self._folder / "console").read_text)

    def wrap(self) -> None:
        """Give the vault's key to its custodians, as the vault's own user."""
        self.run("install", "-d", "-m", "0700", "-o", "gate-vault", "/run/seal")
        seal = self.inside("/run/seal/seal.pem")
        shutil.copy(self.home / "vault/seal.pem", seal)
        self.run("chown", "gate-vault", "/run/seal/seal.pem")
        words = [word for name in CUSTODIANS for word in ("--custodian", name)]
        key = ("--key", "/run/seal/seal.pem", "--generate", *words, "--config", CONFIG)
        self.run(*as_user("gate-vault"), "collector", "vault", "init", *key)

    def run(self, *command: str) -> str:
        """Run a command inside as root; return what it printed."""
        return _done([*self._entered(), *command])

    def tried(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command inside that may fail."""
        return subprocess.run(
            [*self._entered(), *command], check=False, capture_output=True, text=True
        )

    def within(self, unit: str, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command behind a service's walls, as its user and in all its groups."""
        pid = self.main_pid(unit)
        shown = self.run("systemctl", "show", "-pUser,Group,SupplementaryGroups", unit)
        names = dict(line.split("=", 1) for line in shown.splitlines())
        group = names["Group"] or names["User"]
        groups = ["--groups", ",".join(names["SupplementaryGroups"].split())]
        user = ["setpriv", "--reuid", names["User"], "--regid", group, *groups]
        inside = ["nsenter", "-t", str(pid), "--mount", "--net", "--", *user, *command]
        return self.tried(*inside)

    def main_pid(self, unit: str) -> int:
        return int(self.run("systemctl", "show", "-pMainPID", "--value", unit))

    def active(self, unit: str) -> bool:
        return self.tried("systemctl", "is-active", "--quiet", unit).returncode == 0

    def journal(self, unit: str) -> str:
        return self.run("journalctl", "--boot", "--unit", unit, "--output", "cat", "--no-pager")

    def inside(self, path: str) -> Path:
        return Path(f"/proc/{self._init}/root{path}")

    def clear(self) -> None:
        """End everything."""
        nspawn, self._nspawn = self._nspawn, None
        if nspawn is not None:
            if nspawn.poll() is None and self._init:
                self.tried("systemctl", "poweroff")
            with contextlib.suppress(subprocess.TimeoutExpired):
                nspawn.wait(30)
            nspawn.kill()
            nspawn.wait()

    def _started(self) -> bool:
        assert self._nspawn is not None
        assert self._nspawn.poll() is None, (self._folder / "console").read_text()
        pid = self._nspawn.pid
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with contextlib.suppress(OSError):
                if Path(f"/proc/{child}/comm").read_text() == "systemd\n":
                    self._init = int(child)
        return self._init != 0 and self.tried("systemctl", "is-system-running").stdout != ""

    def _entered(self) -> list[str]:
        kinds = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"]
        clean = ["env", "-i", f"PATH={INSIDE}", "LANG=C.UTF-8", "GATE_LANG=en"]
        return ["nsenter", "-t", str(self._init), *kinds, "--", *clean]

    def _write(self, path: str, text: str) -> None:
        (self._root / path).parent.mkdir(parents=True, exist_ok=True)
        (self._root / path).write_text(text, encoding="utf-8")


def as_user(name: str) -> tuple[str, ...]:
    """Return what to put before a command that is to run as a user who reads the configuration."""
    return ("setpriv", "--reuid", name, "--regid", name, "--groups", "gate-district")


def until(fact: Callable[[], object], why: Callable[[], str] = str) -> None:
    """Wait until a fact holds; fail after a long time, saying why."""
    pause = Event()
    for _ in range(int(LONG_S / STEP_S)):
        if fact():
            return
        pause.wait(STEP_S)
    raise AssertionError(why() or "it never came to be")


def _done(command: list[str]) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout
