"""What is not there yet, and what to do: the vault's custodians, certificates, roles.

Looks, and changes nothing. Each remark is an error of the collector's own.
"""

from collections.abc import Iterator
from pathlib import Path

from collector import certified
from collector.config import Config, Pages, PublicConfig, WebConfig
from collector.errors import CollectorError
from collector.i18n import N_
from collector.reached import local
from collector.vault import client
from collector.vault.errors import VaultAway, VaultLocked


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
    yield from certified.faults(table, pages, now_ms)
    if _is_own(pages, config.broker.ca):
        yield CertificateOwn(table)


def _is_own(pages: Pages, ca: Path) -> bool:
    """Say whether the chain ends at a root of our own: public chains leave theirs out."""
    found = certified.chain(pages.certificate)
    authority = {each.subject for each in certified.chain(ca)}
    return any(each.issuer == each.subject or each.issuer in authority for each in found)
