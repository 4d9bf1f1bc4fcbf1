"""`make bench-up`: how soon a district is up, and how much memory all its processes have.

A new district as an operator would make it (authority, broker, all processes, a vault with two
custodians of three) is started by `collector up`; the time is from that command to the line that
says that all is ready. Then its pages are opened for a while, and the memory is what the kernel
counts for the processes together, what they share counted once (PSS). `--postgres CONNINFO` has the
ledger there.

What else this machine does delays a start, so the processor's time is told beside it: on two cores
with nothing else to do, half of it is nearly all there is to wait for. Times are the median of
`--times` starts, and the first of them makes what is missing.
"""

import argparse
import json
import os
import re
import shutil
import signal
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from broker.launch import free_port
from provisioning import authority as authorities
from provisioning import clock as calendar

CONFIG = """\
[ledger]
{ledger}
[roster]
path = "authority/roster.json"
[broker]
host = "localhost"
port = {broker}
ca = "authority/collector/ca.pem"
certificate = "authority/collector/certificate.pem"
key = "authority/collector/tls.pem"
[receipt]
key = "authority/collector/receipt.pem"
[vault]
state = "vault"
[web]
state = "web"
port = 0
[enrol]
address = "localhost:{enrol}"
keys = "authority/enrolment"
brokers = [{{ host = "localhost", port = {broker} }}]
state = "enrol"
host = "127.0.0.1"
port = {enrol}
[issuing]
keys = "issuing"
state = "desk"
[public]
port = 0
[up]
broker = "authority/broker"
address = "127.0.0.1"
"""
ISSUING = {
    "self-service": "passes/declared",
    "institution": "passes/seen",
    "attendant": "passes/seen",
    "status": "signing/status",
}
"""The desk's keys, by the authority's."""
READY = re.compile(r"^up +(?:ready in|sẵn sàng sau) ([0-9.]+) ?(?:s|giây)", re.MULTILINE)
URL = re.compile(r"https?://\S+")
PATIENCE_S = 60.0
OPENED = 40
"""Pages opened before memory is counted: so that all that is loaded late is loaded."""
CUSTODIANS = ("mot", "hai", "ba")


def lay_out(folder: Path, postgres: str = "") -> Path:
    """Make a district in a folder that is not there yet; return its configuration file."""
    folder.mkdir(mode=0o700, parents=True)
    made = authorities.create(folder / "authority", "Huyện Mẫu", now=calendar.now())
    (folder / "issuing").mkdir(mode=0o700)
    for name, source in ISSUING.items():
        shutil.copy2(made.folder / f"{source}.pem", folder / f"issuing/{name}.pem")
    ledger = f'postgres = "{postgres}"' if postgres else 'path = "ledger.db"'
    path = folder / "collector.toml"
    path.write_text(CONFIG.format(ledger=ledger, broker=free_port(), enrol=free_port()))
    words = [word for name in CUSTODIANS for word in ("--custodian", name)]
    key = ("--key", str(made.folder / "vault/seal.pem"), "--generate", *words)
    command = collector("vault", "init", *key, path=path)
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # our own program
    return path


def collector(*words: str, path: Path) -> list[str]:
    """Return a command of this environment's collector."""
    return [sys.executable, "-m", "collector", *words, "--config", str(path)]


class Up:
    """A running `collector up`."""

    def __init__(self, command: list[str]) -> None:
        """Start it."""
        self._child = subprocess.Popen(  # noqa: S603  # our own program
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.pid = self._child.pid
        self.said: list[str] = []

    @property
    def running(self) -> bool:
        """Say whether it has not ended."""
        return self._child.poll() is None

    def ready_s(self) -> float:
        """Wait until it says how soon it was ready."""
        found = READY.match(self.hear(lambda line: READY.match(line) is not None))
        return float(found[1]) if found else 0.0

    def hear(self, wanted: Callable[[str], bool]) -> str:
        """Wait until it says what is wanted; return that line."""
        until = time.monotonic() + PATIENCE_S
        while self._child.stdout is not None and time.monotonic() < until:
            line = self._child.stdout.readline()
            self.said.append(line.rstrip("\n"))
            if wanted(line):
                return line
            if not line:
                break
        raise SystemExit("\n".join([*self.said, "it did not say what was awaited"]))

    def urls(self) -> list[str]:
        """Return where its pages are."""
        mine = [line for line in self.said if line.startswith("up ")]
        pages = [line for line in mine if re.match(r"up +(?:web|public): ", line)]
        return [url for line in pages for url in URL.findall(line)]

    def stop(self) -> int:
        """End it as Ctrl-C does; return its exit status."""
        self._child.send_signal(signal.SIGINT)
        rest, _ = self._child.communicate(timeout=PATIENCE_S)
        self.said += rest.splitlines()
        return self._child.returncode


@contextmanager
def running(command: list[str]) -> Iterator[Up]:
    """Run it while the block runs, and see that it ends well."""
    up = Up(command)
    try:
        yield up
    finally:
        status = up.stop()
    if status:
        raise SystemExit("\n".join([*up.said, f"it ended with {status}"]))


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found = [pid]
    for each in found:
        found += parents.get(each, [])
    return found


def memory_mb(pid: int) -> tuple[float, dict[str, float]]:
    """Return what a process and its descendants have, together and by their command lines."""
    parts: dict[str, float] = {}
    for each in family(pid):
        with suppress(OSError):
            roll = Path(f"/proc/{each}/smaps_rollup").read_text()
            words = Path(f"/proc/{each}/cmdline").read_bytes().decode().split("\0")
            name = " ".join(word for word in words if not word.startswith(("/", "-")))[:30]
            kb = sum(
                int(kb) for kb in re.findall(r"^(?:Pss|SwapPss): +(\d+) kB", roll, re.MULTILINE)
            )
            parts[f"{name} ({each})"] = round(kb / 1024, 1)
    return round(sum(parts.values()), 1), parts


def processor_s(pid: int) -> float:
    """Return the processor's time that a process and its descendants have had so far."""
    ticks = 0
    for each in family(pid):
        with suppress(OSError):
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def look(url: str) -> None:
    """Open a page; any answer will do."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with suppress(urllib.error.HTTPError):
        urllib.request.urlopen(url, timeout=10, context=context).close()  # noqa: S310  # our own


def measure(command: list[str]) -> tuple[float, float, float, dict[str, float]]:
    """Return how soon it was ready (s), the processor's time until then, memory (MB), of each."""
    with running(command) as up:
        ready_s, cpu_s = up.ready_s(), processor_s(up.pid)
        for _ in range(OPENED):
            for url in up.urls():
                look(url)
        return ready_s, cpu_s, *memory_mb(up.pid)


def main() -> int:
    """Measure, and print the figures as the last line."""
    parser = argparse.ArgumentParser(prog="bench.up", description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--postgres", default="", help="how to reach an empty database")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="up-") as home:
        path = lay_out(Path(home) / "district", asked.postgres)
        found = [measure(collector("up", path=path)) for _ in range(asked.times)]
    for ready_s, cpu_s, memory, parts in found:
        print(f"ready in {ready_s:.1f} s, {cpu_s:.1f} s of one core, {memory:.0f} MB: {parts}")
    ready = statistics.median(each[0] for each in found)
    cpu = statistics.median(each[1] for each in found)
    memory = max(each[2] for each in found)
    print(json.dumps({"ready_s": round(ready, 2), "cpu_s": round(cpu, 2), "memory_mb": memory}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
