"""Tokens by which other programs ask: named, each with its scopes, kept only as digests.

One small file with one writer, `collector token`. A token is 32 random bytes, shown once; whoever
reads the file cannot ask with it.
"""

import enum
import hashlib
import secrets
from pathlib import Path

import msgspec

from collector.errors import CollectorError, StoreUnusable
from collector.i18n import N_
from collector.plainfile import write

MAX_BYTES = 1024 * 1024
PREFIX = "gq_"


class Scope(enum.StrEnum):
    """What a token may ask for. Stored, so never renamed."""

    RECORDS = "records"
    """Scans, one by one, and nothing about the person."""
    GATES = "gates"
    METRICS = "metrics"
    PASSES = "passes"
    """List the passes of one place."""
    ISSUE = "passes-issue"
    WITHDRAW = "passes-withdraw"


BOUND = frozenset({Scope.PASSES, Scope.ISSUE, Scope.WITHDRAW})
"""Scopes that mean the passes of one place, and nothing without it."""


class Token(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of them."""

    name: str
    digest: str
    scopes: tuple[Scope, ...]
    made_ms: int
    place: str = ""
    """The place whose passes it is about, by its id."""


class TokenKnown(CollectorError):
    """A token of that name is there already."""

    code = "token-known"
    says = N_("There is a token of that name already")
    remedy = N_("choose another name, or remove the old one with `collector token remove`")


class TokenUnnamed(CollectorError):
    """A name that is empty, or that a list of names would not show as it is."""

    code = "token-unnamed"
    says = N_("This is no name for a token")
    remedy = N_("name the program that will ask: one line, and no space before or behind")


class TokenUnbounded(CollectorError):
    """A token for passes without a place, or for a place without passes."""

    code = "token-unbounded"
    says = N_("Passes belong to a place, and nothing else does")
    remedy = N_("name the place with `--place` for the scopes of passes, and for no others")


class TokenUnknown(CollectorError):
    """There is no token of that name."""

    code = "token-unknown"
    says = N_("There is no token of that name")
    remedy = N_("`collector token list` shows the names of all")


def load(path: Path) -> tuple[Token, ...]:
    """Read the tokens; none if there is no file. Raises StoreUnusable."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(MAX_BYTES), type=tuple[Token, ...])
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.DecodeError) as error:
        msg = f"{path}: {getattr(error, 'strerror', None) or N_('cannot be read')}"
        raise StoreUnusable(msg) from error


def add(path: Path, name: str, scopes: tuple[Scope, ...], now_ms: int, place: str = "") -> str:
    """Make a token and return it; it is not kept.

    Raises TokenUnnamed, TokenKnown and TokenUnbounded.
    """
    if not name or name != name.strip() or not name.isprintable():
        raise TokenUnnamed
    known = load(path)
    if bool(place) != bool(BOUND.intersection(scopes)):
        raise TokenUnbounded(name)
    if any(each.name == name for each in known):
        raise TokenKnown(name)
    made = PREFIX + secrets.token_urlsafe(32)
    _save(path, (*known, Token(name, digest(made), scopes, now_ms, place)))
    return made


def remove(path: Path, name: str) -> None:
    """Take a token back, at once. Raises TokenUnknown."""
    known = load(path)
    left = tuple(each for each in known if each.name != name)
    if len(left) == len(known):
        raise TokenUnknown(name)
    _save(path, left)


def allows(known: tuple[Token, ...], header: str, scope: Scope) -> bool | None:
    """Say whether an Authorization header may ask in this scope; None if it is no token's."""
    found = meant(known, header)
    return None if found is None else scope in found.scopes


def meant(known: tuple[Token, ...], header: str) -> Token | None:
    """Return the token that an Authorization header brings; None if it is none of ours."""
    kind, _, said = header.partition(" ")
    if kind.casefold() != "bearer":
        return None
    own = digest(said.strip())
    return next((each for each in known if secrets.compare_digest(each.digest, own)), None)


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _save(path: Path, known: tuple[Token, ...]) -> None:
    write(path, msgspec.json.encode(known))
