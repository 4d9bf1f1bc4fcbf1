"""Somebody declares on a phone, and the gate's camera reads the code as they can show it.

The page in Chromium, behind it the desk; the code as it stands on the page, as the picture that is
saved, and as the paper that is printed; the gate's own reader, scanner and judge.
"""

from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
from playwright.sync_api import Error, Locator, Page

from broker.launch import free_port
from device.camera.pictures import decoded, fitted
from device.flow import Luma
from tests import browsing
from tests.collector.public.test_pages import ANSWERS
from tests.journeys import seen
from tests.waiting import until

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]
CHOSEN = {"for", "sex", "symptoms", "exposures"}


def test_a_code_from_the_page_opens_the_gate_however_it_is_shown(tmp_path: Path) -> None:
    port = free_port()
    made = seen.build(tmp_path / "district", f"[public]\nport = {port}\n")
    with seen.playing(made, "public") as (_, door), browsing.chromium() as browser:
        phone = browser.new_context(viewport={"width": 360, "height": 740}, device_scale_factor=2)
        page = phone.new_page()
        declared(page, f"http://localhost:{port}/", worrying=False)
        for picture in shown(page, tmp_path):
            assert door.answers(picture) == ("accepted", "accepted")
        declared(page, f"http://localhost:{port}/", worrying=True)
        (picture, *_) = shown(page, tmp_path)
        assert door.answers(picture) == ("rejected", "class-not-taken")


def declared(page: Page, address: str, *, worrying: bool) -> None:
    """Answer all questions, and send them."""

    def answers() -> bool:
        try:
            found = page.goto(address)
        except Error:
            return False
        return found is not None and found.ok

    until(answers, "the page does not answer", 60)
    page.click("main button.primary")
    for _, answered in ANSWERS:
        for name, value in answered.items():
            field = page.locator(f"main [name={name}]")
            if name == "symptoms" and worrying:
                page.check("main [name=symptoms][value=fever]")
            elif name in CHOSEN:
                page.check(f"main [name={name}][value={value}]")
            elif name in {"commune", "nationality"}:
                field.select_option(index=1 if name == "commune" else 0)
            elif isinstance(value, str):
                field.fill(value)
        page.click("main button.primary")
    page.click("main button.primary")
    page.locator("svg.code").wait_for()


def shown(page: Page, folder: Path) -> tuple[Luma, Luma, Luma]:
    """Return the code on the screen, as a picture, and on paper, as a camera sees them."""
    screen = decoded(page.screenshot(), "screen")
    save, paper = page.locator(".pass form button").all()
    picture = decoded(fetched(page, save, folder / "code.png"), "picture")
    document = pypdfium2.PdfDocument(fetched(page, paper, folder / "code.pdf"))
    drawn = document[0].render(scale=2, grayscale=True).to_numpy()
    document.close()
    return before(screen), before(picture), before(drawn.reshape(drawn.shape[:2]))


def fetched(page: Page, button: Locator, path: Path) -> bytes:
    with page.expect_download() as told:
        button.click()
    told.value.save_as(path)
    return path.read_bytes()


def before(picture: Luma) -> Luma:
    """Return a picture held up before the door, somewhat smaller than the view."""
    frame = seen.BLANK.copy()
    held = fitted(np.asarray(picture, np.uint8), 680)
    top, left = ((have - want) // 2 for have, want in zip(frame.shape, held.shape, strict=True))
    frame[top : top + held.shape[0], left : left + held.shape[1]] = held
    return np.asarray(cv2.GaussianBlur(frame, (3, 3), 0), np.uint8)
