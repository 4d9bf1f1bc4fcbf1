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
from collector.public.settings import configure
from collector.web import server

log = structlog.get_logger()


def run(config: Config) -> int:
    """Serve the page over the desk of the configuration. Raises DeskUnset too."""
    if config.declaring is None:
        raise DeskUnset
    return serve(config, client.declaring(config.declaring))


def serve(config: Config, desk: Declaring) -> int:
    """Serve until a signal. Raises PortBusy, AddressUnusable, KeyUnreadable."""
    public = config.public
    listening = server.listen(public.host, public.port)
    host, port = listening.getsockname()[:2]
    configure(config)
    state.use(RememberingDesk(desk, clock.steady_s), Gatekeeper(secrets.token_bytes(32)))
    shown = f"[{host}]" if ":" in host else host
    scheme = "https" if public.certificate else "http"
    log.info("public.listening", url=f"{scheme}://{shown}:{port}/")
    more = {}
    if public.certificate and public.key:
        more = {"certfile": str(public.certificate), "keyfile": str(public.key)}
    serving = server.Server(listening, _application, more)
    serving.run()  # type: ignore[no-untyped-call]  # gunicorn's
    return 0


def _application() -> object:
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415  # needs the settings

    return get_wsgi_application()
