"""`gate read`: what the codes in a picture are, and what a gate would do with each.

The same reading and verdict code as at the door. The text of a code is shown only when asked for.
"""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec

from device import clock, config, enrol
from device.camera.pictures import load_luma
from device.credential import classify
from device.errors import GateError
from device.flow import Verdict
from device.i18n import N_, _
from device.reading.decoder import decode
from device.verdict import judge
from device.verdict.policy import Policy
from wire.canonical import Document
from wire.keys import Keyring
from wire.record import Direction, Outcome, Reason

Judge = Callable[[bytes], Verdict]

WORDS = {
    Reason.ACCEPTED: N_("accepted: a valid pass"),
    Reason.EXPIRED: N_("rejected: this pass has expired"),
    Reason.NOT_YET_VALID: N_("rejected: this pass is not valid yet"),
    Reason.BAD_SIGNATURE: N_("rejected: the signature is not right"),
    Reason.WRONG_KIND: N_("rejected: the wrong kind of code"),
    Reason.NOT_A_PASS: N_("rejected: not a pass"),
}


class Code(msgspec.Struct, frozen=True):
    """One code in a picture."""

    verdict: Verdict
    text: bytes | None
    """Only when it was asked for."""


class Looked(msgspec.Struct, frozen=True):
    """What was found in one file."""

    file: str
    ms: float
    """Time of decoding and judging, without reading the file."""
    codes: tuple[Code, ...] = ()
    error: GateError | None = None


def judge_for(found: config.Config | None) -> Judge:
    """Return how to judge a code: as the configured gate does, or as one that knows no issuer."""
    ring, policy = Keyring(()), Policy()
    vouched = True
    if found is not None:
        keys = found.folders.keys
        enrolment = enrol.held(keys, enrol.root_key(keys / enrol.ROOT))
        ring, policy = Keyring(enrolment.keys), Policy(directions=enrolment.directions)
        vouched = found.clock.vouched
    system = clock.SystemClock(vouched=vouched)

    def judged(text: bytes) -> Verdict:
        direction: Direction = policy.directions[0]
        return judge(classify(text), direction, policy, ring, system.now())

    return judged


def look(path: Path, judged: Judge, *, reveal: bool) -> Looked:
    """Read one picture; a file that is none gives a result that says so."""
    try:
        luma = load_luma(path)
    except GateError as error:
        return Looked(str(path), 0.0, error=error)
    before = clock.up_ns()
    found = [(text, judged(text)) for text in decode(luma)]
    ms = (clock.up_ns() - before) / 1e6
    codes = tuple(Code(verdict, text if reveal else None) for text, verdict in found)
    return Looked(str(path), round(ms, 1), codes)


def as_json(looked: Looked) -> str:
    """Spell a result as one JSON object on one line."""
    document: Document = {
        "file": looked.file,
        "ms": looked.ms,
        "codes": [_fields(each) for each in looked.codes],
    }
    if looked.error is not None:
        document["error"] = looked.error.code
    return json.dumps(document, ensure_ascii=False)


def _fields(code: Code) -> Document:
    found: Document = {
        "kind": code.verdict.kind,
        "signature": code.verdict.signature,
        "identity": code.verdict.identity,
        "verdict": code.verdict.outcome,
        "reason": code.verdict.reason,
    }
    if code.text is not None:
        found["text"] = code.text.decode("utf-8", "backslashreplace")
    return found


def as_text(looked: Looked) -> str:
    """Say a result to a person."""
    if looked.error is not None:
        said = f"{looked.error.code}: {_(looked.error.says)} ({looked.error})"
        return f"{looked.file}\n  {said}\n  -> {_(looked.error.remedy)}"
    lines = [f"{looked.file}  ({looked.ms} ms)"]
    if not looked.codes:
        lines.append("  " + _("no QR code was found"))
    for each in looked.codes:
        sign = "+" if each.verdict.outcome is Outcome.ACCEPTED else "-"
        lines.append(f"  {sign} {each.verdict.kind}: {_(WORDS[each.verdict.reason])}")
        if each.text is not None:
            lines.append("    " + repr(each.text.decode("utf-8", "backslashreplace")))
    return "\n".join(lines)
