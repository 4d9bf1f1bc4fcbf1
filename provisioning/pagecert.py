"""The authority's own certificate for pages, where there is no public one.

Phones and computers must be told to believe it. What they are told to believe is a CA that can
speak for these few hosts and for nothing else (name constraints): whoever installs it gives nobody
power over other addresses, and a thief of its key has none.

    offline/pages-ca-key.pem    beside the root, and closed like the other files there
    pages-ca.pem                handed out: what phones install
"""

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from provisioning import certificates, files, keyfile
from provisioning.authority import LIMIT, Authority
from provisioning.certificates import Issuer
from provisioning.errors import NUMBER, FileUnusable, KeyMissing, ValueInvalid
from provisioning.i18n import marked

KEY, CERTIFICATE = "offline/pages-ca-key.pem", "pages-ca.pem"
DAYS = 397
"""What browsers accept of any server; phones of an own CA would take twice as long."""
MOST_DAYS = 825
OTHER_HOST = marked(
    "name a host that the pages' CA was made for, or make another CA with --anew and install that"
)
CA_DAYS = 3653
NOBODY = "invalid"
"""A name that nobody has (RFC 6761): who may speak for it alone speaks for no name."""
EVERYWHERE = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))


class Made(msgspec.Struct, frozen=True):
    """What goes to the server, and what goes to whoever opens its pages."""

    chain: bytes
    """PEM: the server's certificate, then the CA's."""
    key: bytes
    """PEM, plain: the server starts by itself."""
    ca: bytes
    """PEM."""
    until: datetime

    @property
    def fingerprint(self) -> str:
        """Return the CA's SHA-256 as devices show it."""
        found = x509.load_pem_x509_certificate(self.ca).fingerprint(hashes.SHA256()).hex().upper()
        return ":".join(found[at : at + 2] for at in range(0, len(found), 2))


def make(
    home: Authority, hosts: Sequence[str], now: datetime, days: int = DAYS, *, anew: bool = False
) -> Made:
    """Make a certificate for hosts; the CA is made at the first time, or `anew` for other hosts.

    Raises ValueInvalid for hosts that the CA cannot speak for, RootAbsent without the root.
    """
    if not 0 < days <= MOST_DAYS:
        raise ValueInvalid(name="days", value=days, takes=NUMBER, least=1, most=MOST_DAYS)
    names = [certificates.host(each) for each in dict.fromkeys(hosts)]
    issuer = _new(home, names, now) if anew or not _is_there(home) else _kept(home)
    _check(issuer.ca, names)
    key = certificates.new_key()
    until = min(now + timedelta(days=days), issuer.ca.not_valid_after_utc)
    leaf = (
        _start(hosts[0], issuer.ca.subject, key.public_key(), now, until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(certificates.usage(ca=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([certificates.SERVER]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()),
            critical=False,
        )
        .sign(issuer.key, hashes.SHA256())
    )
    ca = issuer.ca.public_bytes(Encoding.PEM)
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Made(leaf.public_bytes(Encoding.PEM) + ca, plain, ca, leaf.not_valid_after_utc)


def _is_there(home: Authority) -> bool:
    return (home.folder / CERTIFICATE).exists()


def _kept(home: Authority) -> Issuer:
    path = home.folder / CERTIFICATE
    try:
        ca = x509.load_pem_x509_certificate(files.read(path, LIMIT))
    except (FileUnusable, ValueError) as error:
        raise KeyMissing(path=path) from error
    return Issuer(ca, keyfile.load_ec(home.folder / KEY, lambda: _secret(home) or b""))


def _new(home: Authority, names: Sequence[x509.GeneralName], now: datetime) -> Issuer:
    secret, key = _secret(home), certificates.new_key()
    name = f"{home.public.authority}: trang web"
    until = now + timedelta(days=CA_DAYS)
    ca = (
        _start(name, None, key.public_key(), now, until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(certificates.usage(ca=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([certificates.SERVER]), critical=False)
        .add_extension(_confined(names), critical=True)
        .sign(key, hashes.SHA256())
    )
    keyfile.save(home.folder / KEY, key, secret)
    files.write(home.folder / CERTIFICATE, ca.public_bytes(Encoding.PEM))
    return Issuer(ca, key)


def _secret(home: Authority) -> bytes | None:
    """Return what closes files beside the root; raise RootAbsent where people must bring it."""
    return home.offline_secret()


def _confined(names: Sequence[x509.GeneralName]) -> x509.NameConstraints:
    """Return the constraint to these names: no other host, no other address."""
    hosts = [each for each in names if isinstance(each, x509.DNSName)] or [x509.DNSName(NOBODY)]
    networks = [_network(each.value) for each in names if isinstance(each, x509.IPAddress)]
    none = [x509.IPAddress(each) for each in EVERYWHERE if not _has(networks, each)]
    allowed = [*hosts, *(x509.IPAddress(each) for each in networks)]
    return x509.NameConstraints(permitted_subtrees=allowed, excluded_subtrees=none or None)


def _network(address: object) -> IPv4Network | IPv6Network:
    return ipaddress.ip_network(str(address))


def _has(networks: Sequence[IPv4Network | IPv6Network], of: IPv4Network | IPv6Network) -> bool:
    return any(each.version == of.version for each in networks)


def _check(ca: x509.Certificate, names: Sequence[x509.GeneralName]) -> None:
    """Raise ValueInvalid for the first name for which the CA cannot speak."""
    found = ca.extensions.get_extension_for_class(x509.NameConstraints).value
    allowed = {_spelled(each.value) for each in found.permitted_subtrees or ()}
    for each in names:
        if _spelled(each.value) not in allowed:
            raise ValueInvalid(name="host", value=str(each.value), takes=OTHER_HOST)


def _spelled(name: object) -> str:
    is_address = isinstance(name, IPv4Address | IPv6Address | IPv4Network | IPv6Network)
    return str(_network(name)) if is_address else str(name)


def _start(
    name: str,
    issuer: x509.Name | None,
    public: EllipticCurvePublicKey,
    now: datetime,
    until: datetime,
) -> x509.CertificateBuilder:
    """Begin a certificate that is valid from yesterday: phones refuse servers' long-lived ones."""
    subject = certificates.named(name)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
