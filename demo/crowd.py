"""Who comes to the doors, and what they hold up. Synthetic people only; seeded, so repeatable."""

import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from base45 import b45decode, b45encode

from provisioning import passes
from provisioning.authority import Authority
from wire import gatepass
from wire.record import Reason

WRONG_KINDS = (
    "https://vi.wikipedia.org/wiki/M%E1%BB%B9_T%C3%BA",
    "00020101021138570010A00000072701270006970400011300000000000000208QRIBFTTA53037045802VN6304C039",
    "094090000000|360000000|Nguyễn Văn Mẫu|15061990|Nam|Ấp Thử Nghiệm, Mỹ Tú, Sóc Trăng|01072021",
    "WIFI:T:WPA;S:Quan ca phe Mau;P:khong-co-that;;",
)
NO_PASSES = ("Xin chào! Đây chỉ là một dòng chữ.", "GP1:KHONGPHAITHE", "Bàn số 7")
PHOTOS = (
    "boofcv_nominal", "boofcv_monitor", "boofcv_close", "jsqr", "zxing_qrcode-2", "zxing_qrcode-5",
)  # fmt: skip
"""Beginnings of the names of photos in which people would hold up such codes."""
EVERY = {
    Reason.EXPIRED: 23,
    Reason.NOT_YET_VALID: 29,
    Reason.BAD_SIGNATURE: 19,
    Reason.WRONG_KIND: 13,
    Reason.NOT_A_PASS: 17,
}
"""Every how-manieth person holds up what gets this answer; all others hold valid passes."""
ANSWERS = (Reason.ACCEPTED, *EVERY)
"""Every answer of a gate whose site has no policy of its own, to codes that people bring."""


class Person(msgspec.Struct, frozen=True):
    """One showing of one code."""

    who: str
    text: str | None
    picture: Path | None
    expected: Reason | None
    """The answer the person ought to get; None for a stranger's photo."""


class Crowd:
    """Makes people for one authority."""

    def __init__(self, authority: Authority, now: datetime, seed: int, photos: Path | None) -> None:
        """Issue passes as of `now`; `photos` is a folder of real photos of codes, if at hand."""
        self._authority, self._now = authority, now
        self._random = random.Random(seed)  # noqa: S311  (a play, not a secret)
        self._photos = _photos(photos) if photos else []
        self._count = 0

    def people(self, count: int, *, both_ways: bool = False) -> list[Person]:
        """Return the next `count` people; `both_ways`: who went in comes out in the second half."""
        if not both_ways:
            return [self._next() for _ in range(count)]
        going_in = [self._next() for _ in range(count - count // 2)]
        return going_in + [self._back(each) for each in going_in[: count // 2]]

    def _back(self, person: Person) -> Person:
        """Return the same person with the same code, on the way out."""
        self._count += 1
        return msgspec.structs.replace(person, who=f"p{self._count:04d}")

    def _next(self) -> Person:
        self._count += 1
        number = self._count
        who = f"p{number:04d}"
        if self._photos and number % 31 == 7:
            picture = self._photos[number // 31 % len(self._photos)]
            return Person(who, None, picture, None)
        for reason, every in EVERY.items():
            if number % every == every // 2:
                return Person(who, self._odd(reason), None, reason)
        return Person(who, self._pass(), None, Reason.ACCEPTED)

    def _odd(self, reason: Reason) -> str:
        match reason:
            case Reason.EXPIRED:
                return self._pass(now=self._now - timedelta(days=40), days=30)
            case Reason.NOT_YET_VALID:
                return self._pass(not_before=self._now + timedelta(days=3))
            case Reason.BAD_SIGNATURE:
                return self._forged()
            case Reason.WRONG_KIND:
                return self._random.choice(WRONG_KINDS)
            case _:
                return self._random.choice(NO_PASSES)

    def _pass(
        self, *, days: int = 30, now: datetime | None = None, not_before: datetime | None = None
    ) -> str:
        identity = "declared" if self._random.random() < 0.2 else "seen"
        return passes.issue(
            self._authority,
            "resident",
            days=days,
            now=now or self._now,
            not_before=not_before,
            identity=identity,
        ).text

    def _forged(self) -> str:
        """Return a pass that names the authority's key, which never signed what it says."""
        body = b45decode(self._pass()[len(gatepass.PREFIX) :])
        return gatepass.PREFIX + b45encode(body[:-1] + bytes([body[-1] ^ 1])).decode()


class Pace(msgspec.Struct, frozen=True):
    """How fast people come to one door."""

    every_s: float = 2.02
    hold_s: float = 1.15
    """A hand needs 0.45 s to come and 0.4 s to go on top of this: one person at a time."""


def script(people: list[Person], start_up_ns: int, seed: int, pace: Pace) -> dict[str, Any]:
    """Return what the drawn doorway plays: who arrives when and holds up what."""
    return {
        "seed": seed,
        "start_up_ns": start_up_ns,
        "people": [
            {
                "who": each.who,
                "arrive_s": round(number * pace.every_s, 3),
                "hold_s": pace.hold_s,
                "medium": "paper" if number % 3 == 1 else "phone",
                **({"text": each.text} if each.text else {"picture": str(each.picture)}),
            }
            for number, each in enumerate(people)
        ],
    }


def _photos(folder: Path) -> list[Path]:
    """Return photos with a readable code of somebody's, a few of each set."""
    found = []
    for line in (folder / "manifest.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        name, expected = line.split("\t")[:2]
        if json.loads(expected) and Path(name).name.startswith(PHOTOS):
            found.append(folder / name)
    return found
