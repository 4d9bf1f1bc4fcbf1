"""`gate read`: what the codes in a picture are, and what a gate would do with each.

The same reading and verdict code as at the door. The text of a code is shown only when asked for.
Whose passes are believed is for device/judges.py.
"""

import json
from pathlib import Path

import msgspec

from device import clock, i18n
from device.camera.pictures import load_luma
from device.credential import classify
from device.credential.control_card import KIND as CARD
from device.credential.own_pass import KIND as PASS
from device.errors import GateError, PictureUnreadable
from device.flow import Verdict
from device.i18n import N_, _
from device.judges import Judge
from device.reading.decoder import decode
from device.verdict.reasons import MARKS, TABLE
from device.words import KINDS, OUTCOMES
from wire.canonical import Document
from wire.record import Outcome, Reason


class Code(msgspec.Struct, frozen=True):
    """One code in a picture."""

    verdict: Verdict
    text: bytes | None
    """Only when it was asked for."""

    def __repr__(self) -> str:
        """Say nothing of the text, so that no log or traceback says who showed it."""
        return f"<Code: {self.verdict!r}>"


class Looked(msgspec.Struct, frozen=True):
    """What was found in one file."""

    file: str
    ms: float
    """Time of decoding and judging, without reading the file."""
    codes: tuple[Code, ...] = ()
    error: GateError | None = None

    @property
    def unknown_issuer(self) -> bool:
        """Say whether a pass or card is among the codes whose issuer is not known here."""
        return any(
            each.verdict.kind in (PASS, CARD) and each.verdict.reason is Reason.UNKNOWN_ISSUER
            for each in self.codes
        )


def look(path: Path, judge: Judge, *, reveal: bool) -> Looked:
    """Read one picture; a file that is none gives a result that says so."""
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            msg = f"{path}: {N_('not a file')}"
            raise PictureUnreadable(msg)
        luma = load_luma(path)
    except GateError as error:
        return Looked(str(path), 0.0, error=error)
    except OSError as error:
        said = PictureUnreadable(f"{path}: {error.strerror}")
        return Looked(str(path), 0.0, error=said)
    before = clock.up_ns()
    found = [(text, judge.judge(classify(text))) for text in decode(luma)]
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
    name = looked.file if looked.file.isprintable() else ascii(looked.file)
    if looked.error is not None:
        why = i18n.detail(str(looked.error)).removeprefix(f"{looked.file}: ")
        said = f"{looked.error.code}: {_(looked.error.says)} ({why})"
        return f"{name}\n  {said}\n  -> {_(looked.error.remedy)}"
    lines = [f"{name}  ({looked.ms} ms)"]
    if not looked.codes:
        lines.append("  " + _("no QR code was found"))
    for each in looked.codes:
        lines.append(f"  {_sentence(each.verdict)}")
        if each.text is not None:
            lines.append("    " + repr(each.text.decode("utf-8", "backslashreplace")))
    return "\n".join(lines)


def _sentence(verdict: Verdict) -> str:
    sign = "+" if verdict.outcome is Outcome.ACCEPTED else "-"
    doubts = "".join(f"; {_(MARKS[mark])}" for mark in verdict.marks)
    answer = f"{_(OUTCOMES[verdict.outcome])}: {_(TABLE[verdict.reason].says)}"
    return f"{sign} {_(KINDS[verdict.kind])}: {answer}{doubts}"
