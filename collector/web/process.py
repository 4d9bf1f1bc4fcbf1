"""`collector web` and `collector user`: sets Django up and runs what was asked for."""

from types import ModuleType

import structlog

from collector.config import Config
from collector.web import certificate, server
from collector.web.fastlane import Lane
from collector.web.settings import configure, migrate

log = structlog.get_logger()


def run(config: Config) -> int:
    """Serve until a signal. Raises PortBusy, AddressUnusable, StateUnwritable, KeyUnreadable."""
    web = config.web
    more = certificate.served("web", web.certificate, web.key)
    listening = server.listen(web.host, web.port)
    host, port = listening.getsockname()[:2]
    configure(config)
    migrate()
    shown = f"[{host}]" if ":" in host else host
    log.info("web.listening", url=f"{'https' if more else 'http'}://{shown}:{port}/")
    more["post_worker_init"] = lambda _worker: log.info("web.ready")
    serving = server.Server(listening, more, lane=Lane())
    serving.run()  # type: ignore[no-untyped-call]  # gunicorn's
    return 0


def accounts(config: Config) -> ModuleType:
    """Return what makes and mends accounts, with the file of accounts up to date."""
    configure(config)
    migrate()
    from collector.web import accounts as made  # noqa: PLC0415  # needs the settings

    return made
