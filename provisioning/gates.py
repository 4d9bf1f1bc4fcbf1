"""Admitting a gate: from its request to the signed answer that makes it one of ours.

The gate's private keys never come here. Whatever the request says about names is ignored: what a
gate is called and where it stands is decided at this desk.
"""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from provisioning import certificates, clock, files, revoked, roster
from provisioning.authority import MAX_TEXT, Authority
from provisioning.certificates import Issuer
from provisioning.errors import (
    NUMBER,
    TEXT,
    FileUnusable,
    NameInvalid,
    RequestInvalid,
    ValueInvalid,
)
from provisioning.i18n import marked
from wire import certificate
from wire.certificate import Certificate
from wire.enrolcode import RESERVED, is_gate
from wire.enrolment import LIMIT, Enrolment, Request, pack, unpack_request
from wire.errors import WireError
from wire.record import Direction

MAX_DAYS = 3653
DAYS = 730
REQUESTS = "requests"
"""Folder of the gates' own requests, by gate."""


def enrol(  # noqa: PLR0913 - all that is said about a gate, by name
    authority: Authority,
    request: bytes,
    *,
    gate: str,
    place: str,
    area: str,
    sector: str,
    directions: tuple[Direction, ...],
    now: datetime,
    days: int = DAYS,
    replace: bool = False,
) -> bytes:
    """Enter the gate into the roster and return its signed enrolment, to be carried to it.

    Asking again with the same request renews certificate and keys. Raises RequestInvalid,
    NameInvalid, ValueInvalid, GateKnown, RequestUsed, KeyMissing.
    """
    _check(gate, {"place": place, "area": area, "sector": sector}, directions, days)
    asked = _request(request)
    entered = roster.Gate(gate, place, area, sector, directions, asked.records)
    signed = _answer(authority, entered, asked, now, days)
    roster.enter(authority.folder, entered, replace=replace)
    _keep(authority.folder, gate, request)
    return signed


def certify_all(
    authority: Authority,
    now: datetime,
    days: int = DAYS,
    by: tuple[Authority, Issuer] | None = None,
) -> list[Path]:
    """Make the next certificate of every gate whose request is kept, for the road; return where.

    For the same key of the gate's, from the CA of now, signed by the root; or into the folder and
    from the CA given as `by`. A gate that is in the roster and has enrolled over the network too
    is as it enrolled.
    """
    turned, issuer = by or (authority, authority.issuer())
    done, root = [], authority.root()
    gone = {each.key for each in revoked.load(authority.folder)}
    for entered, kept in _kept(authority.folder):
        with suppress(FileUnusable, RequestInvalid):
            key, name = _asked_key(entered, kept), entered.gate
            if revoked.ski(key) in gone:
                continue  # stolen, most likely: it gets no other
            leaf = issuer.issue(name, key, certificates.CLIENT, hosts=(), now=now, days=days)
            revoked.note(turned.folder, leaf)
            pem = leaf.public_bytes(Encoding.PEM).decode()
            path = turned.published(f"certificate-{name}.json")
            files.write(path, certificate.pack(Certificate(name, pem, clock.millis(now)), root))
            done.append(path)
    return done


def unanswered(authority: Authority) -> list[str]:
    """Return the gates that get no next certificate: what they asked with is not here, or not good.

    Those whose key was revoked are not meant.
    """
    found = []
    for entered, kept in _kept(authority.folder):
        try:
            _asked_key(entered, kept)
        except (FileUnusable, RequestInvalid):
            found.append(entered.gate)
    return found


def _asked_key(entered: roster.Gate, kept: Path) -> EllipticCurvePublicKey:
    """Return the key that a gate's kept request asks for. Raises FileUnusable, RequestInvalid."""
    asked = _request(files.read(kept, LIMIT))
    if asked.records != entered.records:
        raise RequestInvalid(detail=marked("another machine has taken its place"))
    return _tls_key(asked)


def _kept(folder: Path) -> list[tuple[roster.Gate, Path]]:
    """Return every gate and where its request is, if it is kept.

    What was written online is no path until it is a gate's name.
    """
    theirs = (folder / roster.ENROLLED).resolve().with_name(REQUESTS)
    found = {each.gate: (each, folder / REQUESTS / each.gate) for each in roster.load(folder).gates}
    for each in roster.enrolled(folder):
        if is_gate(each.gate):
            found[each.gate] = (each, theirs / each.gate)
    return [found[name] for name in sorted(found)]


def _answer(
    authority: Authority, entered: roster.Gate, asked: Request, now: datetime, days: int
) -> bytes:
    """Return what a gate is told, signed by the root."""
    issuer, public = authority.issuer(), authority.public
    key = _tls_key(asked)
    if revoked.ski(key) in {each.key for each in revoked.load(authority.folder)}:
        raise RequestInvalid(detail=marked("its key for TLS was revoked"))
    leaf = issuer.issue(entered.gate, key, certificates.CLIENT, hosts=(), now=now, days=days)
    revoked.note(authority.folder, leaf)
    enrolment = Enrolment(
        gate=entered.gate,
        authority=public.authority,
        place=entered.place,
        directions=entered.directions,
        keys=public.keys,
        seal=public.seal,
        certificate=leaf.public_bytes(Encoding.PEM).decode(),
        ca=issuer.ca.public_bytes(Encoding.PEM).decode(),
        issued=clock.millis(now),
        records=asked.records.kid,
        area=entered.area,
    )
    return pack(enrolment, authority.root())


def _keep(folder: Path, gate: str, request: bytes) -> None:
    """Keep a gate's request, which holds no secret, for the day when all are answered again."""
    files.folder(folder / REQUESTS)
    files.write(folder / REQUESTS / gate, request)


def _check(gate: str, texts: dict[str, str], directions: tuple[Direction, ...], days: int) -> None:
    """Raise NameInvalid or ValueInvalid for what cannot be said about a gate."""
    if not is_gate(gate):
        raise NameInvalid(name="gate", value=gate, reserved=", ".join(sorted(RESERVED)))
    for name, text in texts.items():
        if not 0 < len(text.strip()) <= len(text) <= MAX_TEXT or not text.isprintable():
            raise ValueInvalid(name=name, value=text, takes=TEXT, least=1, most=MAX_TEXT)
    if not directions:
        raise ValueInvalid(name="direction", value="")
    if not 0 < days <= MAX_DAYS:
        raise ValueInvalid(name="days", value=days, takes=NUMBER, least=1, most=MAX_DAYS)


def _request(data: bytes) -> Request:
    try:
        return unpack_request(data)
    except WireError as error:
        raise RequestInvalid(
            detail=marked("it is damaged, or not signed by the gate that made it")
        ) from error


def _tls_key(request: Request) -> EllipticCurvePublicKey:
    """Return the key that the request asks a certificate for, if the gate proves to hold it."""
    try:
        csr = x509.load_pem_x509_csr(request.csr.encode())
        signed, public = csr.is_signature_valid, csr.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature) as error:
        raise RequestInvalid(detail=marked("its certificate request is damaged")) from error
    if not signed:
        raise RequestInvalid(detail=marked("its certificate request is damaged"))
    if not isinstance(public, EllipticCurvePublicKey) or not isinstance(public.curve, SECP256R1):
        raise RequestInvalid(detail=marked("its key for TLS is not EC P-256"))
    return public
