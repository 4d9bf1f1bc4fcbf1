"""The table of what runs in a district. Pure: from the configuration alone.

A new process is a new row: how it is called, what it is started with, what its log says as soon as
it does its work, and whether this district has it.
"""

import sys
from collections.abc import Callable

import msgspec

from collector.config import Config
from collector.i18n import N_

DAY_S = 86_400.0
PYTHON = (sys.executable, "-P", "-m")
"""Without the folder in which the operator happens to stand."""


class Program(msgspec.Struct, frozen=True):
    """One row."""

    name: str
    command: Callable[[Config], tuple[str, ...]]
    """What stands behind `python -m`, without `--config`."""
    ready: str = ""
    """Is in the line by which it says that it does its work; nothing waits for one without."""
    wanted: Callable[[Config], bool] = lambda _: True
    absent: str = ""
    """Why a district may have none, for the catalogues."""
    every_s: float = 0.0
    """It ends by itself, and is started so long after this process and after each of its ends."""
    after: str = ""
    """A row above it: while that one runs, this one waits until it has ended, well or not."""
    takes_config: bool = True
    last: bool = False
    """Ended when all others have: they still speak to it."""


def collector(*words: str) -> Callable[[Config], tuple[str, ...]]:
    """Return what starts one of our own commands."""
    return lambda _: ("collector", *words)


def _broker(config: Config) -> tuple[str, ...]:
    where = ("--address", config.up.address, "--port", str(config.broker.port))
    files = ("--state", str(config.broker_state), "--withdrawn", str(config.withdrawn))
    home = config.home_assistant
    ours = home is not None and (home.host, home.port) == (config.broker.host, config.broker.port)
    more = ("--home-assistant",) if ours else ()
    return ("broker", str(config.up.broker), *where, *files, *more)


def _real(config: Config) -> bool:
    """In a practice district there are no gates to be heard, and its records never grow old."""
    return not config.web.practice


TABLE = (
    Program(
        "broker",
        _broker,
        "broker: listening",
        lambda config: config.up.broker is not None and _real(config),
        N_("up.broker names no keys: it runs by itself, or there are no gates"),
        takes_config=False,
        last=True,
    ),
    Program(
        "intake",
        collector("intake"),
        "intake.connected",
        _real,
        N_("a practice district has no gates"),
    ),
    Program(
        "vault",
        collector("vault", "run"),
        "vault.started",
        lambda config: config.vault.state is not None,
        N_("vault.state is not set: nobody is opened, and there are no cases"),
    ),
    Program("web", collector("web"), "web.ready"),
    Program(
        "enrol",
        collector("enrol"),
        "enrol.listening",
        lambda config: config.enrol is not None,
        N_("[enrol] is not set: gates are enrolled by file only"),
    ),
    Program(
        "desk",
        collector("desk"),
        "desk.started",
        lambda config: config.issuing is not None,
        N_("[issuing] is not set: no passes are issued here"),
    ),
    Program(
        "dispatch",
        collector("dispatch"),
        "dispatch.started",
        lambda config: config.dispatch is not None,
        N_("[dispatch] is not set: no commands to gates, and no policies from the pages"),
    ),
    Program(
        "public",
        collector("public"),
        "public.ready",
        lambda config: config.issuing is not None,
        N_("[issuing] is not set: nobody can declare here"),
    ),
    Program(
        "home-assistant",
        collector("home-assistant"),
        "homeassistant.told",
        lambda config: config.home_assistant is not None and _real(config),
        N_("[home_assistant] is not set: no Home Assistant is told of the gates"),
    ),
    Program(
        "retention",
        collector("retention"),
        wanted=_real,
        absent=N_("records made up for practice stay"),
        every_s=DAY_S,
    ),
    Program(
        "backup",
        collector("backup", "make"),
        wanted=lambda config: config.backup is not None and _real(config),
        absent=N_("[backup] is not set: nothing is kept for the day this machine is gone"),
        every_s=DAY_S,
        after="retention",  # what has gone goes into no backup
    ),
)


def wanted(config: Config) -> tuple[Program, ...]:
    """Return what this district has, in the order in which it is started."""
    return tuple(each for each in TABLE if each.wanted(config))


def absent(config: Config) -> tuple[Program, ...]:
    """Return what it has not."""
    return tuple(each for each in TABLE if not each.wanted(config))


def command(program: Program, config: Config, path: str) -> tuple[str, ...]:
    """Return the whole command line; `path` is the configuration file."""
    file = ("--config", path) if program.takes_config else ()
    return (*PYTHON, *program.command(config), *file)
