"""`collector up`: puts the parts together, and says what an operator wants to know at a start."""

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from collector import clock
from collector.alone import alone
from collector.config import Config
from collector.errors import CollectorError, StoreUnusable
from collector.i18n import N_, _, detail
from collector.up import making, practising, programs
from collector.up.missing import missing
from collector.up.standing import Standing
from collector.up.supervisor import ALL, Supervisor
from collector.up.telling import told

Show = Callable[[str], None]
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  # looked for, not listened on


class UpAlready(CollectorError):
    """The same district is up by another command."""

    code = "up-already"
    says = N_("This district is up already")
    remedy = N_("look for the other `collector up`, and end it first if this one is to take over")


class District:
    """One district that is up, and what is said about it."""

    def __init__(self, config: Config, path: Path, practice: Path | None, show: Show) -> None:
        """Take the configuration and its file; `practice` is the folder of a practice district."""
        self._config, self._practice, self._show = config, practice, show
        self._is_described = False
        self._standings = [
            Standing(each, programs.command(each, config, str(path)))
            for each in programs.wanted(config)
        ]

    def run(self) -> int:
        """Run until a signal; return the exit status. Raises UpAlready."""
        for error in making.make(self._config):
            self._remark(error)
        with ExitStack() as stack:
            path = self._config.outgoing.with_name("up.lock")
            try:
                stack.enter_context(alone(path))
            except BlockingIOError as error:
                raise UpAlready(str(path.parent)) from error
            except OSError as error:
                self._remark(StoreUnusable(f"{path}: {error.strerror or error}"))
            return self._run()

    def _run(self) -> int:
        for each in programs.absent(self._config):
            self._say(_("no {name}: {why}").format(name=each.name, why=_(each.absent)))
        running = Supervisor(self._standings, self._show, clock.steady_s)
        return running.run(self._became_ready, self._all)

    def _became_ready(self, name: str) -> None:
        self._say(_("{name} is ready").format(name=name))
        if name == "vault" and self._practice is not None:
            try:
                practising.opened(self._config, self._practice)
            except CollectorError as error:
                self._remark(error)

    def _all(self, late: list[str]) -> None:
        seconds = age_s()
        if not self._is_described:
            self._is_described = True
            self._describe()
        ready = _("ready in {s:.1f} s").format(s=seconds)
        if late:
            ready = _("after {s:.0f} s not ready yet: {names}").format(
                s=seconds, names=", ".join(late)
            )
        self._say(ready)

    def _describe(self) -> None:
        """Say where everything is, and what is missing."""
        for standing in self._standings:
            if address := self._address(standing):
                self._say(f"{standing.program.name}: {address}")
        for error in missing(self._config, clock.wall_ms(), os.geteuid()):
            self._remark(error)
        if self._practice is not None:
            self._say(_("PRACTICE: everything is made up, and ONE custodian alone opens the vault"))

    def _address(self, standing: Standing) -> str:
        """Return where a program is reached: as it says, and by the names it has elsewhere."""
        config, name = self._config, standing.program.name
        if name == "broker":
            return f"{config.up.address}:{config.broker.port}"
        if name == "enrol" and config.enrol is not None:
            return f"https://{config.enrol.address}/"
        if not standing.url:
            return ""
        table = config.public if name == "public" else config.web
        names = [f"https://{each}/" for each in table.names] if table.proxied else []
        return " ".join((*names, *called(standing.url, table.names)))

    def _remark(self, error: CollectorError) -> None:
        why = detail(str(error))
        sentence = f"{_(error.says)}: {why}" if why else _(error.says)
        self._say(f"{error.code}: {sentence}")
        self._say(f"  -> {_(error.remedy)}")

    def _say(self, text: str) -> None:
        self._show(told(ALL, text))


def called(url: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return what to type into a browser for a URL: all addresses of a machine are none."""
    where = urlsplit(url)
    if where.hostname not in EVERYWHERE or not names:
        return (url,)
    return tuple(f"{where.scheme}://{each}:{where.port}/" for each in names)


def run(config: Config, path: Path, practice: Path | None = None) -> int:
    """Run the district of a configuration until a signal; return the exit status."""
    return District(config, path, practice, show).run()


def show(line: str) -> None:
    """Print a line, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def age_s() -> float:
    """Return how long ago this process was started, by the kernel's word."""
    fields = Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    started_s = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return clock.since_boot_ms() / 1000 - started_s
