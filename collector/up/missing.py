"""What is not there yet, and what to do: the vault's custodians, certificates, roles.

Looks, and changes nothing. Each remark is an error of the collector's own.
"""

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from collector.config import Config, Pages, PublicConfig, WebConfig
from collector.errors import CertificateExpired, CollectorError
from collector.i18n import N_
from collector.vault import client
from collector.vault.errors import VaultAway, VaultLocked

SOON = timedelta(days=21)
"""Who renews by itself has done so long before."""


class CertificateMissing(CollectorError):
    """Pages are offered to other machines in clear."""

    code = "certificate-missing"
    says = N_("Other machines reach these pages without HTTPS: passwords can be read on the way")
    remedy = N_(
        "give it a certificate: a public one (ACME or files), or the authority's own with its"
        " installation sheet; docs/operating says how"
    )


class CertificateOwn(CollectorError):
    """Browsers do not know who issued the certificate."""

    code = "certificate-own"
    says = N_("The certificate is the authority's own: phones warn of it")
    remedy = N_("hand out the sheet that `provision web` has made, or take a public certificate")


class CertificateSoon(CollectorError):
    """A certificate ends soon, and nobody has renewed it."""

    code = "certificate-soon"
    says = N_("A certificate ends soon")
    remedy = N_("renew it: the new files count at once, nothing has to be started again")


class OneUser(CollectorError):
    """All processes run as root."""

    code = "one-user"
    says = N_("All processes run as root")
    remedy = N_("start `collector up` as a user of its own, or use the units in systemd/district")


def missing(config: Config, now_ms: int, user: int) -> Iterator[CollectorError]:
    """Yield what is missing, the gravest first; `user` is who runs all of it."""
    if user == 0:
        yield OneUser()
    if config.vault.state is not None:
        yield from _vault(config)
    for table, pages in _offered(config):
        yield from _certificate(config, table, pages, now_ms)


def _vault(config: Config) -> Iterator[CollectorError]:
    try:
        status = client.connected(config.vault_socket).status()
    except VaultAway:  # it has said itself why it does not run
        return
    except CollectorError as error:
        yield error
        return
    if status.locked:
        yield VaultLocked(f"{status.spoken}/{status.threshold}")


def _offered(config: Config) -> Iterator[tuple[str, WebConfig | PublicConfig]]:
    yield "web", config.web
    if config.issuing is not None:
        yield "public", config.public


def _certificate(
    config: Config, table: str, pages: WebConfig | PublicConfig, now_ms: int
) -> Iterator[CollectorError]:
    if pages.certificate is None:
        if not pages.https and not local(pages.host):
            yield CertificateMissing(table)
        return
    chain = _chain(pages.certificate)
    if not chain:  # the process itself says what is wrong with it
        return
    found = chain[0]
    left = found.not_valid_after_utc - datetime.fromtimestamp(now_ms / 1000, UTC)
    name = f"{table}.certificate: {found.not_valid_after_utc:%Y-%m-%d}"
    if left < timedelta(0):
        yield CertificateExpired(name)
    elif left < SOON:
        yield CertificateSoon(name)
    if _is_own(pages, config.broker.ca):
        yield CertificateOwn(table)


def local(host: str) -> bool:
    """Say whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_own(pages: Pages, ca: Path) -> bool:
    """Say whether the chain ends at a root of our own: public chains leave theirs out."""
    chain = _chain(pages.certificate)
    authority = {each.subject for each in _chain(ca)}
    return any(each.issuer == each.subject or each.issuer in authority for each in chain)


def _chain(path: Path | None) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes()) if path is not None else []
    except (OSError, ValueError):
        return []
