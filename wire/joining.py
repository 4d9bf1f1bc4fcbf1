"""How a gate with an enrolment code joins: what it asks over HTTPS, and what it tells on the way.

    POST /v1/join       code and request        -> the enrolment, or a trouble
    POST /v1/progress   a signed step
    POST /v1/report     the signed report of its self-test (wire/selftest.py)

The server proves that it is the one meant by the key of its certificate, which the code pins. The
gate proves that it is the one that used the code by its records key. Steps and troubles are stored,
shown on lamps and pages, and keyed on in the handbook: they are never renamed.
"""

import base64
import enum
import re
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire.canonical import Document, canonical, parse, read
from wire.errors import WireError
from wire.keys import Keyring, Signed, Use, opened, sign, unbase64
from wire.record import Millis

JOIN, PROGRESS, REPORT = "/v1/join", "/v1/progress", "/v1/report"
CONTEXT = "enrolment-progress"
ASK_LIMIT = 16 * 1024
ENROLMENT_LIMIT = 64 * 1024
DOCUMENT_LIMIT = 256 * 1024
DOCUMENTS_LIMIT = 1024 * 1024
"""Of all of them together, as they are; what goes beyond comes by the road later."""
ANSWER_LIMIT = 2 * 1024 * 1024
NAME = re.compile(r"policy\.json|signers\.json|list-[0-9a-f]{16}")
"""What may be handed over with an enrolment, as a gate's inbox has it."""
PROGRESS_LIMIT = 4 * 1024


class Step(enum.StrEnum):
    """How far a gate has come."""

    ASKED = "asked"
    """The code was shown and is believed; nothing is done yet."""
    LINKING = "linking"
    """It joins the network that the code names."""
    KEYS = "keys"
    """It makes its keys, which never leave it."""
    JOINING = "joining"
    """It asks the district for its certificate."""
    WAITING = "waiting"
    """There is no network: it waits for the district's answer on a USB stick."""
    ENROLLED = "enrolled"
    """It has all that it needs, and knows who it is."""
    TESTING = "testing"
    """It tries its parts."""
    REPORTED = "reported"
    """The district has its report."""


class Trouble(enum.StrEnum):
    """Why a gate did not become one. Each has a pattern on the lamps and a sentence on the page."""

    BUTTON = "service-button"
    FOREIGN = "code-foreign"
    EXPIRED = "code-expired"
    USED = "code-used"
    PASSPHRASE = "wifi-passphrase"
    NO_WIFI = "wifi-missing"
    NO_NETWORK = "no-network"
    PORTAL = "portal"
    SERVER_FOREIGN = "server-foreign"
    SILENT = "district-silent"
    FAULT = "gate-fault"


class Ask(msgspec.Struct, frozen=True):
    """What a gate sends to become one."""

    code: Annotated[str, msgspec.Meta(max_length=1024)]
    request: Document
    """As wire/enrolment.py has it, signed with the gate's records key."""
    v: Literal[1] = 1

    def __repr__(self) -> str:
        """Say nothing: the code may hold a passphrase."""
        return "<Ask>"


class Progress(msgspec.Struct, frozen=True):
    """How far a gate has come, as it says itself."""

    number: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
    """Of the code that it used."""
    step: Step
    at: Millis
    trouble: Trouble | None = None
    v: Literal[1] = 1


def pack_ask(code: str, request: bytes) -> bytes:
    """Spell what a gate asks: the code's text, and its signed request."""
    return canonical({"v": 1, "code": code, "request": parse(request, ASK_LIMIT)})


def unpack_ask(data: bytes) -> tuple[str, bytes]:
    """Return the code's text and the request; raise WireError. Neither is believed yet."""
    ask = read(Ask, parse(data, ASK_LIMIT))
    return ask.code, canonical(ask.request)


class Answer(msgspec.Struct, frozen=True):
    """What a gate is given."""

    enrolment: bytes
    """Signed, as wire/enrolment.py has it."""
    documents: dict[str, bytes] = {}
    """Policy, lists and signers by their names, each signed by its own key and checked by the
    scanner as if it had come by the road."""


def pack_answer(enrolment: bytes, documents: Mapping[str, bytes] | None = None) -> bytes:
    """Spell the answer: the signed enrolment, and what is in force at the place."""
    told = {name: base64.b64encode(data).decode() for name, data in (documents or {}).items()}
    found = {"v": 1, "enrolment": parse(enrolment, ENROLMENT_LIMIT)}
    return canonical({**found, "documents": told} if told else found)


def pack_trouble(trouble: Trouble) -> bytes:
    """Spell why there is none."""
    return canonical({"v": 1, "trouble": trouble.value})


def unpack_answer(data: bytes) -> Answer | Trouble:
    """Return what a gate is given, or why it is not; raise WireError for anything else.

    A document of a name that is not known, or too long, is left out.
    """
    document = parse(data, ANSWER_LIMIT)
    match document:
        case {"v": 1, "enrolment": dict(enrolment)}:
            return Answer(canonical(enrolment), _documents(document.get("documents", {})))
        case {"v": 1, "trouble": str(trouble)} if trouble in list(Trouble):
            return Trouble(trouble)
    msg = "no answer to who wants to join"
    raise WireError(msg)


def _documents(told: object) -> dict[str, bytes]:
    if not isinstance(told, dict):
        msg = "documents that are none"
        raise WireError(msg)
    found = {
        name: unbase64(text)
        for name, text in told.items()
        if NAME.fullmatch(name) and isinstance(text, str)
    }
    return {name: data for name, data in found.items() if len(data) <= DOCUMENT_LIMIT}


def pack_progress(progress: Progress, key: Ed25519PrivateKey) -> bytes:
    """Spell a step, signed with the gate's records key."""
    return canonical(sign(msgspec.to_builtins(progress), CONTEXT, key))


def unpack_progress(data: bytes, ring: Keyring) -> Progress:
    """Read a step; raise WireError unless a records key in `ring` signed it."""
    signed = read(Signed, parse(data, PROGRESS_LIMIT))
    return read(Progress, opened(signed, CONTEXT, Use.RECORDS, ring))


def claimed_number(data: bytes) -> str:
    """Return of which code a step speaks, so that its key can be found; raise WireError."""
    return read(Progress, read(Signed, parse(data, PROGRESS_LIMIT)).doc).number
