"""A made-up district for `make bench-board`: 200 gates, 30 days, and what goes wrong at 20 of them.

Each kind of place has its hours, its peaks and its size; people come in lumps; a rainy day or a
holiday is the same for a whole sector. Nothing here knows how faults are looked for.
"""

import math
import random
from collections.abc import Iterator

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.figures.tally import SLOT_MS, SLOTS, Tally, weekday
from collector.ledger.entries import STARTED, Glance
from collector.localday import midnight
from collector.roster import Area, Gate, Kind, Place, Roster, Sector
from wire.keys import Use, entry
from wire.openinghours import Hours, Opening
from wire.record import ClockState, Direction, Outcome

FIRST_DAY = 20_700
DAYS = 30
WATCHED = 7
"""The last of them: on these faults happen and the detector looks."""
HOLIDAYS = (11, 26)
"""For schools and offices; the second one is among the days that are watched."""
FAULTS = ("defocused", "exits-silent", "half-missing", "clock-off", "moved", "no-holiday")
GATES = 200
FAULT_COUNT = 20


class Noise(msgspec.Struct, frozen=True):
    """How much counts differ from their mean beyond chance, as shares."""

    lumps: float
    """In a quarter of an hour."""
    daily: float
    """On a gate's day."""


CALM = Noise(0.15, 0.06)
ROUGH = Noise(0.25, 0.08)
"""Every quarter of an hour a quarter more or less than usual, and every day too."""
RESTARTS = 0.03
"""Of a gate in a day, for no reason that matters."""
WEATHER = 0.15
"""How much a sector's day does."""


class Shape(msgspec.Struct, frozen=True):
    """How a kind of place is used."""

    sector: str
    people: tuple[int, int]
    """A day, at one gate, from few to many."""
    hours: tuple[str, str, str]
    peaks: tuple[tuple[float, float], ...]
    """(hour, weight)"""


ALL_DAYS, WORKDAYS, SIX_DAYS = "mon-sun", "mon-fri", "mon-sat"
OFFICE_PEAKS = ((7.2, 2), (9.5, 2), (14.5, 2), (16.8, 1))
SCHOOL_PEAKS = ((6.9, 3), (11.2, 2), (13.2, 2), (16.8, 3))
BUS_PEAKS = ((6.0, 3), (12, 1), (16.5, 3))
SHIFT_PEAKS = ((6.8, 4), (11.5, 1), (17.2, 4))
SHAPES = {
    Kind.SCHOOL: Shape("education", (500, 1400), (SIX_DAYS, "06:30", "17:30"), SCHOOL_PEAKS),
    Kind.STATION: Shape("transport", (500, 1800), (ALL_DAYS, "04:00", "19:00"), BUS_PEAKS),
    Kind.CLINIC: Shape("health", (150, 600), (WORKDAYS, "07:00", "17:00"), ((8.5, 4), (14.5, 2))),
    Kind.MARKET: Shape("commune", (600, 2400), (ALL_DAYS, "04:30", "18:00"), ((6.5, 5), (16, 1))),
    Kind.OFFICE: Shape("commune", (120, 400), (WORKDAYS, "07:00", "17:00"), OFFICE_PEAKS),
    Kind.PRODUCTION: Shape("transport", (300, 1200), (SIX_DAYS, "06:00", "18:30"), SHIFT_PEAKS),
    Kind.TOURIST: Shape(
        "culture", (150, 700), (ALL_DAYS, "08:00", "20:00"), ((10, 2), (16, 2), (19, 1))
    ),
}
SECTORS = {
    "commune": "Các xã",
    "culture": "Văn hóa",
    "education": "Giáo dục",
    "health": "Y tế",
    "transport": "Giao thông",
}
KEY = entry(Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key(), Use.RECORDS)


class Site(msgspec.Struct):
    """One gate as the simulation knows it."""

    gate: str
    place: Place
    size: float
    """People a day."""
    shape: tuple[float, ...]
    """Share of them by quarter of an hour."""
    outs: float
    """Share of them that go out, the rest come in."""


