"""Synthetic people, the codes they show, and every spelling in which one could be betrayed."""

import base64
import random
import unicodedata
from collections.abc import Iterator

import msgspec

from tests.device.credential import certificates

PROVINCE, SEX_CENTURY, YEAR = "094", "0", "90"
"""Soc Trang, a man born in 1990: a million numbers."""
EXPIRES = 2_000_000_000
"""Seconds since 1970."""
LEAST = 6
"""Shorter words are not looked for: they stand anywhere by chance."""


class Shown(msgspec.Struct, frozen=True):
    """One code, and what of it names somebody."""

    text: str
    secrets: tuple[str, ...]


def numbers() -> Iterator[str]:
    """Yield every number of that province, sex and year."""
    return (f"{PROVINCE}{SEX_CENTURY}{YEAR}{n:06}" for n in range(1_000_000))


def codes(passes: list[str], dice: random.Random) -> list[Shown]:
    """Return what a crowd shows: passes, cards, certificates, and codes of the wrong kind."""
    found = [Shown(text, ()) for text in passes]
    for who in ("Nguyễn Văn Mẫu Nhất", "Trần Văn Mẫu Nhì"):
        number, former = _number(dice), f"{dice.randrange(10**9):09}"
        home = f"Ấp Thử {dice.randrange(10**6)}, Xã Mẫu, Sóc Trăng"
        found.append(
            Shown(f"{number}|{former}|{who}|15061990|Nam|{home}|01072021", (number, former, who))
        )
    number, qid = _number(dice), f"1625{dice.randrange(10**14):014}"
    found.append(Shown(f"{number}|LE VAN MAU BA|1990-06-15|0|{qid}|<1<<<", (number, qid)))
    insured, who = f"{dice.randrange(10**10):010}", "Phạm Văn Mẫu Tư"
    tail = "94 - 000|01/01/2021|-|15/12/2020|00000000000000|-|4|01/01/2026|0000000000000000-0000"
    name = who.encode().hex()
    text = f"GD494{insured}|{name}|15/06/1990|1|{name}|{tail}|$"
    found.append(Shown(text, (insured, who, name)))
    ci = f"URN:UVCI:01:VN:{dice.randrange(10**12):012}"
    proof = {"v": [{**certificates.VACCINATION["v"][0], "ci": ci}]}
    holder = {"fn": "Võ Mẫu", "gn": "Văn Năm", "fnt": "VO<MAU", "gnt": "VAN<NAM"}
    text = certificates.shown(certificates.payload(proof, nam=holder), expires=EXPIRES)
    found.append(Shown(text, (ci, "Võ Mẫu", "Văn Năm")))
    phone = f"09{dice.randrange(10**8):08}"
    found.append(
        Shown(f"BEGIN:VCARD\nFN:Đỗ Mẫu Sáu\nTEL:{phone}\nEND:VCARD", (phone, "Đỗ Mẫu Sáu"))
    )
    word = f"matkhau{dice.randrange(10**8):08}"
    found.append(Shown(f"WIFI:T:WPA;S:Mau;P:{word};;", (word,)))
    return found


def _number(dice: random.Random) -> str:
    return f"{PROVINCE}{SEX_CENTURY}{YEAR}{dice.randrange(10**6):06}"


def needles(shown: list[Shown]) -> dict[bytes, str]:
    """Return every spelling of every secret, each with what it is a spelling of."""
    found = {}
    for number, each in enumerate(shown):
        for word in (each.text, *each.secrets):
            for spelled in _spellings(word):
                if len(spelled) >= LEAST:
                    found[spelled] = f"code {number}"
    return found


def _spellings(word: str) -> Iterator[bytes]:
    plain = "".join(
        each for each in unicodedata.normalize("NFD", word) if not unicodedata.combining(each)
    ).translate({ord("đ"): "d", ord("Đ"): "D"})
    texts = {word, plain}
    texts |= {unicodedata.normalize(form, word) for form in ("NFC", "NFD")}
    texts |= {each.upper() for each in texts} | {each.lower() for each in texts}
    for text in texts:
        data = text.encode()
        yield data
        yield text.encode("utf-16-le")
        yield text.encode("utf-16-be")
        yield data.hex().encode()
        yield data.hex().upper().encode()
        for shift in range(3):  # base64 has three faces, by where in a longer text it stands
            face = base64.b64encode(bytes(shift) + data)[4 if shift else 0 :]
            yield face.rstrip(b"=")[: -2 or None]
            yield base64.urlsafe_b64encode(bytes(shift) + data)[4 if shift else 0 :].rstrip(b"=")[
                :-2
            ]
