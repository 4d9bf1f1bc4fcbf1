"""`collector doctor`: what is wrong with this collector, and what to do.

Looks and changes nothing. Each finding is good, or an error of the collector's own with its remedy;
a check that cannot be made is a finding too, and keeps no other from being made.
"""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from collector import clock, ends, reached, restored
from collector.backup import contents
from collector.backup.errors import BackupAhead, BackupNone, BackupOld, BackupOutlived, BackupUnset
from collector.backup.shelf import Shelf
from collector.believed import DOUBTED, LONG_MS, Believed
from collector.config import Config
from collector.errors import BrokerUnreachable, CollectorError, FileUnusable
from collector.findings import Finding
from collector.i18n import N_, _
from collector.inquiry import gaps
from collector.intake.keys import receipt_key, tls
from collector.ledger import opened
from collector.ledger.entries import Run
from collector.localday import DAY_MS
from collector.retention.doubt import doubt
from collector.retention.process import DOUBTS
from collector.retention.run import is_new
from collector.roster import load
from collector.roster.commands import unfit
from collector.vault import client
from collector.vault.errors import VaultLocked
from collector.withdrawn import load as load_withdrawn

LITTLE_ROOM, NO_ROOM = 2 * 1024**3, 32 * 1024**2
SILENT_MS = 15 * 60_000
PATIENCE_S = 3.0
LATE_MS = 36 * 3_600_000
"""Gates keep confirmed records for two days; a backup a day leaves one to see to it."""


class LittleRoom(CollectorError):
    """A disk of the district is nearly full."""

    code = "room-little"
    says = N_("A disk of this district is nearly full")
    remedy = N_("make room before it is full: gates keep their records, and doors go on")


class DiskFull(CollectorError):
    """A disk of the district is full: programs that keep something on it end again and again."""

    code = "disk-full"
    says = N_("A disk of this district is full: nothing more is stored on it")
    remedy = N_(
        "make room on it; programs then start by themselves; until then gates keep their records,"
        " and doors go on"
    )


class DiskReadOnly(CollectorError):
    """The system lets nobody write to a disk any more: mostly because it fails."""

    code = "disk-read-only"
    says = N_("A disk of this district is read-only: nothing more is stored on it")
    remedy = N_(
        "look at what the system says of the disk (`dmesg`): most often it is failing and must be"
        " replaced; gates keep their records, and doors go on"
    )


class NothingHeard(CollectorError):
    """No record has been received for a while, of any gate."""

    code = "nothing-heard"
    says = N_("Nothing has been received from any gate for a while")
    remedy = N_(
        "look whether `collector intake` and the broker run, and whether gates have a network"
    )


class GatesSilent(CollectorError):
    """Some gates are not heard."""

    code = "gates-silent"
    says = N_("Some gates are not heard")
    remedy = N_("open the page “District”: it says of each gate what to bring")


class RecordsMissing(CollectorError):
    """Some records are not here."""

    code = "records-missing"
    says = N_("Records of some gates are missing")
    remedy = N_("`collector gaps` names them; what a gate still holds it sends by itself")


class KeysEnding(CollectorError):
    """Keys, certificates or lists of the authority end soon."""

    code = "keys-ending"
    says = N_("Keys of the authority end soon, or have ended")
    remedy = N_("two people do `provision authority renew`; docs/keys.en.md has the way")


class KeysUnknown(CollectorError):
    """Nobody can say when the authority's keys end."""

    code = "keys-unknown"
    says = N_("It is not known here when keys of the authority end")
    remedy = N_("copy `expiry.json` from the authority's folder to where the list of gates is")


class PlacesUnfit(CollectorError):
    """Gates and places do not fit together."""

    code = "places-unfit"
    says = N_("Gates and places do not fit together")
    remedy = N_("`collector roster check` says which; correct the list and import it again")


class ClockAhead(CollectorError):
    """This machine's clock and the gates' say different days; nothing is deleted meanwhile."""

    code = DOUBTED
    says = N_("This machine's clock is in doubt, so nothing is deleted by it")
    remedy = N_(
        "correct the clock of this machine; if it is right, run `collector retention"
        " --clock-is-right` once"
    )


class BackupUnproved(CollectorError):
    """The last backup was never read back as it lies there now."""

    code = "backup-unproved"
    says = N_("The last backup was not read back whole, or changed since")
    remedy = N_("run `collector backup verify` on it, and `collector backup make` for another")


Check = Callable[[Config, int], str]
"""Returns what it found where all is well; raises a CollectorError where not."""


def look(config: Config, now_ms: int) -> Iterator[Finding]:
    """Yield what each check finds, in the order in which things are put right."""
    for what, check in CHECKS:
        try:
            yield Finding(what, told=check(config, now_ms))
        except CollectorError as error:
            yield Finding(what, error)
        except OSError as error:  # what whoever asks may not look at
            yield Finding(what, FileUnusable(f"{error.filename or ''}: {error.strerror or error}"))


def _roster(config: Config, _now_ms: int) -> str:
    known = load(config.roster.path)
    count = sum(1 for _ in unfit(known))
    if count:
        raise PlacesUnfit(str(count))
    return f"{known.authority}, {len(known.gates)}"


def _keys(config: Config, now_ms: int) -> str:
    receipt_key(config.receipt.key)
    broker = config.broker
    tls(broker.ca, broker.certificate, broker.key, now_ms)
    return ""


