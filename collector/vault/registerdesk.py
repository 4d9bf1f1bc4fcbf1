"""Requests to register: whoever gets a pass tells who they are, and nothing is shown in return."""

import msgspec

from collector.cases.roles import Actor, Right
from collector.errors import NotAllowed
from collector.localday import day_of
from collector.people import aliases, identifiers, registering, spelling
from collector.people.entries import Identifier, Kind, Strength
from collector.vault.casework import Counter
from collector.vault.entries import Registration
from collector.vault.errors import RegistrationInvalid
from wire.canonical import Document
from wire.record import Identity, Signature

CODE = "registration"


class RegisterDesk(Counter):
    """Where people are registered."""

    def register(self, actor: Actor, said: Registration) -> None:
        """Enter what is said of the holder of a pass.

        Seen on a card, a number joins the pass with whoever has shown that card; declared, it leads
        to the pass and joins nobody.
        """
        ring, now_ms = self._room.opened.ring, self._clock()
        if not (actor.may(Right.REGISTER) or actor.may(Right.PASSES)):
            raise NotAllowed(actor.role)
        found = _identifiers(said)
        if not found or found[0].kind is not Kind.PASS:
            raise RegistrationInvalid
        content = _content(said)
        with self._people.writing() as session:
            epoch = ring.current(session, now_ms, now_ms)
            macs = ring.macs(found, ring.alive(session))
            person, _ = aliases.holder(session, macs, epoch, now_ms)
            key = ring.epoch(epoch)
            session.run(
                "INSERT INTO fields (person, epoch, digest, sealed, seen_day)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (
                    *(person, epoch, key.digest(content), key.seal(content, person)),
                    day_of(now_ms),
                ),
            )
            registering.note(session, person, epoch, day_of(now_ms))


def _identifiers(said: Registration) -> tuple[Identifier, ...]:
    """Return what is said; the pass first, which was made here and is no claim."""
    strength = Strength.CHECKED if said.checked else Strength.DECLARED
    own = spelling.pass_number(said.pass_number)
    if not own:
        return ()
    fields = {**_fields(said), "pass": ""}
    return (
        Identifier(Kind.PASS, own, Strength.CODE),
        *identifiers.of_fields(CODE, fields, strength),
    )


def _fields(said: Registration) -> Document:
    fields: Document = msgspec.to_builtins(said)
    fields["pass"] = fields.pop("pass_number")
    fields.pop("checked")
    return {name: value for name, value in fields.items() if value}


def _content(said: Registration) -> Document:
    return {
        "code": CODE,
        "signature": Signature.NOT_CHECKED.value,
        "identity": (Identity.SEEN if said.checked else Identity.DECLARED).value,
        "fields": _fields(said),
    }
