"""Where the pages of cases find the vault, and who an account is to it."""

from collections.abc import Callable
from functools import cache

from collector import clock
from collector.cases.roles import Actor
from collector.config import Config
from collector.errors import NotAllowed
from collector.vault.client import connected
from collector.web.casework.desk import Desk, away
from collector.web.casework.vaultdesk import VaultDesk


def desk_of(config: Config) -> Callable[[], Desk]:
    """Return what gives the way to the vault; without one configured it raises DeskMissing."""
    if config.vault.socket is None and config.vault.state is None:
        return away
    path = config.vault_socket

    @cache
    def desk() -> Desk:
        from collector.web import frame  # noqa: PLC0415  # needs the settings

        return VaultDesk(connected(path), actor, frame.listed, clock.wall_ms)

    return desk


def actor(name: str) -> Actor:
    """Return an account as the vault knows it. Raises NotAllowed for one without a role."""
    from collector.web.models import Officer  # noqa: PLC0415  # needs the settings

    found = Officer.objects.filter(username=name, is_active=True, locked=False).first()
    role = found.kind() if found is not None else None
    if found is None or role is None:
        raise NotAllowed
    grants = found.granted()
    return Actor(name, role, grants.areas, grants.sectors, grants.places)
