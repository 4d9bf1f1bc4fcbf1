"""A practice district that is started: made if there is none, its vault opened by one custodian.

Only here a passphrase lies in a file: whoever can read the folder may open everything in it, which
is made up from the first person to the last.
"""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from collector import config as configuration
from collector.config import Config
from collector.errors import CollectorError, FileUnusable, PracticeMixed, PracticeThere
from collector.i18n import N_, _
from collector.practice import mark
from collector.up.programs import PYTHON
from collector.vault import client, commands
from collector.vault import folder as vault_folder
from collector.vault.custody import Cost

TOML, ACCOUNTS, WORDS = "collector.toml", "accounts.txt", "custodian.txt"
CUSTODIAN = "giu-khoa"
CHEAP = Cost(log2_n=12)
"""Whoever would guess the words can read them beside it."""
LIMIT = 1024


class PracticeUnmade(CollectorError):
    """The district could not be made."""

    code = "practice-unmade"
    says = N_("The practice district could not be made")
    remedy = N_("delete what is left of the folder, and see that there is room on its disk")


def prepared(folder: Path, show: Callable[[str], None]) -> Config:
    """Return the configuration of the district in a folder, made if the folder is empty.

    Raises PracticeThere for a folder of something else, PracticeMixed for a real district's.
    """
    if not (folder / TOML).exists():
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise PracticeThere(str(folder))
        _make(folder, show)
    config = configuration.load(folder / TOML)
    mark.check(config)
    if not config.web.practice:
        raise PracticeMixed(str(folder))
    if not (config.vault_state / vault_folder.CUSTODY).exists():
        _wrap(config, folder)
    return config


def opened(config: Config, folder: Path) -> bool:
    """Speak the one custodian's words, once the vault listens; say whether they are at hand."""
    try:
        with (folder / WORDS).open(encoding="utf-8") as file:
            words = file.read(LIMIT).strip()
    except FileNotFoundError:  # somebody has wrapped the keys by hand
        return False
    except (OSError, UnicodeDecodeError) as error:
        raise FileUnusable(str(folder / WORDS)) from error
    return not client.connected(config.vault_socket).unlock(CUSTODIAN, words).locked


def _make(folder: Path, show: Callable[[str], None]) -> None:
    """Let a process of its own make it: Django would stay in this one's memory."""
    done = subprocess.run(  # noqa: S603  # our own program
        [*PYTHON, "collector", "practice", str(folder)],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        show(done.stderr.rstrip())
        raise PracticeUnmade(str(folder))
    show(done.stdout.rstrip())
    _keep(folder / ACCOUNTS, done.stdout)
    show(_("These words are kept in {file}.").format(file=folder / ACCOUNTS))


def _wrap(config: Config, folder: Path) -> None:
    key = folder / "authority/seal.pem"
    wish = commands.Wish(key, (CUSTODIAN,), threshold=1, demo=True, generate=True)
    commands.init(config, wish, lambda made: _keep(folder / WORDS, made[CUSTODIAN] + "\n"), CHEAP)


def _keep(path: Path, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        msg = f"{path}: {error.strerror or error}"
        raise FileUnusable(msg) from error