class Fault(msgspec.Struct):
    """What goes wrong, where and when."""

    kind: str
    site: Site
    day: int
    slot: int
    minute: int
    """In the slot."""
    twin: Site | None = None
    """Where the gate was carried."""
    found_at: int | None = None
    story: str = ""

    def holds(self, gate: str, place: str, day: int, slot: int) -> bool:
        """Say whether it changes what this gate counts in this slot."""
        here = place == self.site.place.id if self.kind == "no-holiday" else gate == self.site.gate
        return here and day == self.day and slot >= self.slot


class District:
    """The places and gates of one seed."""

    def __init__(self, seed: int, noise: Noise = CALM) -> None:
        """Make them up."""
        self.noise = noise
        self.random = random.Random(seed)  # noqa: S311  # a simulation
        self.sites: list[Site] = []
        places: list[Place] = []
        kinds = list(SHAPES)
        while len(self.sites) < GATES:
            place = self._place(len(places), kinds[len(places) % len(kinds)])
            doors = min(self.random.choice((1, 1, 2, 3)), GATES - len(self.sites))
            names = tuple(f"gate-{len(self.sites) + n}" for n in range(doors))
            places.append(msgspec.structs.replace(place, gates=names))
            self.sites += [self._site(name, places[-1]) for name in names]
        areas = tuple(Area(f"a{n}", f"Xã {n}") for n in range(9))
        called = {area.code: area.name for area in areas}
        gates = tuple(
            Gate(each.gate, each.place.name, called[each.place.area], each.place.sector,
                 (Direction.IN, Direction.OUT), KEY)
            for each in self.sites
        )  # fmt: skip
        sectors = tuple(Sector(code, name) for code, name in SECTORS.items())
        self.roster = Roster("Huyện Mẫu", "", gates, areas, sectors, tuple(places))
        self.faults: list[Fault] = []
        while len(self.faults) < FAULT_COUNT:
            self.faults.append(self._fault(FAULTS[len(self.faults) % len(FAULTS)]))

    def _place(self, number: int, kind: Kind) -> Place:
        sector, (days, opens, closes) = SHAPES[kind].sector, SHAPES[kind].hours
        hours = Hours((Opening((days,), opens, closes),))
        area = f"a{number % 9}"
        return Place(f"p{number}", f"Nơi {number}", kind, area, sector, hours=hours)

    def _site(self, gate: str, place: Place) -> Site:
        (few, many), peaks = SHAPES[place.kind].people, SHAPES[place.kind].peaks
        size = math.exp(self.random.uniform(math.log(few), math.log(many)))
        hours = [(slot + 0.5) / 4 + self.random.uniform(-0.05, 0.05) for slot in range(SLOTS)]
        shape = [
            sum(weight * math.exp(-(((hour - peak) / 0.8) ** 2)) for peak, weight in peaks) + 0.25
            if opened(place, 4, slot) else 0.0005
            for slot, hour in enumerate(hours)
        ]  # fmt: skip
        whole = sum(shape)
        outs = self.random.choice((0.5, 0.5, 0.45, 0.55))
        return Site(gate, place, size, tuple(each / whole for each in shape), outs)

    def _fault(self, kind: str) -> Fault:
        """Return a fault at any gate and any time of which two opening hours are left."""
        while True:
            site = self.random.choice(self.sites)
            day = FIRST_DAY + self.random.randrange(DAYS - WATCHED, DAYS)
            slots = [slot for slot in range(SLOTS) if opened(site.place, weekday(day), slot)]
            quiet = _is_holiday(site, day)
            busy = any(each.site.place.id == site.place.id for each in self.faults)
            if len(slots) < 12 or quiet or busy:
                continue
            slot = slots[0] if kind == "no-holiday" else self.random.choice(slots[:-9])
            others = [each for each in self.sites if each.place.kind is not site.place.kind]
            twin = self.random.choice(others) if kind == "moved" else None
            minute = 0 if kind == "no-holiday" else self.random.randrange(15)
            return Fault(kind, site, day, slot, minute, twin)

    def past(self, tally: Tally) -> None:
        """Count the days on which nothing is looked for."""
        for day in range(FIRST_DAY, FIRST_DAY + DAYS - WATCHED):
            for site, mood in self._moods():
                for slot in range(SLOTS):
                    ins, outs = self._passed(site, day, slot, mood)
                    counts = tally.day(site.gate, day)
                    counts.ins[slot], counts.outs[slot] = ins, outs

    def day(self, day: int) -> list[list[Glance]]:
        """Return what arrives in each quarter of an hour of a day."""
        arriving: list[list[Glance]] = [[] for _ in range(SLOTS)]
        for site, mood in self._moods():
            for slot in range(SLOTS):
                arriving[slot] += self._glances(site, day, slot, mood)
        return arriving

    def _moods(self) -> Iterator[tuple[Site, float]]:
        weather = {
            name: self._lump(WEATHER) for name in sorted({s.place.sector for s in self.sites})
        }
        for site in self.sites:
            yield site, weather[site.place.sector] * self._lump(self.noise.daily)

    def _passed(self, site: Site, day: int, slot: int, mood: float) -> tuple[int, int]:
        mean = site.size * mood * site.shape[slot] * self._lump(self.noise.lumps)
        if not opened(site.place, weekday(day), 30) and not opened(site.place, weekday(day), slot):
            mean = 0.001
        if _is_holiday(site, day):
            mean *= 0.02
        return self._poisson(mean * (1 - site.outs)), self._poisson(mean * site.outs)

    def _glances(self, site: Site, day: int, slot: int, mood: float) -> Iterator[Glance]:
        found = [each for each in self.faults if each.holds(site.gate, site.place.id, day, slot)]
        fault = found[0] if found else None
        ins, outs = self._passed(site, day, slot, mood)
        begin = midnight(day) + slot * SLOT_MS
        yield from self._people(site, (ins, outs), begin, slot, fault)
        if fault and fault.twin:
            people = self._passed(fault.twin, day, slot, mood)
            yield from self._people(site, people, begin, slot, fault, twin=True)

    def _people(
        self, site: Site, people: tuple[int, int], begin: int, slot: int, fault: Fault | None,
        *, twin: bool = False,
    ) -> Iterator[Glance]:  # fmt: skip
        if not twin and self._switched(slot, fault):
            at = begin + 60_000 * (fault.minute if fault else 0)
            yield Glance(site.gate, at, ClockState.SYNCED.value, "", STARTED, at + 500)
        ways = ((Direction.IN, people[0]), (Direction.OUT, people[1]))
        for way, count in ways:
            for _ in range(count):
                at = begin + self.random.randrange(SLOT_MS)
                is_on = fault is not None and (
                    slot > fault.slot or at >= begin + fault.minute * 60_000
                )
                if twin != (is_on and fault is not None and fault.kind == "moved"):
                    continue
                if is_on and fault is not None and self._unseen(fault, way):
                    continue
                wall = at - 40 * 60_000 if is_on and fault and fault.kind == "clock-off" else at
                received = at + self.random.randrange(20, 3000)
                words = (ClockState.SYNCED.value, way.value, Outcome.ACCEPTED.value)
                yield Glance(site.gate, wall, *words, received)

    def _switched(self, slot: int, fault: Fault | None) -> bool:
        """Say whether a gate is switched on now: when carried, and now and then for nothing."""
        if fault is not None and fault.kind == "moved" and slot == fault.slot:
            return True
        return self.random.random() < RESTARTS / SLOTS

    def _unseen(self, fault: Fault, way: Direction) -> bool:
        shares = {"defocused": 0.85, "half-missing": 0.5, "no-holiday": 1.0}
        if fault.kind == "exits-silent":
            return way is Direction.OUT
        return self.random.random() < shares.get(fault.kind, 0.0)

    def _lump(self, share: float) -> float:
        return math.exp(self.random.gauss(-share * share / 2, share))

    def _poisson(self, mean: float) -> int:
        if mean > 30:
            return max(0, round(self.random.gauss(mean, math.sqrt(mean))))
        limit, number, product = math.exp(-mean), 0, self.random.random()
        while product > limit:
            number, product = number + 1, product * self.random.random()
        return number


def opened(place: Place, day_of_week: int, slot: int) -> bool:
    """Say whether a place is open in a quarter of an hour."""
    assert place.hours is not None  # noqa: S101  # for the type checker: all here have hours
    minute = slot * 15
    return any(
        day_of_week in each.weekdays and each.minutes[0] <= minute < each.minutes[1]
        for each in place.hours.openings
    )


def _is_holiday(site: Site, day: int) -> bool:
    off = site.place.kind in (Kind.SCHOOL, Kind.OFFICE)
    return off and day - FIRST_DAY in HOLIDAYS
