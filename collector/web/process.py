"""`collector web` and `collector user`: sets Django up and runs what was asked for."""

from types import ModuleType

import structlog

from collector.config import Config
from collector.web import server
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


def accounts(config: Config) -> ModuleType:
    """Return what makes and mends accounts, with the file of accounts up to date."""
    configure(config)
    migrate()
    from collector.web import accounts as made  # noqa: PLC0415  # needs the settings

    return made


def _application() -> object:
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415  # needs the settings

    return get_wsgi_application()
