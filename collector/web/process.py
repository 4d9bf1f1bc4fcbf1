"""`collector web` and `collector user`: sets Django up and runs what was asked for."""

import structlog

from collector.config import Config
from collector.web import accounts, server
from collector.web.settings import configure, migrate

log = structlog.get_logger()


def run(config: Config) -> int:
    """Serve the pages until a signal. Raises PortBusy, AddressUnusable, StateUnwritable."""
    listening = server.listen(config.web.host, config.web.port)
    host, port = listening.getsockname()[:2]
    configure(config)
    migrate()
    shown = f"[{host}]" if ":" in host else host
    log.info("web.listening", url=f"http://{shown}:{port}/")
    server.Server(listening, _application).run()  # type: ignore[no-untyped-call]  # gunicorn's
    return 0


def add_user(config: Config, name: str, password: str | None) -> str | None:
    """Make an account; return its password if it was made here."""
    configure(config)
    migrate()
    return accounts.add(name, password)


def set_password(config: Config, name: str, password: str | None) -> str | None:
    """Give an account a new password; return it if it was made here."""
    configure(config)
    migrate()
    return accounts.change(name, password)


def _application() -> object:
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415  # needs the settings

    return get_wsgi_application()
