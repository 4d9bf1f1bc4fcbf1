"""The lists that are being worked on, one at a time, in memory alone.

Who is on a list and which codes they have is forgotten when the cards were fetched, or a quarter of
an hour after they were made. Whoever has lost them sends the list again and gets the same.
"""

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from collector.bulk.entries import Fault, ListFaulty
from collector.bulk.work import Stage, Told
from collector.errors import CollectorError, WorkFull
from collector.issuing.entries import Listed

KEPT_S = 900.0
MOST = 8
"""Lists that wait or are worked on."""
LONGEST_FAULTS = 200
"""Faults that are shown; whoever mends them sends the list again anyway."""

_log = structlog.get_logger()


class Piece:
    """One list. Only the account that sent it sees it."""

    def __init__(self, officer: str, place: str) -> None:
        """Take who sent it, and for which place."""
        self.name = secrets.token_urlsafe(16)
        self.officer, self.place = officer, place
        self.stage, self.done, self.all = Stage.WAITING, 0, 0
        self.faults: tuple[Fault, ...] = ()
        self.more = 0
        """Faults beyond those that are kept."""
        self.error: CollectorError | None = None
        self.listed: Listed | None = None
        self.fetched = False
        self._pdf: bytes | None = None
        self._lock = threading.Lock()

    @property
    def is_over(self) -> bool:
        """Say whether nothing more will happen to it."""
        return bool(self.faults or self.error or self.stage is Stage.DONE)

    @property
    def has_cards(self) -> bool:
        """Say whether the cards can be fetched."""
        return self._pdf is not None

    def tell(self, stage: Stage, done: int, all_: int) -> None:
        """Note how far it is."""
        self.stage, self.done, self.all = stage, done, all_

    def finish(self, listed: Listed, pdf: bytes) -> None:
        """Keep the cards until they are fetched."""
        self._pdf, self.listed = pdf, listed
        self.tell(Stage.DONE, 0, 0)

    def fetch(self) -> bytes | None:
        """Return the cards, once."""
        with self._lock:
            pdf, self._pdf = self._pdf, None
            self.fetched = self.fetched or pdf is not None
            return pdf

    def drop(self) -> None:
        """Forget the cards."""
        self._pdf = None


Work = Callable[[Told], tuple[Listed, bytes]]


class Workshop:
    """All lists of this process."""

    def __init__(self) -> None:
        """Begin with none."""
        self._pieces: dict[str, Piece] = {}
        self._hands = ThreadPoolExecutor(1, "cards")
        self._lock = threading.Lock()

    def take(self, officer: str, place: str, work: Work) -> Piece:
        """Begin to work on a list, after those before it. Raises WorkFull."""
        piece = Piece(officer, place)
        with self._lock:
            if sum(not each.is_over for each in self._pieces.values()) >= MOST:
                raise WorkFull
            self._pieces[piece.name] = piece
        self._hands.submit(self._do, piece, work)
        return piece

    def find(self, officer: str, name: str) -> Piece | None:
        """Return somebody's own list."""
        piece = self._pieces.get(name)
        return piece if piece is not None and piece.officer == officer else None

    def _do(self, piece: Piece, work: Work) -> None:
        try:
            piece.finish(*work(piece.tell))
        except ListFaulty as faulty:
            piece.faults = faulty.faults[:LONGEST_FAULTS]
            piece.more = max(0, len(faulty.faults) - LONGEST_FAULTS)
        except CollectorError as error:
            piece.error = error.with_traceback(None)
        except Exception as error:  # noqa: BLE001  # one list ends no other, and says nothing of itself
            _log.error("cards.fault", kind=type(error).__name__)
            piece.error = CollectorError()
        timer = threading.Timer(KEPT_S, self._forget, (piece.name,))
        timer.daemon = True
        timer.start()

    def _forget(self, name: str) -> None:
        with self._lock:
            piece = self._pieces.pop(name, None)
        if piece is not None:
            piece.drop()
