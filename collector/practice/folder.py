"""Lays a practice district out in a folder of its own: authority, roster, ledger, configuration."""

import json
import os
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from collector.errors import FileUnusable, PracticeThere
from collector.issuing.entries import Way
from collector.ledger.entries import Post
from collector.ledger.sqlite import SqliteLedger
from collector.localday import DAY_MS, day_of, midnight
from collector.practice import crowd, journals, mark, solution
from collector.practice.crowd import AREAS, SPOTS
from collector.practice.outbreak import Outbreak, outbreak
from wire.keys import KeyEntry, SealKey, Use, entry
from wire.sealing import seal_key

AUTHORITY = "Huyện Luyện Tập"
DAYS = 14
CONFIG = """# A district to practise in. Nothing in it is real.
[ledger]
path = "ledger.db"
[roster]
path = "roster.json"
[broker]
host = "127.0.0.1"
ca = "none.pem"
certificate = "none.pem"
key = "none.pem"
[receipt]
key = "none.pem"
[web]
state = "web"
practice = true
demonstration = true
[vault]
state = "vault"
[issuing]
keys = "issuing"
state = "desk"
station = "0199 000 115"
"""
USES = {
    Way.SELF.value: Use.PASS_DECLARED,
    Way.ATTENDANT.value: Use.PASS_SEEN,
    Way.INSTITUTION.value: Use.PASS_SEEN,
    "status": Use.STATUS,
}
"""The desk's keys, which no gate outside believes."""
SECTORS = {
    "education": "Giáo dục",
    "health": "Y tế",
    "transport": "Giao thông",
    "economy": "Kinh tế",
    "commune": "Xã",
}


def lay_out(folder: Path, now_ms: int, seed: int) -> tuple[crowd.Town, Outbreak]:
    """Make everything but the accounts. Raises PracticeThere, FileUnusable."""
    if folder.exists() and any(folder.iterdir()):
        raise PracticeThere(str(folder))
    today = midnight(day_of(now_ms))
    town = crowd.town(seed, today - (DAYS - 1) * DAY_MS, DAYS)
    found = outbreak(town, today - 7 * DAY_MS, now_ms)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        to = _keys(folder)
        _roster(folder)
        (folder / "collector.toml").write_text(CONFIG, encoding="utf-8")
        for language in ("vi", "en"):
            page = solution.page(town, found, language)
            (folder / f"solution.{language}.md").write_text(page, encoding="utf-8")
    except OSError as error:
        msg = f"{folder}: {error.strerror or error}"
        raise FileUnusable(msg) from error
    _ledger(folder / "ledger.db", town, now_ms, to)
    return town, found


def _keys(folder: Path) -> SealKey:
    """Make the authority's keys; the vault wraps the sealing key and destroys the plain one."""
    private = X25519PrivateKey.generate()
    _save(folder / "authority/seal.pem", private)
    public = seal_key(private.public_key())
    document = {
        "name": AUTHORITY,
        "root": msgspec.to_builtins(entry(Ed25519PrivateKey.generate().public_key(), Use.ROOT)),
        "keys": [msgspec.to_builtins(_issuing(folder, name, use)) for name, use in USES.items()],
        "seal": msgspec.to_builtins(public),
    }
    (folder / "public.json").write_text(json.dumps(document), encoding="utf-8")
    return public


def _issuing(folder: Path, name: str, use: Use) -> KeyEntry:
    private = Ed25519PrivateKey.generate()
    _save(folder / "issuing" / f"{name}.pem", private)
    way = "lists" if use is Use.STATUS else name
    return msgspec.structs.replace(entry(private.public_key(), use), way=way)


def _save(path: Path, private: X25519PrivateKey | Ed25519PrivateKey) -> None:
    """Write a private key into a folder that nobody else can look into."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)


def _roster(folder: Path) -> None:
    names = {code: name for code, name, _ in AREAS}
    gates = [
        {
            "gate": spot.gate,
            "place": spot.name,
            "area": names[spot.area],
            "sector": spot.sector,
            "directions": ["in", "out"],
            "records": msgspec.to_builtins(
                entry(Ed25519PrivateKey.generate().public_key(), Use.RECORDS)
            ),
        }
        for spot in SPOTS
    ]
    roster = {"authority": AUTHORITY, "help_line": "0199 000 000", "gates": gates}
    (folder / "roster.json").write_text(json.dumps(roster), encoding="utf-8")
    places = {
        "areas": [{"code": code, "name": name, "parent": above} for code, name, above in AREAS],
        "sectors": [{"code": code, "name": name} for code, name in SECTORS.items()],
        "places": [_place(spot) for spot in SPOTS],
    }
    (folder / "places.json").write_text(json.dumps(places), encoding="utf-8")


def _place(spot: crowd.Spot) -> dict[str, object]:
    own = ("id", "name", "kind", "area", "sector", "indoor")
    said = {name: getattr(spot, name) for name in own}
    return {**said, "gates": [spot.gate], "contact": "Người luyện tập", "phone": "0199 111 222"}


def _ledger(path: Path, town: crowd.Town, now_ms: int, to: SealKey) -> None:
    with SqliteLedger(path) as ledger:
        for spot in range(len(SPOTS)):
            for arrival in journals.arrivals(town, spot, now_ms, to):
                ledger.commit(Post(arrivals=(arrival,)), now_ms)
    mark.set_on(path)
