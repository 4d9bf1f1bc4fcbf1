"""A district to trace in: people with a daily place and a few others, for thirty days.

Drawn by a seed, in the order in which gates would see it. Stays are as long as the kind of place
makes them, exits are missed, a gate is down now and then. Nobody in it is anybody.
"""

import bisect
import itertools
import random
from collections.abc import Iterator

import msgspec

from collector.localday import HOUR_MS, MINUTE_MS, day_of, midnight
from collector.trace.coverage import Sign
from collector.trace.entries import Setting, Sighting, Way
from wire.openinghours import Hours, Opening
from wire.record import What

FIRST_DAY = 20_800
DAYS = 30
SPAN_MS = 2_000
"""What a gate in step says about its clock."""
MISSED = 0.15
"""Of the exits."""
ODD_PRIME = 1_000_003


class Kind(msgspec.Struct, frozen=True):
    """A kind of place."""

    name: str
    places: int
    """Of 250."""
    daily: float
    """The share of people whose daily place is one of these."""
    stay_min: tuple[int, int]
    opens: str
    closes: str
    longest_h: int
    begins_h: tuple[float, float]
    """When people come."""


KINDS = (
    Kind("school", 40, 0.32, (200, 540), "06:30", "17:30", 11, (6.5, 7.5)),
    Kind("office", 40, 0.16, (180, 540), "07:00", "17:30", 12, (7.0, 8.5)),
    Kind("factory", 24, 0.26, (420, 560), "06:00", "22:30", 13, (6.0, 13.5)),
    Kind("market", 60, 0.06, (15, 90), "04:00", "18:00", 4, (4.5, 15.0)),
    Kind("shop", 60, 0.05, (5, 40), "06:00", "22:00", 3, (7.0, 20.0)),
    Kind("clinic", 16, 0.0, (20, 180), "06:30", "20:00", 8, (7.0, 16.0)),
    Kind("station", 10, 0.0, (5, 60), "04:00", "22:00", 3, (5.0, 20.0)),
)
VISITED = ("market", "shop", "clinic", "station")
OTHERS_A_DAY = (0, 1, 1, 1, 1, 2, 2)
AREAS = 9


class Place(msgspec.Struct, frozen=True):
    """A place and its two gates."""

    key: int
    kind: Kind
    area: int

    @property
    def gates(self) -> tuple[int, int]:
        """Return the numbers of its gates, which are those of their journals too."""
        return 2 * self.key - 1, 2 * self.key

    @property
    def setting(self) -> Setting:
        """Return what pairing goes by."""
        hours = Hours((Opening(("mon-sun",), self.kind.opens, self.kind.closes),))
        return Setting(self.key, self.area, self.kind.longest_h * HOUR_MS, hours)


class Crowd:
    """The places and the people of the district."""

    def __init__(self, people: int, part: int = 1, seed: int = 7) -> None:
        """Draw where the places are and where everybody spends the day.

        A part of the people has that part of the places, so that each is as full as in the whole.
        """
        dice = random.Random(seed)  # noqa: S311  # a bench, no secret
        self.part = part
        numbers = itertools.count(1)
        self.places = [
            Place(next(numbers), kind, 1 + dice.randrange(AREAS))
            for kind in KINDS
            for _ in range(max(1, kind.places // part))
        ]
        self.settings = {each.key: each.setting for each in self.places}
        self._by_key = {each.key: each for each in self.places}
        self._visited = [each for each in self.places if each.kind.name in VISITED]
        weights = [1 / (1 + rank) ** 0.6 for rank in range(len(self._visited))]
        dice.shuffle(weights)
        self._weights = list(itertools.accumulate(weights))
        self.people = sorted(dice.sample(range(1, 2**40), people))
        # Some schools and factories are much larger than others.
        sizes = {each.key: dice.lognormvariate(0, 0.6) for each in self.places}
        self._daily = {person: self._home(sizes, dice) for person in self.people}
        self._seqs: dict[int, int] = dict.fromkeys(range(1, 2 * len(self.places) + 1), 0)

    def _home(self, sizes: dict[int, float], dice: random.Random) -> int:
        left = dice.random()
        for kind in KINDS:
            left -= kind.daily
            if left < 0:
                its = [each.key for each in self.places if each.kind is kind]
                return dice.choices(its, [sizes[each] for each in its])[0]
        return 0

    def day(self, number: int) -> Iterator[tuple[int, Sighting]]:
        """Yield what the gates see on a day, in the order in which they see it."""
        dice = random.Random(number * ODD_PRIME)  # noqa: S311  # the same
        passed = [each for person in self.people for each in self._passages(person, number, dice)]
        passed.sort()
        for at, person, gate, way in passed:
            self._seqs[gate] += 1
            place = (gate + 1) // 2
            seen = Sighting(at, SPAN_MS, gate, place, Way(way), gate, self._seqs[gate])
            yield person, seen

    def _passages(
        self, person: int, number: int, dice: random.Random
    ) -> Iterator[tuple[int, int, int, int]]:
        now = midnight(number) + 4 * HOUR_MS
        home = self._daily[person]
        if home and (number + 4) % 7 < 6 and dice.random() < 0.92:
            came, left = self._stay(self._by_key[home], now, dice)
            yield from self._passage(person, home, came, left, dice)
            now = left + 10 * MINUTE_MS
        for _ in range(dice.choice(OTHERS_A_DAY)):
            place = self._visited[bisect.bisect(self._weights, dice.random() * self._weights[-1])]
            came, left = self._stay(place, now, dice)
            if day_of(left) != number:
                return
            yield from self._passage(person, place.key, came, left, dice)
            now = left + 5 * MINUTE_MS

    @staticmethod
    def _stay(place: Place, after: int, dice: random.Random) -> tuple[int, int]:
        begin = midnight(day_of(after)) + int(dice.uniform(*place.kind.begins_h) * HOUR_MS)
        came = max(begin, after + dice.randrange(40 * MINUTE_MS))
        return came, came + int(dice.uniform(*place.kind.stay_min) * MINUTE_MS)

    def _passage(
        self, person: int, place: int, came: int, left: int, dice: random.Random
    ) -> Iterator[tuple[int, int, int, int]]:
        gates = self._by_key[place].gates
        yield came, person, gates[dice.random() < 0.3], Way.IN
        if dice.random() >= MISSED:
            yield left, person, gates[dice.random() < 0.5], Way.OUT

    def signs(self, gate: int) -> list[Sign]:
        """Return what a gate's journal says of itself: it fails now and then."""
        dice = random.Random(gate)  # noqa: S311  # the same
        found, at = [], midnight(FIRST_DAY)
        while at < midnight(FIRST_DAY + DAYS):
            at += (dice.randrange(10, 240) if dice.random() < 1 / 3_000 else 5) * MINUTE_MS
            found.append(Sign(at, "b", What.ALIVE))
        return found
