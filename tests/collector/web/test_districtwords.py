"""Every story has words, and every alarm of the gate's has the words of the gate's own handbook."""

import pytest

from collector.figures.discretion import Figure, Shown
from collector.figures.plausible import Story
from collector.web import districtwords
from collector.web.board import Alert, Board, Condition, GateLine, Warn
from collector.web.district import StoryLine, Trouble
from collector.web.gatepage import How
from device.alarms import ALARMS
from wire.record import ClockState


def test_every_story_and_every_alarm_has_words() -> None:
    assert set(districtwords.TROUBLE) == set(Trouble)
    assert set(districtwords.STORY) == set(Story)
    assert set(districtwords.ALARM) == set(ALARMS)
    assert set(districtwords.HOW) == set(How)
    assert set(districtwords.STATE["clock"]) == set(ClockState)


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("seen", "usual", "said"),
    [
        (0, 65, "0 thay vì khoảng 65"),
        (Shown.FEW, 30, "dưới 5 thay vì khoảng 30"),
        (25, Shown.FEW, "25 thay vì dưới 5"),
    ],
)
def test_a_story_says_how_many_and_how_many_usually(seen: Figure, usual: Figure, said: str) -> None:
    from django.utils import translation  # noqa: PLC0415  # needs the settings

    from collector.web.templatetags.district_words import story  # noqa: PLC0415  # the same

    line = StoryLine("g1", "Chợ", "Xã", "story", Story.FEW, seen, usual)
    with translation.override("vi"):
        assert story(line).endswith(f": {said}")


@pytest.mark.usefixtures("site")
def test_large_figures_are_grouped_as_the_reader_writes_them() -> None:
    from django.utils import translation  # noqa: PLC0415  # needs the settings

    from collector.web.templatetags.district_words import figure  # noqa: PLC0415  # the same

    said = {}
    for language in ("vi", "en"):
        with translation.override(language):
            said[language] = (figure(20277), figure(899))
    assert said == {"vi": ("20.277", "899"), "en": ("20,277", "899")}


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("view-covered", "Có vật che ống kính"),
        ("of-a-newer-gate", "báo động: <code>of-a-newer-gate</code>"),
    ],
)
def test_the_board_says_what_a_gate_complains_of(code: str, said: str) -> None:
    from collector.web.snapshot import render  # noqa: PLC0415  # needs the settings

    alert = Alert(Warn.ALARM, code=code)
    line = GateLine("g1", "", "", "", (), Condition.WORKING, 0, False, 1, False, (alert,))  # noqa: FBT003
    html = render(Board("", "", (line,), (), (), day=1), "vi").html
    assert f"⚠</span> {said}<" in html
