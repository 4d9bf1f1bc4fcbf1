"""The twelve-digit number of a citizen: what it says about birth, and what is odd about it.

    PPP G YY NNNNNN      province, century and sex, year of birth, random

It has no check digit, and records get corrected, so nothing here is a reason to refuse anyone.
"""

from device.credential.person import Doubt, Sex

# fmt: off
PROVINCES = frozenset({
    1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33,
    34, 35, 36, 37, 38, 40, 42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66,
    67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96,
})
# fmt: on
"""Codes in force until the mergers of July 2025. A number keeps the code it was given with."""


def doubts(number: str, born: str, sex: Sex | None) -> tuple[Doubt, ...]:
    """Return in what `number` disagrees with the rest of a card, or with the list of provinces.

    `born` begins with the year, or is empty.
    """
    found = []
    year = 1900 + int(number[3]) // 2 * 100 + int(number[4:6])
    if born and int(born[:4]) != year:
        found.append(Doubt.NUMBER_AND_BIRTH)
    if sex and sex is not (Sex.FEMALE if int(number[3]) % 2 else Sex.MALE):
        found.append(Doubt.NUMBER_AND_SEX)
    # From 100 on it is the country in which a birth abroad was registered.
    if number[0] == "0" and int(number[1:3]) not in PROVINCES:
        found.append(Doubt.PROVINCE_UNKNOWN)
    return tuple(found)
