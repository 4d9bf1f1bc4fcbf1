"""Starting the real Mosquitto as a child, and saying clearly why it does not start.

Knows nothing of who connects. The child never outlives its parent: if the parent is killed, the
kernel ends the child too.
"""

import errno
import os
import pwd
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from broker import clock
from broker.config import NOTHING, BrokerSettings, render, render_acl
from broker.errors import BrokerError, BrokerMissing, ConfigRefused, PortBusy
from broker.eviction import Arrivals, evict, names
from broker.i18n import _, detail
from broker.revocation import Change, InForce
from wire.words import N_

SBIN = "/usr/local/sbin:/usr/sbin:/sbin"
"""Debian installs Mosquitto there, which is not on a plain user's PATH."""
LOG = "mosquitto.log"
LOG_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
RUNNING = b" running"
"""Mosquitto's own word in its log, once it has taken everything it was given."""
STEP_S = 0.02
TEND_S = 1.0
SURE = 60
"""Every so many looks the withdrawn are put off whether or not the log tells of them. Each visit
leaves lines in the log, so it is not every time."""
ACL, DOOR = "acl", Path("own/door")
"""The socket stands in a folder of its own: Mosquitto lets the group use it."""
MAX_SOCKET_PATH = 108
"""Of a local socket's name, in bytes; where it is longer, a withdrawn gate is only silenced."""
STOP_S = 5.0
LOWEST_PORT, PORTS = 15_000, 15_000
"""Of those to choose from: below the system's own, which begin with 32,768."""


class Broker:
    """A running broker."""

    def __init__(self, settings: BrokerSettings, folder: Path, tell: Callable[[str], None]) -> None:
        """Take the folder of its configuration; `start` does the work."""
        self.settings, self._folder = settings, folder
        self._patience_s = 0.0
        self._tell, self._is_told = tell, False
        self._lists = InForce(settings, folder, tell)
        self._due = frozenset[str]()
        self._arrivals = Arrivals(folder / LOG, folder.absolute() / DOOR)
        self._ticks = 0
        self._is_over = False

    def start(self, patience_s: float) -> None:
        """Start Mosquitto; return when it answers. Raises what `launch` does."""
        self._patience_s = patience_s
        program = find_program()
        _check_keys(self.settings)
        _check_port(self.settings)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._withdrawn, self._stamp_seen = names(self.settings.withdrawn), self._stamp()
        self._lists.look(clock.now())
        self._spawn(program)

    def _spawn(self, program: str) -> None:
        config = _write(self.settings, self._folder, self._lists.copy)
        with os.fdopen(os.open(self._folder / LOG, LOG_FLAGS, 0o600), "wb") as log:
            self._child = subprocess.Popen(  # noqa: S603 - the program found, and our own file
                [*_tether(), program, "-c", str(config)], stdin=subprocess.DEVNULL, stderr=log
            )
        try:
            _await_answer(self._child, self.settings, self._folder / LOG, self._patience_s)
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        """Return the process id of Mosquitto itself."""
        return self._child.pid

    def wait(self) -> int:
        """Wait until it ends by itself or by a signal; return its exit status.

        Meanwhile it is kept up to date with who was withdrawn, and which certificates.
        """
        while True:
            with suppress(subprocess.TimeoutExpired):
                return self._child.wait(TEND_S)
            if not self._is_over:
                self.tend()

    def tend(self) -> None:
        """Make what was withdrawn since the last call count, on open connections too."""
        stamp, suspects, came = self._stamp(), frozenset[str](), self._arrivals.since_last()
        self._ticks += 1
        # Only now: Mosquitto reads a new list when it comes to it, and who is put off comes back.
        revoked, self._due = self._due, frozenset()
        changed = stamp != self._stamp_seen or self._lists.ended(clock.now())
        if changed and self._keys_fit():
            self._stamp_seen, self._withdrawn = stamp, names(self.settings.withdrawn)
            change, self._due = self._lists.look(clock.now())
            if change is Change.RESTART:
                self.stop()
                self._spawn(find_program())
                if self._is_over:  # asked meanwhile, when there was nobody to be told
                    self.stop()
                return
            _replace(self._folder / ACL, _rights(self.settings, self._withdrawn))
            self._child.send_signal(signal.SIGHUP)
            suspects = frozenset(self._withdrawn)
        elif self._ticks % SURE == 0:
            suspects = frozenset(self._withdrawn)
        # Its certificate may still be good, so it may have come back: mute, and not for long.
        again = {name for name in self._withdrawn if name in suspects or name in came}
        for name in sorted(again | revoked):
            evict(self._folder / DOOR, name)

    def _keys_fit(self) -> bool:
        """Say whether Mosquitto can be told to read its files again: it would read them all.

        Keys that are being carried here fit a moment later; until then it keeps those it has.
        """
        try:
            _check_keys(self.settings)
        except ConfigRefused as error:
            if not self._is_told:
                waits = _("what changed beside them waits for them")
                self._tell(f"broker: warning: {detail(str(error))}; {waits}")
            self._is_told = True
            return False
        self._is_told = False
        return True

    def _stamp(self) -> tuple[tuple[int, int, int], ...]:
        """Return what differs when one of the files does that Mosquitto is to read again."""
        theirs = self.settings
        lists = (theirs.withdrawn, theirs.revoked, theirs.issuers)
        keys = (theirs.ca, theirs.certificate, theirs.key)
        return tuple(_times(path) for path in (*lists, *keys))

    def terminate(self) -> None:
        """Ask it to stop, and return at once."""
        self._is_over = True
        self._child.terminate()

    def kill(self) -> None:
        """End it as a power cut would, and wait for it."""
        self._child.kill()
        self._child.wait()

    def stop(self) -> None:
        """End it in good order; harmless if it has ended."""
        self._child.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(STOP_S)
        self.kill()


