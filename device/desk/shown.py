"""What a reader of codes has typed into the page, or a photograph has shown. Pure.

A reader is a keyboard to the computer: an input method for Vietnamese bends what it types, and a
reader that does not know Vietnamese letters leaves them out. Both are told apart from a code that
is simply no pass and no card, because only the attendant can mend them.
"""

import enum
import unicodedata
from collections.abc import Callable

import msgspec

from device.credential import control_card, dcc, id_card, insurance_card, national_code, own_pass
from device.credential.person import Person
from device.flow import Credential
from wire import gatepass

CARDS = frozenset({id_card.KIND, insurance_card.KIND, national_code.KIND})
JUDGED = frozenset({own_pass.KIND, dcc.KIND})
"""What the door's own judge answers, here as there."""
MAX_CHARS = 4096
BASE45 = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
_LEAST = 24
"""What is shorter is no code of a card or a pass: somebody has typed a word."""


class Trouble(enum.StrEnum):
    """Why what was read is of no use here."""

    NOTHING = "nothing"
    NO_CODE = "no-code"
    NO_PICTURE = "no-picture"
    METHOD = "method"
    """An input method for Vietnamese is on."""
    LETTERS = "letters"
    """The reader does not send Vietnamese letters as they are."""
    CONTROL = "control"
    """A control card: for gates."""
    OTHER = "other"
    """Another kind of code."""


class Read(msgspec.Struct, frozen=True):
    """A code that is of use at a desk."""

    credential: Credential

    @property
    def is_card(self) -> bool:
        """Say whether it names its holder, so that it can be registered."""
        return self.credential.kind in CARDS

    def __repr__(self) -> str:
        """Say the kind only."""
        return f"<Read: {self.credential.kind}>"


def understood(text: str, classify: Callable[[bytes], Credential]) -> Read | Trouble:
    """Say what a reader has typed; any text has an answer."""
    text = text.strip("\ufeff\r\n\t\0 ")
    if not text:
        return Trouble.NOTHING
    if len(text) > MAX_CHARS:
        return Trouble.OTHER
    found = classify(text.encode("utf-8", "surrogatepass"))
    if found.kind in CARDS and isinstance(found.content, Person):
        return Trouble.LETTERS if _lost(found.content.name) else Read(found)
    if found.kind in JUDGED and found.content is not None:
        return Read(found)
    if found.kind == control_card.KIND:
        return Trouble.CONTROL
    return _bent(text, found) or Trouble.OTHER


def first(codes: list[bytes], classify: Callable[[bytes], Credential]) -> Read | Trouble:
    """Say what the codes of a photograph are: the first that is of use, the largest first."""
    answers = [understood(each.decode("utf-8", "replace"), classify) for each in codes]
    for each in answers:
        if isinstance(each, Read):
            return each
    return answers[0] if answers else Trouble.NO_CODE


def _lost(name: str) -> bool:
    """Say whether a name is one of which letters were left out or replaced."""
    return "\ufffd" in name or not name


def _bent(text: str, found: Credential) -> Trouble | None:
    """Say what has bent a code on its way through the keyboard, if something has."""
    is_pass = _plain(text[:4]).upper().startswith(gatepass.PREFIX[:3])
    if is_pass:
        return Trouble.METHOD if not set(text) <= BASE45 else None
    begins_as_card = text[:9].isascii() and text[:9].isdigit() and "|" in text
    if found.kind in CARDS | {id_card.OTHER_LAYOUT} or begins_as_card:
        return Trouble.LETTERS if len(text) >= _LEAST else None
    if _plain(text[:3]).upper() == "HC1":
        return Trouble.METHOD if not set(text) <= BASE45 else None
    return None


def _plain(text: str) -> str:
    """Return letters without their marks, as they were before an input method set them."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(each for each in apart if unicodedata.category(each) != "Mn")
