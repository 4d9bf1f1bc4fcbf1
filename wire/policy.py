"""What a site asks of those who pass: one signed, versioned document for each site.

It is meant to be read by a person: plain words, no codes, and what is left out has the value that
stands here. A gate takes it only whole: an unknown field is an error, because a rule that an older
gate does not understand must not quietly be no rule. The last good policy then stays in force, and
the gate says so.
"""

import enum
import unicodedata
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire.canonical import Document, canonical, parse, read
from wire.errors import WireError
from wire.keys import Keyring, Signed, Use, opened, sign
from wire.openinghours import Hours
from wire.record import MAX_SEQ, Millis, Reason

CONTEXT = "policy"
LIMIT = 64 * 1024
ZONE = "Asia/Ho_Chi_Minh"
DAY_H, MONTH_H = 24, 720

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
People = Annotated[int, msgspec.Meta(ge=1, le=10**6)]


class Kind(enum.StrEnum):
    """The kinds of code that a site can take; device/credential knows all others too."""

    PASS = "pass"
    CERTIFICATE = "eu-certificate"
    """A health certificate in the European manner; Vietnam's vaccine passport is one."""
    ID_CARD = "id-card"
    INSURANCE_CARD = "insurance-card"
    NATIONAL_CODE = "national-code"


class AskedSignature(enum.StrEnum):
    """What is asked of a code's signature."""

    CHECKED = "checked"
    """Cards have none that could be: who shows one is then sent to the attendant."""
    ANY = "any"
    """Also of a signer that is not known here, or none. One that is wrong is always refused."""


class AskedIdentity(enum.StrEnum):
    """What is asked of how the holder is known."""

    SEEN = "seen"
    DECLARED = "declared"
    ANY = "any"


class Does(enum.StrEnum):
    """What a gate does with a doubt."""

    ACCEPT = "accept"
    """Lets pass, and marks the scan."""
    ATTENDANT = "attendant"
    """Does not let pass, and asks for the attendant."""
    REFUSE = "refuse"


class Way(enum.StrEnum):
    """What decides which way a person passes."""

    AS_ENROLLED = "as-enrolled"
    """Each gate of the place as it was enrolled; one that serves both ways alternates."""
    IN = "in"
    OUT = "out"
    BUTTON = "button"
    ALTERNATE = "alternate"


class Passback(enum.StrEnum):
    """What becomes of someone who enters twice, or leaves twice."""

    OFF = "off"
    SOFT = "soft"
    """Lets pass, and marks the scan."""
    HARD = "hard"


class Shown(enum.StrEnum):
    """What a door can be told to show for a reason."""

    ACCEPT = "accept"
    REJECT = "reject"
    RETRY = "retry"
    ATTENDANT = "attendant"


GREEN = frozenset({Reason.ACCEPTED, Reason.ATTENDED})
"""The reasons that open the door; no other may look as if it did, nor these as if they did not."""
FIXED = frozenset({Reason.OBEYED})
"""Answers that nobody passes by; what is shown then is not the site's to choose."""


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the document."""


class Take(Part, frozen=True, kw_only=True):
    """One kind of code that the site takes."""

    kind: Kind
    signature: AskedSignature = AskedSignature.ANY
    identity: AskedIdentity = AskedIdentity.ANY
    classes: Annotated[tuple[Word, ...], msgspec.Meta(max_length=64)] = ()
    """Classes of holder, for passes of the authority's; none named: every class."""

    def __post_init__(self) -> None:
        """Refuse to ask for a class where there is none."""
        if self.classes and self.kind is not Kind.PASS:
            msg = "classes: only passes of the authority have a class"
            raise ValueError(msg)


OWN_PASSES = Take(kind=Kind.PASS, signature=AskedSignature.CHECKED)


class Again(Part, frozen=True, kw_only=True):
    """What is asked of someone who was here before."""

    rule: Passback = Passback.OFF
    timeout_min: Annotated[int, msgspec.Meta(ge=0, le=60 * MONTH_H)] = 960
    """An entry longer ago than this is forgotten: its exit was missed. 0: never forgotten."""
    min_interval_s: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 0
    """Two passages of one person are at least so far apart."""
    too_soon: Does = Does.ACCEPT


class Ceiling(Part, frozen=True, kw_only=True):
    """How many people may be inside."""

    people: People
    above: Does = Does.REFUSE


