"""What people take with them can be read by a reader that did not draw it."""

import re

import cv2
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray
from pyzbar import pyzbar

from collector.export import passcards
from collector.public import passcode
from wire import gatepass
from wire.gatepass import Pass

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def text(holder: str = "resident") -> str:
    now = 1_800_000_000
    return gatepass.issue(Pass(bytes(range(8)), holder, now, now + 9, now, 5, None), KEY)


def zbar(picture: NDArray[np.uint8]) -> list[str]:
    found = pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])
    return [each.data.decode() for each in found]


@pytest.mark.parametrize("holder", ["resident", "attendant", "a" * 32])
def test_the_picture_is_read_by_another_reader(holder: str) -> None:
    data = np.frombuffer(passcode.png(text(holder)), np.uint8)
    picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
    assert {*np.unique(picture)} == {0, 255}
    assert zbar(picture) == [text(holder)]


def test_the_drawing_on_the_page_is_the_same_code() -> None:
    span, path = passcode.svg(text())
    drawn = np.full((span, span), 255, np.uint8)
    for x, y, width in re.findall(r"M(\d+),(\d+)h(\d+)v1h-\d+z", path):
        left, top = int(x) + passcards.QUIET, int(y) + passcards.QUIET
        drawn[top, left : left + int(width)] = 0
    assert re.sub(r"M\d+,\d+h(\d+)v1h-\1z", "", path) == ""
    assert zbar(np.kron(drawn, np.ones((6, 6), np.uint8))) == [text()]


def test_runs_are_the_dark_modules_and_no_others() -> None:
    assert passcards.runs(bytes([1, 1, 0, 1, 0, 0, 1])) == [(0, 2), (3, 4), (6, 7)]
    assert passcards.runs(bytes(4)) == []
