"""`collector gaps` and `collector prove`: questions to the ledger, answered in words or as JSON.

Reads only. The exit status says what the answer is: 0 if nothing is missing and all holds, else 1.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from collector.errors import GateUnknown
from collector.i18n import N_, _
from collector.ledger.entries import Gap, Lack
from collector.ledger.ports import View
from collector.proof import Finding, Flaw, Proof, Range, Walk
from collector.roster import Roster
from wire.keys import Keyring

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
LACKS = {
    Lack.GAP: N_("not received, though later ones were"),
    Lack.DECLARED: N_("lost, as the gate itself declared"),
    Lack.UNSENT: N_("still at the gate"),
}
FLAWS = {
    Flaw.MISSING: N_("missing: nothing is stored"),
    Flaw.DECLARED: N_("lost, as the gate itself declared"),
    Flaw.DELETED: N_("deleted here when their time was over"),
    Flaw.FORK: N_("a second record of the same number exists (fork)"),
    Flaw.BROKEN: N_("changed: the stored bytes do not fit the chain"),
    Flaw.FALSE_HEAD: N_("the signature under the chain is not this gate's"),
    Flaw.UNSIGNED: N_("not yet signed by the gate"),
    Flaw.UNSENT: N_("still at the gate"),
}
UNITS = ((86_400, N_("{n} days")), (3_600, N_("{n} h")), (60, N_("{n} min")), (1, N_("{n} s")))


def gaps(view: View, gate: str | None, now_ms: int) -> tuple[Gap, ...]:
    """Return what is missing, of one gate or of all, and not merely under way."""
    found = (gap for gap in view.gaps() if gap.is_due(now_ms))
    return tuple(gap for gap in found if gate in (None, gap.gate))


def told_gaps(found: tuple[Gap, ...], roster: Roster, now_ms: int) -> Iterator[str]:
    """Say what is missing, one line a range."""
    places = {each.gate: each.place for each in roster.gates}
    for gap in found:
        yield _("{gate} ({place}), journal {journal}: records {first}-{last} ({n}): {lack}").format(
            gate=gap.gate,
            place=places.get(gap.gate, "?"),
            journal=gap.journal,
            first=gap.first,
            last=gap.last,
            n=gap.count,
            lack=", ".join(_remarks(gap, now_ms)),
        )
    if not found:
        yield _("Nothing is missing.")


def _remarks(gap: Gap, now_ms: int) -> Iterator[str]:
    yield _(LACKS[gap.lack])
    if gap.cause and gap.cause.isprintable():
        yield gap.cause[:80]
    if gap.retired:
        yield _("on a card that was taken out")
    yield _("known for {age}").format(age=_age(now_ms - gap.since_ms))


def _age(milliseconds: int) -> str:
    seconds = max(0, milliseconds // 1000)
    size, words = next((each for each in UNITS if seconds >= each[0]), UNITS[-1])
    return _(words).format(n=seconds // size)


def prove(view: View, roster: Roster, gate: str, asked: Range) -> tuple[Proof, ...]:
    """Return what is proved of each journal of a gate; raise GateUnknown if there is none."""
    marks = [mark for mark in view.journals() if mark.gate == gate]
    keys = [each.records for each in roster.gates if each.gate == gate]
    if not marks and not keys:
        raise GateUnknown(gate)
    missing = view.gaps()
    proofs = []
    for mark in marks:
        journal = mark.journal
        walk = Walk(gate, journal, Keyring(keys), view.times(gate, journal), asked)
        walk.through(view.walk(gate, journal))
        own = [gap for gap in missing if (gap.gate, gap.journal) == (gate, journal)]
        proof = walk.proof(mark.high, view.forked(gate, journal), own)
        if proof.last or proof.findings:
            proofs.append(proof)
    return tuple(proofs)


def told_proofs(gate: str, proofs: tuple[Proof, ...]) -> Iterator[str]:
    """Say what is proved, and exactly where not."""
    for proof in proofs:
        yield _(
            "{gate}, journal {journal}: records {first}-{last} ({records} stored, {scans} of them "
            "scans), signed by the gate up to {signed}"
        ).format(
            gate=gate,
            journal=proof.journal,
            first=proof.first,
            last=proof.last,
            records=proof.records,
            scans=proof.scans,
            signed=proof.signed_to,
        )
        for each in proof.findings:
            yield f"  {each.first}-{each.last}: {_(FLAWS[each.flaw])}{_remark(each)}"
        if proof.holds and proof.records:
            yield "  " + _("unbroken, chained and signed")
    if not proofs:
        yield _("{gate}: no record of that time").format(gate=gate)


def _remark(each: Finding) -> str:
    if each.receipts:
        first, last = each.receipts
        by = _("receipt {n}") if first == last else _("receipts {first} to {n}")
        return f" ({by.format(first=first, n=last)})"
    return f" ({each.cause})" if each.cause and each.cause.isprintable() else ""


def holds(proofs: tuple[Proof, ...]) -> bool:
    """Say whether there is something, and all of it is proved."""
    return bool(proofs) and all(proof.holds for proof in proofs)


def moment(text: str, *, end: bool = False) -> int:
    """Read a local day or time, ms since 1970; a day as an end means the end of that day.

    Raises ValueError.
    """
    at = datetime.fromisoformat(text)
    if end and len(text) == len("2026-11-22"):
        at += timedelta(days=1)
    return int((at if at.tzinfo else at.replace(tzinfo=LOCAL)).timestamp() * 1000)


def as_json(document: dict[str, object]) -> str:
    """Spell an answer as one line of JSON."""
    return msgspec.json.encode(document).decode()