def _rights(settings: BrokerSettings, withdrawn: tuple[str, ...]) -> str:
    return render_acl(settings.intakes, withdrawn, home_assistant=settings.home_assistant)


def _times(path: Path | None) -> tuple[int, int, int]:
    try:
        stat = path.stat() if path is not None else None
    except OSError:
        return 0, 0, 0
    return (stat.st_mtime_ns, stat.st_size, stat.st_ino) if stat else (0, 0, 0)


def _replace(path: Path, text: str) -> None:
    """Write a file whole: the broker may read it at any moment."""
    partial = path.with_name(path.name + ".new")
    partial.touch(mode=0o600)
    partial.write_text(text, encoding="utf-8")
    partial.rename(path)


def from_folder(folder: Path, address: str = "127.0.0.1", port: int = 8883) -> BrokerSettings:
    """Return settings for the keys that provisioning puts into the authority's `broker` folder."""
    return BrokerSettings(
        address=address,
        port=port,
        certificate=folder / "certificate.pem",
        key=folder / "tls.pem",
        ca=folder / "ca.pem",
        revoked=folder / "revoked.pem",
        issuers=folder / "issuers.pem",
        withdrawn=folder / "withdrawn",
    )


def _complain(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


@contextmanager
def launch(
    settings: BrokerSettings,
    folder: Path,
    patience_s: float = 30.0,
    tell: Callable[[str], None] = _complain,
) -> Iterator[Broker]:
    """Run Mosquitto while the block runs; `folder` takes its configuration and its log.

    It answers when the block begins. `tell` hears of revocation lists that cannot be used. Raises
    BrokerMissing, PortBusy or ConfigRefused.
    """
    broker = Broker(settings, folder, tell)
    broker.start(patience_s)
    try:
        yield broker
    finally:
        broker.stop()


def find_program() -> str:
    """Return the path of Mosquitto, or raise BrokerMissing."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path=SBIN)
    if program is None:
        raise BrokerMissing(N_("the MQTT broker Mosquitto is not installed"))
    return program


def free_port(address: str = "127.0.0.1") -> int:
    """Return a port that is free at this moment, and none that the system gives away by itself."""
    while True:
        port = LOWEST_PORT + secrets.randbelow(PORTS)
        try:
            socket.create_server((address, port), family=_family(address)).close()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
        else:
            return port


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _tether() -> list[str]:
    """Return the words that tie a child to its parent's life, where the system has them."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []


def _check_keys(settings: BrokerSettings) -> None:
    """Raise ConfigRefused for keys that do not fit: Mosquitto would only name an OpenSSL code."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for path in filter(None, (settings.certificate, settings.key, settings.ca)):
        if not os.access(path, os.R_OK):
            msg = f"{path}: {N_('the broker cannot read this file')}"
            raise ConfigRefused(msg)
    try:
        context.load_verify_locations(settings.ca)
        context.load_cert_chain(settings.certificate, settings.key, password=_no_passphrase)
    except (ssl.SSLError, OSError, ValueError) as error:
        why = N_("the keys of the broker that lie here do not fit or are broken")
        msg = f"{settings.certificate.parent}: {why}"
        raise ConfigRefused(msg) from error


def _no_passphrase() -> str:
    """Refuse a key that asks for a passphrase; OpenSSL would stop and ask the terminal."""
    msg = "the key has a passphrase"
    raise ValueError(msg)


def _check_port(settings: BrokerSettings) -> None:
    """Raise PortBusy or ConfigRefused if the address cannot be had."""
    where = (settings.address, settings.port)
    try:
        socket.create_server(where, family=_family(settings.address)).close()
    except (OSError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise _busy(settings) from error
        why = N_("the broker cannot listen at this address and port")
        msg = f"{settings.address} {settings.port}: {why}"
        raise ConfigRefused(msg) from error


def _busy(settings: BrokerSettings) -> PortBusy:
    why = N_("this port is used by another program")
    return PortBusy(f"{settings.address} {settings.port}: {why}")


def _write(settings: BrokerSettings, folder: Path, lists: Path | None) -> Path:
    """Write configuration and access list, readable by nobody else; return the former."""
    config, acl, door = folder / "mosquitto.conf", folder / ACL, folder.absolute() / DOOR
    # Started by root, Mosquitto would become another user, who cannot read the key.
    settings = msgspec.structs.replace(
        settings,
        user=settings.user or pwd.getpwuid(os.geteuid()).pw_name,
        certificate=settings.certificate.absolute(),
        key=settings.key.absolute(),
        ca=settings.ca.absolute(),
    )
    own = len(os.fsencode(door)) < MAX_SOCKET_PATH
    files = (
        (acl, _rights(settings, names(settings.withdrawn))),
        (acl.with_name(NOTHING), ""),
        (config, render(settings, acl.absolute(), door if own else None, lists)),
    )
    door.parent.mkdir(mode=0o700, exist_ok=True)
    door.parent.chmod(0o700)
    door.unlink(missing_ok=True)
    for path, text in files:
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
    return config


def _await_answer(
    child: subprocess.Popen[bytes], settings: BrokerSettings, log: Path, patience_s: float
) -> None:
    """Return when the port answers; raise what kept the broker from it."""
    for _step in range(int(patience_s / STEP_S)):
        with suppress(subprocess.TimeoutExpired):
            child.wait(STEP_S)
            raise _reason(log, settings)
        if RUNNING not in log.read_bytes():
            continue  # it listens before it has read its keys and lists, and may still refuse them
        with (
            suppress(OSError),
            socket.create_connection((settings.address, settings.port), timeout=1),
        ):
            return
    why = N_("the broker does not answer at this address and port")
    msg = f"{settings.address} {settings.port}, {patience_s:.0f} s: {why}"
    raise BrokerError(msg)


def _reason(log: Path, settings: BrokerSettings) -> BrokerError:
    """Say why Mosquitto ended, from the errors in its log."""
    text = log.read_text(encoding="utf-8", errors="replace")
    if "Address already in use" in text:
        return _busy(settings)
    errors = [line.partition("Error: ")[2] for line in text.splitlines() if "Error: " in line]
    if not errors:
        return ConfigRefused(N_("Mosquitto ended at once and gave no reason"))
    return ConfigRefused(f"{'; '.join(errors)}: {N_('with this Mosquitto ended at once')}")
