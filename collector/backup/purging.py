"""What is too old in a restored district goes, and the keys it was under, before anything is shown.

Retention runs over the ledger; people follow it without the vault's keys, and with the last scan of
an epoch its key is destroyed again: the backup had brought it back. Declarations and passes go by
their own time. Only then the file that keeps everything closed says that it is open.
"""

from collections.abc import Callable
from contextlib import ExitStack, closing

import msgspec
import structlog

from collector import restored
from collector.backup import owners
from collector.backup.errors import ClockDoubted, NothingRestored
from collector.backup.room import needed
from collector.cases.audit import Audit
from collector.cases.entries import Act
from collector.cases.roles import Actor, Role
from collector.config import Config
from collector.i18n import N_
from collector.issuing import declarations, schema
from collector.issuing.process import KEPT_MS, database
from collector.issuing.register import Register
from collector.ledger.entries import Run
from collector.restored import Restored
from collector.retention.process import DOUBTS, retain
from collector.roster import RosterFile
from collector.vault import folder
from collector.vault.epochfile import EpochFile
from collector.vault.following import Follower
from collector.vault.placing import Placing
from collector.vault.process import opened
from collector.vault.whereabouts import Whereabouts

OPERATOR = Actor("collector restore", Role.OPERATOR)
TABLES = ("declaration", "pass")

_log = structlog.get_logger()


def finish(config: Config, now: Run, *, is_sure: bool) -> Restored:
    """Purge what is too old, and open the district.

    Raises ClockDoubted while nobody confirms what day it is, and Unpurged if the disk is full
    meanwhile; then nothing was opened. Raises Cut and NothingRestored where there is nothing to
    finish.
    """
    with needed(restored.Unpurged(N_("the disk is full"))):
        return _finished(config, now, is_sure=is_sure)


def _finished(config: Config, now: Run, *, is_sure: bool) -> Restored:
    said = restored.found(config.restored)
    if said is None or said.stage == "open":
        raise NothingRestored
    if said.stage == "copying":
        raise restored.Cut(str(config.restored))
    if now.at_ms < said.made_ms and not is_sure:
        raise ClockDoubted
    outcome = retain(config, dry=False, is_sure=is_sure, now=now)
    if outcome.doubt is not None:
        raise ClockDoubted(DOUBTS[outcome.doubt])
    steps: list[Callable[[Config, Run], None]] = []
    if config.vault.state is not None:
        steps.append(_people)
    if config.issuing is not None:
        steps.append(_declared)
    for step in steps:
        step(config, now)
    done = msgspec.structs.replace(said, stage="open")
    restored.note(config.restored, done)
    _log.info("restore.open", made_ms=said.made_ms)
    return done


def _people(config: Config, now: Run) -> None:
    home = config.vault_state
    if not (home / folder.CUSTODY).exists():
        return  # without wrapped keys the vault has never run
    with folder.claimed(home), ExitStack() as stack:
        view, people, cases = stack.enter_context(opened(config))
        where = Whereabouts(RosterFile(config.roster.path))
        placing = Placing(where.place_of)
        follower = Follower(view, people, EpochFile(home), placing, config.retention.days)
        while follower.turn(now.at_ms):
            pass
        # The audit says itself that it goes on from here: what gates have noted of rows behind
        # this one is of before.
        audit = Audit(cases)
        head = audit.head(now.at_ms)
        audit.commit(OPERATOR, Act.RESTORED, now.at_ms, counts={"from": head.seq})
    owners.settle(home)


def _declared(config: Config, now: Run) -> None:
    if config.issuing is None:
        return
    if config.ledger.postgres is None and not (config.issuing.state / "passes.db").exists():
        return  # the desk has never run
    with closing(database(config, config.issuing)) as passes:
        schema.make(passes)
        before_ms = now.at_ms - KEPT_MS
        gone = declarations.forget(passes, before_ms)
        gone += Register(passes).forget(before_ms // 1000)
        if gone:
            passes.scrub(TABLES)
    owners.settle(config.issuing.state)
