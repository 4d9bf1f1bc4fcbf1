"""The people of the practice district, and their days. Pure: one seed gives one district.

Nobody real can be meant: numbers begin with 000, which no province has, and phones with 0199, which
nobody has.
"""

from collections.abc import Iterator
from random import Random

import msgspec

from collector.localday import DAY_MS, HOUR_MS, MINUTE_MS

FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Thạch", "Sơn", "Kim")
MIDDLE = ("Thị Ngọc", "Văn", "Hoàng", "Thị Mỹ", "Minh", "Thanh", "Thị Kim", "Quốc")
GIVEN = ("Ánh", "Bình", "Cúc", "Dũng", "Én", "Giang", "Hạnh", "Khoa", "Lành", "Mai", "Nhân", "Út")
HAMLETS = ("Ấp 1", "Ấp 2", "Ấp 3", "Ấp Mỹ Lợi", "Ấp Trà Coi")


class Spot(msgspec.Struct, frozen=True):
    """One place with one gate that serves both ways."""

    id: str
    name: str
    kind: str
    area: str
    sector: str
    indoor: bool = True
    daily: bool = False
    """Somewhere people belong: a school, an office, a factory."""

    @property
    def gate(self) -> str:
        """Return the name of its gate."""
        return f"lt-{self.id}"


AREAS = (("lt", "Huyện Luyện Tập", ""), ("lt-a", "Xã Tập Một", "lt"), ("lt-b", "Xã Tập Hai", "lt"))
SPOTS = (
    Spot("truong-1", "Trường THCS Tập Một", "school", "lt-a", "education", daily=True),
    Spot("truong-2", "Trường tiểu học Tập Hai", "school", "lt-b", "education", daily=True),
    Spot("ubnd", "UBND Xã Tập Một", "office", "lt-a", "commune", daily=True),
    Spot("xuong", "Xưởng may Tập Hai", "production", "lt-b", "economy", daily=True),
    Spot("cho-1", "Chợ Tập Một", "market", "lt-a", "economy", indoor=False),
    Spot("cho-2", "Chợ Tập Hai", "market", "lt-b", "economy", indoor=False),
    Spot("tram", "Trạm y tế Tập Một", "clinic", "lt-a", "health"),
    Spot("ben-xe", "Bến xe Luyện Tập", "station", "lt-a", "transport", indoor=False),
    Spot("quan", "Quán ăn Tập Hai", "shop", "lt-b", "economy"),
)


class Body(msgspec.Struct, frozen=True):
    """One made-up person."""

    place: int
    """In the list of all."""
    number: str
    name: str
    born: str
    sex: str
    phone: str
    commune: str
    hamlet: str

    def fields(self) -> dict[str, str]:
        """Return what their card says; empty fields are left out."""
        said = msgspec.to_builtins(self)
        return {key: value for key, value in said.items() if key != "place" and value}


class Presence(msgspec.Struct, frozen=True):
    """Somebody at a place, as it truly was."""

    body: int
    spot: int
    came_ms: int
    left_ms: int
    seen_leaving: bool
    """Else no scan says that they left."""


class Town(msgspec.Struct, frozen=True):
    """Everybody, and where they were."""

    bodies: tuple[Body, ...]
    presences: tuple[Presence, ...]
    """In order of coming."""


def town(seed: int, first_ms: int, days: int, people: int = 240) -> Town:
    """Make a town; `first_ms` is the local midnight with which its first day begins."""
    dice = Random(seed)  # noqa: S311  # a made-up town needs no secrecy
    bodies = tuple(_body(dice, place) for place in range(people))
    daily = [place for place, spot in enumerate(SPOTS) if spot.daily]
    home = [dice.choice(daily) for _ in bodies]
    found = [
        each
        for day in range(days)
        for body in bodies
        for each in _day(dice, body.place, home[body.place], first_ms + day * DAY_MS)
    ]
    return Town(bodies, tuple(sorted(found, key=lambda each: (each.came_ms, each.body))))


def _body(dice: Random, place: int) -> Body:
    sex = dice.choice(("male", "female"))
    year = dice.randint(1950, 2014)
    has_phone, has_home = dice.random() < 0.6, dice.random() < 0.8
    return Body(
        place=place,
        number=f"000{0 if sex == 'male' else 1}{year % 100:02d}{place:06d}",
        name=f"{dice.choice(FAMILY)} {dice.choice(MIDDLE)} {dice.choice(GIVEN)}",
        born=f"{year}-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}",
        sex=sex,
        phone=f"0199{place:06d}" if has_phone else "",
        commune=dice.choice(AREAS[1:])[1] if has_home else "",
        hamlet=dice.choice(HAMLETS) if has_home else "",
    )


def _day(dice: Random, body: int, home: int, midnight: int) -> Iterator[Presence]:
    """Yield where somebody is on one day: most at their daily place, some elsewhere after it."""
    at = midnight + 7 * HOUR_MS + dice.randint(-40, 40) * MINUTE_MS
    if dice.random() < 0.75:
        left = at + dice.randint(3 * 60, 9 * 60) * MINUTE_MS
        yield Presence(body, home, at, left, dice.random() > 0.06)
        at = left + dice.randint(10, 60) * MINUTE_MS
    for _ in range(dice.choice((0, 0, 1, 1, 2))):
        spot = dice.choice([place for place, each in enumerate(SPOTS) if not each.daily])
        left = at + dice.randint(5, 80) * MINUTE_MS
        if left < midnight + 22 * HOUR_MS:
            yield Presence(body, spot, at, left, dice.random() > 0.1)
        at = left + dice.randint(10, 90) * MINUTE_MS
