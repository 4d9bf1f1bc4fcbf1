"""The keys with which a desk issues passes: its own, so that they can be withdrawn as a whole.

One for people of whom the attendant has seen a document, one for the others, as the authority has
two. Every gate learns them from the ring; a stolen desk costs its own passes and no others.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provisioning import authority, clock, files, issuers, keyfile, roster, turnover
from provisioning.authority import Authority
from provisioning.errors import FileUnusable, GateUnknown
from wire.keys import KeyEntry, Use, entry

FOLDER = "desks"
"""In the authority's folder: which keys each desk was given."""
NAMES = {Use.PASS_SEEN: "seen.pem", Use.PASS_DECLARED: "declared.pem"}
DAYS = 400
LIMIT = 4096
"""Bytes of one file there."""


class Kept(msgspec.Struct, frozen=True):
    """What is remembered of it: the names of the keys, by which they are withdrawn."""

    seen: str
    declared: str
    made_ms: int


class Held(NamedTuple):
    """Whose a key is."""

    desk: str
    is_newest: bool
    """The desk was given no other since."""


class Made(NamedTuple):
    """What was made for a desk."""

    seen: KeyEntry
    declared: KeyEntry
    ring: Path
    """The ring that tells gates, to be published."""


def make(home: Authority, gate: str, out: Path, now: datetime) -> Made:
    """Make the keys of the desk `gate` into the folder `out`, and sign the ring that names them.

    Asked again it makes new ones; gates go on believing the old until they are withdrawn. Raises
    GateUnknown, RootAbsent, KeyMissing, FileUnusable.
    """
    known = (*roster.load(home.folder).gates, *roster.enrolled(home.folder))
    if gate not in {each.gate for each in known}:
        raise GateUnknown(name=gate)
    home.root()  # before anything is made
    keys = {use: Ed25519PrivateKey.generate() for use in NAMES}
    entries = {
        use: entry(key.public_key(), use, _until(home, use, now)) for use, key in keys.items()
    }
    files.folder(out)
    for use, key in keys.items():
        keyfile.save(out / NAMES[use], key)
    with files.alone(home.folder / issuers.LOCK):
        public = authority.load(home.folder).public
        told = msgspec.structs.replace(public, keys=(*public.keys, *entries.values()))
        authority.write(home.folder, told)
    files.folder(home.folder / FOLDER)
    kept = Kept(entries[Use.PASS_SEEN].kid, entries[Use.PASS_DECLARED].kid, clock.millis(now))
    path = home.folder / FOLDER / f"{gate}-{kept.made_ms}.json"
    files.write(path, authority.pretty(kept))
    ring = turnover.tell(home, now)
    return Made(entries[Use.PASS_SEEN], entries[Use.PASS_DECLARED], ring)


def held(home: Authority) -> dict[str, Held]:
    """Return whose a key is, by its kid, of every key that a desk was ever given.

    Raises FileUnusable for a file that is damaged.
    """
    found: dict[str, Held] = {}
    newest: dict[str, Kept] = {}
    for path in sorted((home.folder / FOLDER).glob("*.json")):
        try:
            kept = msgspec.json.decode(files.read(path, LIMIT), type=Kept)
        except (msgspec.DecodeError, RecursionError) as error:
            raise FileUnusable(path=path, detail=str(error)) from error
        desk, _, _ = path.stem.rpartition("-")
        found |= {kid: Held(desk, is_newest=False) for kid in (kept.seen, kept.declared)}
        if desk not in newest or newest[desk].made_ms < kept.made_ms:
            newest[desk] = kept
    for desk, kept in newest.items():
        found |= {kid: Held(desk, is_newest=True) for kid in (kept.seen, kept.declared)}
    return found


def _until(home: Authority, use: Use, now: datetime) -> int:
    """Return when a desk's key ends: no later than the authority's own of that use."""
    current = issuers.current(home, use)
    own = next(each.until for each in home.public.keys if each.kid == current)
    usual = clock.millis(now + timedelta(days=DAYS))
    return min(usual, own) if own is not None else usual
