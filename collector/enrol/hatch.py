"""The counter: a socket on this machine, at which the pages and `collector enrol-code` ask."""

import os
import socketserver
from pathlib import Path

import msgspec

from collector.counter import PATIENCE_S, Answer, Question
from collector.enrol.book import Book
from collector.enrol.desk import PLACE, Desk
from collector.errors import CollectorError, OrderRefused
from collector.i18n import N_

LIMIT = 16 * 1024
WRONG = N_("too long, or of the wrong form")
UNFIT = {
    "gate": N_("the name of a gate has up to 40 small letters without marks, digits and hyphens"),
    "place": PLACE,
}
"""What is said of the part of an order that is of another form."""


class Hatch(socketserver.ThreadingUnixStreamServer):
    """Listens at a path that its group may open."""

    daemon_threads = True

    def __init__(self, path: Path, desk: Desk, book: Book) -> None:
        """Make the socket anew; raise OSError."""
        path.unlink(missing_ok=True)
        super().__init__(str(path), Turn)
        os.chmod(path, 0o660)  # noqa: PTH101
        self.desk, self.book = desk, book

    def answer(self, asked: bytes) -> Answer:
        """Answer one question."""
        try:
            question = msgspec.json.decode(asked, type=Question)
            if question.make is not None:
                return Answer((self.desk.make(question.make),))
            if question.show is not None:
                found = self.book.line(question.show)
                return Answer((found,) if found is not None else ())
            return Answer(self.book.lines(question.maker or ""))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            told = (said for field, said in UNFIT.items() if f"`$.make.{field}`" in str(error))
            return Answer(refused=OrderRefused.code, detail=next(told, WRONG))
        except CollectorError as error:
            return Answer(refused=error.code, detail=str(error))


class Turn(socketserver.StreamRequestHandler):
    """One question, one answer."""

    server: Hatch
    timeout = PATIENCE_S

    def handle(self) -> None:
        """Read a line and answer it."""
        try:
            asked = self.rfile.readline(LIMIT)
            self.wfile.write(msgspec.json.encode(self.server.answer(asked)))
        except OSError:
            return
