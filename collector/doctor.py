"""`collector doctor`: on one screen what is wrong with this collector, and what to do.

Looks and changes nothing. Each finding is good, or an error of the collector's own with its remedy;
a check that cannot be made is a finding too, and keeps no other from being made.
"""

import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from collector.config import Config
from collector.errors import BrokerUnreachable, CollectorError
from collector.i18n import N_, _, detail
from collector.inquiry import gaps
from collector.intake.keys import receipt_key, tls
from collector.ledger import opened
from collector.roster import load
from collector.roster.commands import remarks
from collector.withdrawn import load as load_withdrawn

LITTLE_ROOM = 2 * 1024**3
SILENT_MS = 15 * 60_000
PATIENCE_S = 3.0


class LittleRoom(CollectorError):
    """The disk of the ledger is nearly full."""

    code = "room-little"
    says = N_("The disk of the ledger is nearly full")
    remedy = N_("make room before it is full: gates keep their records, and doors go on")


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


class PlacesUnfit(CollectorError):
    """Gates and places do not fit together."""

    code = "places-unfit"
    says = N_("Gates and places do not fit together")
    remedy = N_("`collector roster check` says which; correct the list and import it again")


class PlainHttp(CollectorError):
    """The pages are offered beyond this machine without encryption."""

    code = "plain-http"
    says = N_("The pages are offered to other machines without HTTPS")
    remedy = N_(
        "give web.certificate and web.key, or put a proxy with a certificate before them and set"
        " web.https; or web.host = 127.0.0.1"
    )


class Finding(msgspec.Struct, frozen=True):
    """What one check found."""

    what: str
    """What was looked at, for the catalogues."""
    error: CollectorError | None = None
    """None: it is as it should be."""
    told: str = ""
    """A figure or a name beside it."""


Check = Callable[[Config, int], str]
"""Returns what it found where all is well; raises a CollectorError where not."""


def look(config: Config, now_ms: int) -> Iterator[Finding]:
    """Yield what each check finds, in the order in which things are put right."""
    for what, check in CHECKS:
        try:
            yield Finding(what, told=check(config, now_ms))
        except CollectorError as error:
            yield Finding(what, error)


def told(finding: Finding) -> str:
    """Say what was found, in a line or two."""
    if finding.error is None:
        return f"✓ {_(finding.what)}" + (f": {finding.told}" if finding.told else "")
    error = finding.error
    why = detail(str(error))
    sentence = f"{_(error.says)}: {why}" if why else _(error.says)
    return f"✕ {_(finding.what)}: {sentence} ({error.code})\n  -> {_(error.remedy)}"


def _roster(config: Config, _now_ms: int) -> str:
    known = load(config.roster.path)
    count = sum(1 for _ in remarks(known))
    if count:
        raise PlacesUnfit(str(count))
    return f"{known.authority}, {len(known.gates)}"


def _keys(config: Config, now_ms: int) -> str:
    receipt_key(config.receipt.key)
    broker = config.broker
    tls(broker.ca, broker.certificate, broker.key, now_ms)
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
    folder = config.ledger.file.parent if config.ledger.path else config.web.state.parent
    free = shutil.disk_usage(folder if folder.is_dir() else Path("/")).free
    told = f"{free / 1024**3:.1f} GB"
    if free < LITTLE_ROOM:
        raise LittleRoom(told)
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


def _pages(config: Config, _now_ms: int) -> str:
    web = config.web
    if not web.secure and web.host not in ("127.0.0.1", "::1", "localhost"):
        raise PlainHttp(web.host)
    return f"{web.host} {web.port}"


CHECKS: tuple[tuple[str, Check], ...] = (
    (N_("disk"), _room),
    (N_("keys and certificates"), _keys),
    (N_("gates and places"), _roster),
    (N_("broker"), _broker),
    (N_("gates heard"), _heard),
    (N_("records"), _whole),
    (N_("pages"), _pages),
)
