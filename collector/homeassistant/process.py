"""`collector home-assistant`: tells a Home Assistant how the gates fare, until a signal.

A broker that is away is waited for; a ledger that is busy leaves what was told last. Logs
transitions, never repetitions.
"""

import signal
import ssl
import threading
from collections.abc import Callable

import structlog

from collector import clock
from collector.config import Config, HomeAssistantConfig
from collector.errors import CollectorError, HomeAssistantUnset, KeyUnreadable
from collector.homeassistant.discovery import Documents, documents
from collector.homeassistant.publisher import Publisher
from collector.homeassistant.told import Told
from collector.i18n import N_, speaking
from collector.ledger import opened
from collector.roster import RosterFile
from collector.withdrawn import WithdrawnFile

LOOK_S = 5.0
TURN_S = 0.25
LONGEST_WAIT_S = 30.0
LINK = ("broker-unreachable", "broker-untrusted", "link-refused")
PASSWORD_BYTES = 4096

log = structlog.get_logger()


def run(config: Config) -> int:
    """Serve until a signal; return the exit status. Raises CollectorError."""
    told_to = config.home_assistant
    if told_to is None:
        raise HomeAssistantUnset
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    publisher = Publisher(
        (told_to.host, told_to.port),
        told_to.name,
        context(told_to),
        Told(told_to.state / "told.json"),
        login(told_to),
    )
    roster, withdrawn = RosterFile(config.roster.path), WithdrawnFile(config.withdrawn)
    say = speaking(config.display.language)
    with opened.view(config.ledger, opened.HOME_ASSISTANT) as view:
        telling = Telling(
            publisher,
            lambda: documents(
                roster.current(), view.standings(), withdrawn.current(), clock.wall_ms(), say
            ),
        )
        telling.run(stop)
    return 0


class Telling:
    """The loop."""

    def __init__(self, publisher: Publisher, draw: Callable[[], Documents]) -> None:
        """Take who tells, and what says what is to be told."""
        self._publisher, self._draw = publisher, draw
        self._wanted: Documents | None = None
        self._drawn_s = float("-inf")
        self._up = False
        self._trouble = ""

    def run(self, stop: threading.Event) -> None:
        """Tell until stopped. Raises StateUnwritable."""
        tries = 0
        while not stop.is_set():
            try:
                self._publisher.open()
                self._connected(stop)
            except CollectorError as error:
                if error.code not in LINK:
                    raise
                tries = 0 if self._up else tries + 1
                self._up = False
                self._worry("homeassistant.lost", error)
                stop.wait(min(LONGEST_WAIT_S, 0.5 * 2 ** min(tries, 10)))
        self._publisher.close()
        log.info("homeassistant.stopped")

    def _connected(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._publisher.turn(TURN_S)
            if not self._publisher.ready:
                continue
            self._look()
            if self._wanted is not None and self._publisher.tell(self._wanted) and not self._up:
                self._up, self._trouble = True, ""
                log.info("homeassistant.told", topics=len(self._wanted))

    def _look(self) -> None:
        if clock.steady_s() - self._drawn_s < LOOK_S:
            return
        self._drawn_s = clock.steady_s()
        try:
            self._wanted = self._draw()
        except CollectorError as error:  # the last word stands
            self._worry("homeassistant.blind", error)

    def _worry(self, event: str, error: CollectorError) -> None:
        if self._trouble != error.code:
            self._trouble = error.code
            log.warning(event, code=error.code, detail=str(error))


def context(told_to: HomeAssistantConfig) -> ssl.SSLContext:
    """Return the TLS settings towards that broker; raise KeyUnreadable."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        made.load_verify_locations(told_to.ca)
        if told_to.certificate and told_to.key:
            made.load_cert_chain(told_to.certificate, told_to.key, password=lambda: "")
    except (ssl.SSLError, OSError, ValueError) as error:
        msg = f"home_assistant: {N_('its certificates cannot be read, or do not belong together')}"
        raise KeyUnreadable(msg) from error
    return made


def login(told_to: HomeAssistantConfig) -> tuple[str, str] | None:
    """Return user and password, where the broker asks for them; raise KeyUnreadable."""
    if not told_to.user or told_to.password is None:
        return None
    try:
        with told_to.password.open(encoding="utf-8") as file:
            return told_to.user, file.read(PASSWORD_BYTES).strip()
    except (OSError, UnicodeDecodeError) as error:
        msg = f"home_assistant.password: {told_to.password}: {N_('cannot be read')}"
        raise KeyUnreadable(msg) from error
