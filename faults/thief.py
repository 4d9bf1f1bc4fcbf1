"""What somebody reads who holds the memory card: raw bytes, and a million numbers to try."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

BLOCK, CHUNK = 4096, 1024 * 1024
WINDOW = 8
"""So many bytes of a digest, found on the card, would give a number away."""
HEAD = np.uint64(0xFFFFFFFFFFFF)
Windows = npt.NDArray[np.uint64]
Digest = Callable[[bytes], bytes]


def content(image: Path) -> bytes:
    """Return a card's bytes; runs of empty blocks are shortened to one."""
    data = image.read_bytes()
    empty, taken, was = bytes(BLOCK), [], False
    for start in range(0, len(data), BLOCK):
        block = data[start : start + BLOCK]
        is_empty = block == empty
        if not (is_empty and was):
            taken.append(block)
        was = is_empty
    return b"".join(taken)


def betrayed(data: bytes, needles: dict[bytes, str]) -> list[str]:
    """Return what can be read in `data`."""
    if len(data) < WINDOW:
        return []
    # First by six bytes for all of them at once; only what begins so is looked for singly.
    heads = np.array([int.from_bytes(needle[:6], "little") for needle in needles], np.uint64)
    ordered, there = np.unique(heads), set[int]()
    for start in range(0, len(data), CHUNK):
        part = _sliding(data[start : start + CHUNK + WINDOW - 1] + bytes(WINDOW)) & HEAD
        nearest = ordered[np.searchsorted(ordered, part).clip(max=len(ordered) - 1)]
        there.update(np.unique(nearest[nearest == part]).tolist())
    listed = zip(needles, heads.tolist(), strict=True)
    return sorted({needles[each] for each, head in listed if head in there and each in data})


def windows(data: bytes) -> Windows:
    """Return every eight bytes in `data`, also of what is written in hex or base64 there."""
    parts = [data]
    hexes = re.findall(rb"[0-9a-fA-F]{16,}", data)
    parts += [binascii.unhexlify(token[: len(token) // 2 * 2]) for token in hexes]
    for token in re.findall(rb"[A-Za-z0-9+/_-]{12,}", data):
        text = token.translate(bytes.maketrans(b"-_", b"+/"))
        for shift in range(4):
            whole = text[shift : shift + (len(text) - shift) // 4 * 4]
            parts.append(base64.b64decode(whole))
    found = [_sliding(part) for part in parts if len(part) >= WINDOW]
    return np.unique(np.concatenate(found))


def _sliding(data: bytes) -> Windows:
    raw = np.frombuffer(data, np.uint8)
    view = np.lib.stride_tricks.sliding_window_view(raw, WINDOW)
    return np.ascontiguousarray(view).view(np.uint64).ravel()


def ways(keys: Iterable[bytes]) -> dict[str, Digest]:
    """Return in which ways somebody who has these keys could try a number."""
    found: dict[str, Digest] = {
        "sha256": lambda text: hashlib.sha256(text).digest(),
        "sha1": lambda text: hashlib.sha1(text).digest(),  # noqa: S324  (a thief tries all)
        "md5": lambda text: hashlib.md5(text).digest(),  # noqa: S324
        "blake2b": lambda text: hashlib.blake2b(text).digest(),
        "blake2b/16": lambda text: hashlib.blake2b(text, digest_size=16).digest(),
    }
    for number, key in enumerate(keys):
        found[f"hmac {number}"] = _hmac(key)
        found[f"blake2b keyed {number}"] = _keyed(key[:64])
    return found


def _hmac(key: bytes) -> Digest:
    return lambda text: hmac.digest(key, text, "sha256")


def _keyed(key: bytes) -> Digest:
    return lambda text: hashlib.blake2b(text, key=key, digest_size=16).digest()


def guessed(
    numbers: Iterable[str], there: Windows, tried: dict[str, Digest], before: str = ""
) -> list[str]:
    """Try every number in every way; return which would be found out."""
    texts = [f"{before}{number}".encode() for number in numbers]
    found = []
    for way, digest in tried.items():
        tops = np.frombuffer(b"".join(digest(text)[:WINDOW] for text in texts), np.uint64)
        hits = np.flatnonzero(np.isin(tops, there, assume_unique=False))
        found += [f"{way}: {texts[hit].decode()}" for hit in hits]
    return found
