"""`collector public`: sets Django up and serves the page until a signal."""

import secrets

import structlog

from collector import clock
from collector.config import Config
from collector.errors import DeskUnset
from collector.issuing import client
from collector.issuing.ports import Declaring
from collector.public import state
from collector.public.memory import RememberingDesk
from collector.public.rates import Gatekeeper
from collector.public.settings import LARGEST, configure
from collector.web import certificate, server

log = structlog.get_logger()


def run(config: Config) -> int:
    """Serve the page over the desk of the configuration. Raises DeskUnset too."""
    if config.declaring is None:
        raise DeskUnset
    return serve(config, client.declaring(config.declaring))


def serve(config: Config, desk: Declaring) -> int:
    """Serve until a signal. Raises PortBusy, AddressUnusable, KeyUnreadable."""
    public = config.public
    more = certificate.served("public", public.certificate, public.key)
    listening = server.listen(public.host, public.port, "public")
    host, port = listening.getsockname()[:2]
    configure(config)
    state.use(RememberingDesk(desk, clock.steady_s), Gatekeeper(secrets.token_bytes(32)))
    shown = f"[{host}]" if ":" in host else host
    log.info("public.listening", url=f"{'https' if more else 'http'}://{shown}:{port}/")
    more["post_worker_init"] = lambda _worker: log.info("public.ready")
    serving = server.Server(listening, more, LARGEST)
    serving.run()  # type: ignore[no-untyped-call]  # gunicorn's
    return 0
