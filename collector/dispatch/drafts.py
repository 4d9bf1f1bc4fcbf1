"""Policies as they are edited: every saved revision is kept, and nobody overwrites another's."""

from typing import Any

import msgspec

from collector.database.ports import Database, Session
from collector.dispatch.entries import Draft
from collector.errors import DraftChanged, DraftInvalid
from wire.canonical import canonical, parse
from wire.errors import WireError
from wire.policy import Policy, understood

SIGNED_APART = ("version", "issued", "v")
"""Fields that signing gives."""
_LAST = (
    "SELECT revision, document, officer, at_ms, signed FROM draft WHERE site = ?"
    " ORDER BY revision DESC LIMIT 1"
)


class Drafts:
    """One draft for each place."""

    def __init__(self, database: Database) -> None:
        """Take the dispatch's database."""
        self._database = database

    def last(self, site: str) -> tuple[Draft | None, bool]:
        """Return what was saved last for a place, and whether that was signed."""
        with self._database.reading() as session:
            return _last(session, site)

    def save(
        self, site: str, revision: int, document: dict[str, Any], by: str, now_ms: int
    ) -> Draft:
        """Keep an edit that began from `revision`.

        Raises DraftChanged, saying who changed which fields since, and DraftInvalid.
        """
        plain = fields_of(rules(site, document))
        with self._database.writing() as session:
            now, _ = _last(session, site)
            if (now.revision if now else 0) != revision:
                raise DraftChanged(_meanwhile(session, site, revision))
            made = Draft(site, revision + 1, plain, by, now_ms)
            session.run(
                "INSERT INTO draft (site, revision, document, officer, at_ms)"
                " VALUES (?, ?, ?, ?, ?)",
                (site, made.revision, canonical(plain), by, now_ms),
            )
        return made

    def signed(self, session: Session, site: str, revision: int) -> None:
        """Note that a revision was signed, in the transaction that begins its rollout.

        Once: if it was taken back since, what lies here is no more what the officer has seen.
        """
        now, is_signed = _last(session, site)
        if now is None or now.revision != revision or is_signed:
            raise DraftChanged(_meanwhile(session, site, revision))
        session.run("UPDATE draft SET signed = 1 WHERE site = ? AND revision = ?", (site, revision))

    def unsigned(self) -> dict[str, str]:
        """Return, of places whose last draft was not signed, who saved it."""
        sql = (
            "SELECT site, officer FROM draft AS one WHERE signed = 0 AND NOT EXISTS"
            " (SELECT 1 FROM draft AS other WHERE other.site = one.site"
            " AND other.revision > one.revision)"
        )
        with self._database.reading() as session:
            return dict(session.rows(sql))


def rules(site: str, document: dict[str, Any], version: int = 1, issued: int = 0) -> Policy:
    """Return a draft as a policy; raise DraftInvalid naming the field."""
    given = {key: each for key, each in document.items() if key not in SIGNED_APART}
    try:
        return understood({**given, "site": site, "version": version, "issued": issued})
    except WireError as error:
        raise DraftInvalid(str(error)) from error


def fields_of(policy: Policy) -> dict[str, Any]:
    """Return a policy's fields but those that signing gives."""
    document = dict(parse(canonical(msgspec.to_builtins(policy))))
    return {key: each for key, each in document.items() if key not in SIGNED_APART}


def differing(one: dict[str, Any], other: dict[str, Any]) -> tuple[str, ...]:
    """Return the fields in which two drafts differ."""
    return tuple(key for key in sorted(one | other) if one.get(key) != other.get(key))


def _last(session: Session, site: str) -> tuple[Draft | None, bool]:
    found = session.rows(_LAST, (site,))
    if not found:
        return None, False
    revision, document, officer, at_ms, signed = found[0]
    return Draft(site, revision, dict(parse(bytes(document))), officer, at_ms), bool(signed)


def _meanwhile(session: Session, site: str, revision: int) -> str:
    """Say who has saved since, and which fields differ now: `name: field, field`."""
    sql = "SELECT revision, document, officer FROM draft WHERE site = ? AND revision >= ?"
    found = {row[0]: row for row in session.rows(sql, (site, revision))}
    last, _ = _last(session, site)
    if last is None:
        return ""
    began = dict(parse(bytes(found[revision][1]))) if revision in found else {}
    fields = differing(began, last.document) if began else ()
    names = dict.fromkeys(row[2] for number, row in sorted(found.items()) if number > revision)
    return f"{', '.join(names)}: {', '.join(fields)}" if names else ""
