"""`gate read`: what the codes in a picture are, and what a gate would do with each.

The same reading and verdict code as at the door. The text of a code is shown only when asked for.
Whose passes are believed is named by the caller: a gate's configuration, an authority's public
file, or nobody.
"""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec

from device import clock, config, enrol, i18n
from device.camera.pictures import load_luma
from device.credential import classify
from device.credential.dcc_trust import TrustList
from device.credential.own_pass import KIND as PASS
from device.errors import GateError, IssuersUnreadable, PictureUnreadable
from device.flow import Verdict
from device.i18n import N_, _
from device.reading.decoder import decode
from device.verdict import judge
from device.verdict.policy import at_gate, default
from device.verdict.reasons import MARKS, TABLE
from device.verdict.standing import NOTHING
from device.verdict.trust import NoStatuses, Trust
from wire.canonical import Document, parse, read
from wire.enrolment import LIMIT
from wire.errors import WireError
from wire.keys import KeyEntry, Keyring
from wire.policy import Policy
from wire.record import Direction, Outcome, Reason

Judge = Callable[[bytes], Verdict]

OUTCOMES = {
    Outcome.ACCEPTED: N_("accepted"),
    Outcome.REJECTED: N_("rejected"),
    Outcome.OBEYED: N_("obeyed"),
}
NAMES = {
    "pass": N_("pass"),
    "control-card": N_("control card"),
    "eu-certificate": N_("European health certificate"),
    "health-card": N_("health card"),
    "travel-seal": N_("travel document seal"),
    "payment": N_("payment code"),
    "national-code": N_("national COVID code"),
    "insurance-card": N_("health insurance card"),
    "id-card": N_("identity card"),
    "id-card-unknown": N_("identity card of a layout that is not known"),
    "place-code": N_("a place's own code"),
    "zalo": N_("Zalo code"),
    "web-link": N_("web link"),
    "wifi": N_("Wi-Fi code"),
    "contact": N_("contact"),
    "login": N_("login code"),
    "message": N_("telephone or message code"),
    "foreign-certificate": N_("foreign certificate"),
    "shop-barcode": N_("shop barcode"),
    "unknown": N_("unknown code"),
}
"""Every kind of code, for people; device/credential lists them."""


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
        """Say whether a pass is among the codes whose issuer is not known here."""
        return any(
            each.verdict.kind == PASS and each.verdict.reason is Reason.UNKNOWN_ISSUER
            for each in self.codes
        )


class Published(msgspec.Struct, frozen=True):
    """As much of an authority's public file as is needed here."""

    keys: tuple[KeyEntry, ...]


def judge_of(configuration: Path | None, authority: Path | None) -> Judge:
    """Return how to judge a code: as a gate does, as an authority's gates do, or as nobody's.

    Raises ConfigInvalid, NotEnrolled or IssuersUnreadable.
    """
    if configuration is not None:
        found = config.load(configuration)
        keys = found.folders.keys
        enrolment = enrol.held(keys, enrol.root_key(keys / enrol.ROOT))
        ring = Keyring(enrolment.keys)
        rules = at_gate(default(enrolment.place), enrolment.directions)
        return _judge(ring, rules, enrolment.directions[0], vouched=found.clock.vouched)
    ring = issuers(authority) if authority else Keyring(())
    return _judge(ring, default(""), Direction.IN, vouched=True)


def issuers(path: Path) -> Keyring:
    """Return the keys in an authority's public file; raise IssuersUnreadable if it is none."""
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
        return Keyring(read(Published, parse(data, LIMIT)).keys)
    except OSError as error:
        msg = f"{path}: {error.strerror}"
        raise IssuersUnreadable(msg) from error
    except WireError as error:
        raise IssuersUnreadable(str(path)) from error


def _judge(ring: Keyring, rules: Policy, direction: Direction, *, vouched: bool) -> Judge:
    system = clock.SystemClock(vouched=vouched)
    trust = Trust(ring, TrustList(()), NoStatuses())

    def judged(text: bytes) -> Verdict:
        return judge(classify(text), direction, rules, trust, NOTHING, system.now())

    return judged


def look(path: Path, judged: Judge, *, reveal: bool) -> Looked:
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
    return f"{sign} {_(NAMES[verdict.kind])}: {answer}{doubts}"