def _ends(config: Config, now_ms: int) -> str:
    path = config.roster.path.with_name(ends.NAME)
    if ends.known(path) is None:
        raise KeysUnknown(str(path))
    found = ends.soon(path, now_ms)
    if found:
        until = datetime.fromtimestamp(found[0].until / 1000, UTC)
        msg = f"{found[0].what}, {until:%Y-%m-%d}"
        raise KeysEnding(msg)
    return ""


def _broker(config: Config, _now_ms: int) -> str:
    where = (config.broker.host, config.broker.port)
    try:
        socket.create_connection(where, PATIENCE_S).close()
    except OSError as error:
        msg = f"{where[0]} {where[1]}"
        raise BrokerUnreachable(msg) from error
    return f"{where[0]} {where[1]}"


def _room(config: Config, _now_ms: int) -> str:
    places = [each.path.parent for each in contents.databases(config)]
    if config.backup is not None:
        places.append(config.backup.folder)
    there = [next(each for each in (place, *place.parents) if each.is_dir()) for place in places]
    for each in there:
        if os.statvfs(each).f_flag & os.ST_RDONLY:
            raise DiskReadOnly(str(each))
    free, folder = min((shutil.disk_usage(each).free, str(each)) for each in there)
    told = f"{free / 1024**3:.1f} GB"
    if free < LITTLE_ROOM:
        msg = f"{folder}: {told}"
        raise (DiskFull if free < NO_ROOM else LittleRoom)(msg)
    return told


def _heard(config: Config, now_ms: int) -> str:
    with opened.view(config.ledger) as view:
        standings = view.standings()
    revoked = load_withdrawn(config.withdrawn)
    names = load(config.roster.path).names() - revoked
    last = [standing.record_ms for standing in standings.values()]
    if not names:
        return "0"
    if not last or now_ms - max(last) > SILENT_MS:
        raise NothingHeard
    known = {gate: max(each.record_ms, each.state_ms) for gate, each in standings.items()}
    silent = sorted(name for name in names if now_ms - known.get(name, 0) > SILENT_MS)
    if silent:
        msg = f"{len(silent)}/{len(names)}"
        raise GatesSilent(msg)
    return str(len(names))


def _whole(config: Config, now_ms: int) -> str:
    with opened.view(config.ledger) as view:
        found = gaps(view, None, now_ms)
    if found:
        raise RecordsMissing(str(len(found)))
    return ""


def _pages(config: Config, now_ms: int) -> str:
    return reached.pages("web", config.web, now_ms)


def _clock(config: Config, now_ms: int) -> str:
    now = Run(now_ms, clock.boot(), clock.since_boot_ms())
    with opened.archive(config.ledger) as archive:
        last = archive.last_run()
        why = doubt(last, now, archive.witnesses(now.at_ms - DAY_MS))
        new = is_new(archive, why, config.retention.days, now)
    if why is not None and not new:
        raise ClockAhead(DOUBTS[why])
    if last is not None and now_ms - Believed(config.believed).over_ms(now_ms) > LONG_MS:
        raise ClockAhead(N_("retention has not confirmed it for more than two days"))
    return f"{datetime.fromtimestamp(now.at_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def _vault(config: Config, _now_ms: int) -> str:
    if config.vault.socket is None and config.vault.state is None:
        return _("none is configured: people can be neither found nor traced")
    status = client.connected(config.vault_socket, PATIENCE_S).status()
    if status.locked:
        said = _("{given} of {needed} custodians have spoken")
        raise VaultLocked(said.format(given=status.spoken, needed=status.threshold))
    return _("unlocked")


def _backups(config: Config, now_ms: int) -> str:
    if config.backup is None:
        raise BackupUnset
    shelf = Shelf(config.backup.folder)
    ahead = shelf.ahead(now_ms)
    made = [(at_ms, path) for at_ms, path in shelf.made() if path not in ahead]
    if ahead and not made:
        raise BackupAhead(str(len(ahead)))
    if not made:
        raise BackupNone(str(config.backup.folder))
    at_ms, path = made[-1]
    told = f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"
    if now_ms - at_ms > LATE_MS:
        raise BackupOld(told)
    if (path.name, path.stat().st_size) not in {(each.name, each.size) for each in shelf.checked()}:
        raise BackupUnproved(path.name)
    if ahead:
        raise BackupAhead(str(len(ahead)))
    over = shelf.outlived(now_ms - DAY_MS, config.backup.days)
    if over:
        raise BackupOutlived(str(len(over)))
    return _("{when}, read back whole").format(when=told)


def _restored(config: Config, _now_ms: int) -> str:
    restored.check(config.restored)
    said = restored.found(config.restored)
    if said is None:
        return _("never")
    when = f"{datetime.fromtimestamp(said.made_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"
    return _("from a backup of {when}; the audit goes on from row {seq}").format(
        when=when, seq=said.audit_seq
    )


CHECKS: tuple[tuple[str, Check], ...] = (
    (N_("clock"), _clock),
    (N_("restored"), _restored),
    (N_("disk"), _room),
    (N_("keys and certificates"), _keys),
    (N_("keys of the authority"), _ends),
    (N_("gates and places"), _roster),
    (N_("broker"), _broker),
    (N_("intake"), reached.intake),
    (N_("gates heard"), _heard),
    (N_("records"), _whole),
    (N_("vault"), _vault),
    (N_("pages"), _pages),
    (N_("page for declarations"), reached.public),
    (N_("desk for passes"), reached.desk),
    (N_("enrolment"), reached.enrolment),
    (N_("dispatch"), reached.dispatch),
    (N_("backups"), _backups),
)
