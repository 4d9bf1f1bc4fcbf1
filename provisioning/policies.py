"""A site's policy: from the file that a person wrote to the signed document for its gates.

The file is TOML or JSON with the fields of wire/policy.py; all but `site` may be left out. What it
means in words is in policywords.py.
"""

import datetime as dt
import hashlib
import re
import unicodedata
from pathlib import Path

import msgspec

from provisioning import clock, files, roster
from provisioning.authority import Authority
from provisioning.errors import FileUnusable, PolicyInvalid
from provisioning.i18n import marked
from provisioning.terms import VIETNAM
from wire import policy, policydraft
from wire.canonical import Document, parse
from wire.canonical import read as understand
from wire.errors import WireError
from wire.keys import Keyring, Signed, Use
from wire.policy import LIMIT, Policy, same_site

COMPLAINTS = (
    marked("classes: only passes of the authority have a class"),
    marked("zone: no such time zone is known here"),
    marked("takes: one kind is there twice"),
    marked("days are mon, tue, wed, thu, fri, sat, sun, or a range such as mon-fri"),
    marked("a time is written as 07:30, from 00:00 to 24:00"),
    marked("from and until are the same; a whole day is from 00:00 until 24:00"),
    marked("a day begins at 00:00; 24:00 is its end"),
    marked("a closed day is written as 2027-02-06"),
    marked("again.rule: hard needs direction button or alternate, and gates_of_place 1"),
    marked(
        "ceiling: one that keeps people out needs direction button or alternate, "
        "and gates_of_place 1"
    ),
    marked("signals: what is shown for a control card is fixed"),
    marked("signals: who may pass is shown green, and nobody else"),
    marked("not JSON"),
    marked("not UTF-8 text"),
    marked("not TOML"),
    marked("far too long"),
)
"""What wire says of rules that no gate could keep, for the catalogues."""
UNKNOWN = marked("there is no such field")
MISSING = marked("this field is missing")
UNFIT = marked("a value that cannot be used here")
OLDER = marked("version: not greater than the last one that was signed")
MORE_GATES = marked("gates_of_place: more gates than that are enrolled for this place")
_PLACE = re.compile(r"line (\d+), column (\d+)")
_FIELD = re.compile(r"Object (contains unknown|missing required) field `([^`]*)`")


def read(path: Path) -> Document:
    """Return what a person wrote; raise PolicyInvalid or FileUnusable."""
    try:
        return policydraft.read(files.read(path, LIMIT))
    except WireError as error:
        raise _complaint(path, error) from error


def draft(home: Authority, path: Path, now: dt.datetime) -> Policy:
    """Return the policy that `path` asks for, as it would be signed now.

    Raises PolicyInvalid naming the field that is wrong, FileUnusable, RosterDamaged.
    """
    document = read(path)
    asked = document.get("version")
    last = _last(home, str(document.get("site", "")))
    if type(asked) is int and asked <= last:
        raise PolicyInvalid(path=path, where="", detail=OLDER)
    version = asked if asked is not None else max(last, _first_of_day(now)) + 1
    try:
        found = policy.understood({**document, "version": version, "issued": clock.millis(now)})
    except WireError as error:
        raise _complaint(path, error) from error
    if found.gates_of_place is not None and len(gates_of(home, found)) > found.gates_of_place:
        raise PolicyInvalid(path=path, where="", detail=MORE_GATES)
    return found


def publish(home: Authority, found: Policy) -> Path:
    """Sign a policy and write it for the collector; return where. Raises KeyMissing."""
    data = policy.pack(found, home.signing_key(Use.POLICY))
    path = home.published(_name(found.site))
    files.write(path, data)
    return path


def renew(home: Authority, turned: Authority, now: dt.datetime) -> list[Path]:
    """Sign with the keys of `turned`, into its folder, every policy that `home` signed; say where.

    Its version grows, so that gates take it in the place of the same one under another key.
    """
    done, believed = [], Keyring(home.public.keys)
    for path in sorted((home.folder / "published").glob("policy-*.json")):
        try:
            signed = _believed(path, believed)
        except (FileUnusable, WireError):
            continue
        version = max(signed.version, _first_of_day(now)) + 1
        fresh = msgspec.structs.replace(signed, version=version, issued=clock.millis(now))
        done.append(publish(turned, fresh))
    return done


def is_outgrown(home: Authority, site: str) -> bool:
    """Say whether more gates lead into a place than the policy signed last for it says.

    Its rules are then not exact any more: no gate sees what the others see.
    """
    found = _signed(home, site)
    if found is None or found.gates_of_place is None:
        return False
    return len(gates_of(home, found)) > found.gates_of_place


def gates_of(home: Authority, found: Policy) -> list[str]:
    """Return the gates that are enrolled for the policy's place; raise RosterDamaged."""
    known = roster.load(home.folder).gates
    return [each.gate for each in known if same_site(each.place, found.site)]


def _believed(path: Path, ring: Keyring) -> Policy:
    """Return a signed policy of any place; raise WireError if no key in `ring` signed it."""
    data = files.read(path, LIMIT)
    site = understand(Signed, parse(data, LIMIT)).doc.get("site")
    return policy.unpack(data, ring, str(site))


def _first_of_day(now: dt.datetime) -> int:
    """Return a version that is above those of earlier days, even if all record of them is lost."""
    return int(f"{now.astimezone(VIETNAM):%Y%m%d}") * 100


def _last(home: Authority, site: str) -> int:
    """Return the version that was signed last for a site, or 0."""
    found = _signed(home, site)
    return found.version if found else 0


def _signed(home: Authority, site: str) -> Policy | None:
    """Return the policy that was signed last for a site, if it is here."""
    path = home.folder / "published" / _name(site)
    try:
        return policy.unpack(files.read(path, LIMIT), Keyring(home.public.keys), site)
    except (FileUnusable, WireError):
        return None


def _name(site: str) -> str:
    """Return the name of a site's file: readable, and never that of another site."""
    spelled = unicodedata.normalize("NFC", site)
    letters = unicodedata.normalize("NFD", site.lower().replace("đ", "d"))
    words = re.findall(
        r"[a-z0-9]+", "".join(each for each in letters if each.isascii() or each.isspace())
    )
    digest = hashlib.sha256(spelled.encode(errors="replace")).hexdigest()[:8]
    return f"policy-{'-'.join([*words, digest])[-60:]}.json"


def _complaint(path: Path, error: WireError) -> PolicyInvalid:
    """Say which field is wrong, and in words why."""
    what, at, where = str(error).partition(" - at ")
    if what == policydraft.NOT_TOML and (found := _PLACE.fullmatch(where)):
        return PolicyInvalid(path=path, where=f"{found[1]}:{found[2]}: ", detail=what)
    field = where.strip("`").removeprefix("$").removeprefix(".") if at else ""
    if found := _FIELD.fullmatch(what):
        named = f"{field}.{found[2]}".lstrip(".")
        detail = UNKNOWN if found[1] == "contains unknown" else MISSING
        return PolicyInvalid(path=path, where=f"{named}: ", detail=detail)
    detail = what if what in COMPLAINTS else UNFIT
    return PolicyInvalid(path=path, where=f"{field}: " if field else "", detail=detail)
