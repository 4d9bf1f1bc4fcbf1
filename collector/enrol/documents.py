"""What a gate is handed with its enrolment: the policy of its place, lists and signers.

They are what `collector publish` keeps for the gates there are; a new gate stands in none of it
yet. Nothing is checked here: each was checked when it was published, and the gate does so again.
"""

from pathlib import Path

import structlog

from collector.errors import FileUnusable
from collector.outgoing import LIST, POLICY, SIGNERS, fetched
from collector.roster import ALL
from wire import policy
from wire.canonical import parse, read
from wire.errors import WireError
from wire.joining import DOCUMENTS_LIMIT, NAME
from wire.keys import Signed

log = structlog.get_logger()


def in_force(outgoing: Path, place: str) -> dict[str, bytes]:
    """Return them by the names that a gate's inbox has, as many as fit; the policy first."""
    found = {"policy.json": rules} if (rules := _policy(outgoing, place)) else {}
    for path in sorted((outgoing / ALL).glob("*")):
        name = f"{SIGNERS}.json" if path.name == SIGNERS else path.name
        if NAME.fullmatch(name) and (path.name == SIGNERS or path.name.startswith(LIST)):
            data = _read(path)
            if sum(map(len, found.values())) + len(data) <= DOCUMENTS_LIMIT:
                found[name] = data
    return {name: data for name, data in found.items() if data}


def _policy(outgoing: Path, place: str) -> bytes:
    """Return the newest policy of a place, which its other gates have; empty if there is none."""
    newest, found = -1, b""
    for path in outgoing.glob(f"*/{POLICY}"):
        data = _read(path)
        try:
            rules = read(Signed, parse(data)).doc
        except WireError:
            continue
        version = rules.get("version")
        if policy.same_site(str(rules.get("site", "")), place) and isinstance(version, int):
            newest, found = max((newest, found), (version, data))
    return found


def _read(path: Path) -> bytes:
    try:
        return fetched(path)
    except FileUnusable as error:
        log.warning("enrol.document.unread", code=error.code, error=str(error))
        return b""