class Policy(Part, frozen=True, kw_only=True):
    """The rules of one site.

    All of them are written out, so that no later release takes something else for usual.
    """

    site: Name
    """The place's name, as its gates were enrolled."""
    version: Annotated[int, msgspec.Meta(ge=1, le=MAX_SEQ)]
    """Grows with each issue. 0 is what a gate without a policy goes by, and is never sent."""
    issued: Millis
    zone: Annotated[str, msgspec.Meta(max_length=64)] = ZONE
    """Whose local time days and hours are in: a name of the IANA's."""
    takes: Annotated[tuple[Take, ...], msgspec.Meta(max_length=len(Kind))] = (OWN_PASSES,)
    direction: Way = Way.AS_ENROLLED
    gates_of_place: Annotated[int, msgspec.Meta(ge=1, le=64)] | None = None
    """How many gates the place has; said where a rule is asked for that needs to know."""
    hours: Hours = Hours()
    outside_hours: Does = Does.REFUSE
    again: Again = Again()
    ceiling: Ceiling | None = None
    siblings_stale_after_s: Annotated[int, msgspec.Meta(ge=10, le=86_400)] = 900
    """What the place's other gates saw counts as known for so long."""
    clock_unsure: Does = Does.ACCEPT
    clock_skew_s: Annotated[int, msgspec.Meta(ge=0, le=3600)] = 300
    """A pass made a moment ago at another clock is not "not yet valid"."""
    stale_list: Does = Does.ACCEPT
    stale_after_h: Annotated[int, msgspec.Meta(ge=1, le=24 * 366)] = 7 * 24
    """How old a list of withdrawn passes may be."""
    signals: dict[Reason, Shown] = {}
    """What the door shows for a reason instead of what the table of reasons says."""
    retention_h: Annotated[int, msgspec.Meta(ge=DAY_H, le=MONTH_H)] = 48
    """For how long at least a gate keeps what the collector has confirmed."""
    open_once: bool = False
    """Whether the door may be opened for one person by a command from the district."""
    v: Literal[1] = 1

    def __post_init__(self) -> None:
        """Refuse rules that contradict one another, or that no gate could keep."""
        for complaint in (_zone(self), _takes(self), _signals(self), _one_gate(self)):
            if complaint:
                raise ValueError(complaint)


def pack(policy: Policy, key: Ed25519PrivateKey) -> bytes:
    """Spell and sign a policy."""
    return canonical(sign(msgspec.to_builtins(policy), CONTEXT, key))


def unpack(data: bytes, ring: Keyring, site: str) -> Policy:
    """Read the policy of `site`; raise WireError unless the authority signed it for that site."""
    signed = read(Signed, parse(data, LIMIT))
    policy = understood(opened(signed, CONTEXT, Use.POLICY, ring))
    if not same_site(policy.site, site):
        msg = "the policy of another site"
        raise WireError(msg)
    return policy


def understood(document: Document) -> Policy:
    """Read a policy that a person wrote, or that was signed; raise WireError naming the field."""
    return read(Policy, document)


def same_site(one: str, other: str) -> bool:
    """Say whether two names are one, however their accents are spelled."""
    return spelled(one) == spelled(other)


def spelled(site: str) -> str:
    """Return the one spelling of a name under which something of the place is kept."""
    return unicodedata.normalize("NFC", site)


def _zone(policy: Policy) -> str:
    try:
        ZoneInfo(policy.zone)
    except (OSError, ValueError, LookupError):  # not there, not a name, not a zone
        return "zone: no such time zone is known here"
    return ""


def _takes(policy: Policy) -> str:
    kinds = [each.kind for each in policy.takes]
    return "takes: one kind is there twice" if len(set(kinds)) < len(kinds) else ""


def _signals(policy: Policy) -> str:
    for reason, shown in policy.signals.items():
        if reason in FIXED:
            return "signals: what is shown for a control card is fixed"
        if (reason in GREEN) is not (shown is Shown.ACCEPT):
            return "signals: who may pass is shown green, and nobody else"
    return ""


def _one_gate(policy: Policy) -> str:
    """Say which rule needs one gate that sees both directions, if this site is not so."""
    sees_both = policy.direction in (Way.BUTTON, Way.ALTERNATE) and policy.gates_of_place == 1
    if sees_both:
        return ""
    needs = "needs direction button or alternate, and gates_of_place 1"
    if policy.again.rule is Passback.HARD:
        return f"again.rule: hard {needs}"
    if policy.ceiling is not None and policy.ceiling.above is not Does.ACCEPT:
        return f"ceiling: one that keeps people out {needs}"
    return ""
