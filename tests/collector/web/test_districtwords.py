"""Every story has words, and every alarm of the gate's has the words of the gate's own handbook."""

from collector.figures.plausible import Story
from collector.web import districtwords
from collector.web.district import Trouble
from collector.web.gatepage import How
from device.alarms import ALARMS
from wire.record import ClockState


def test_every_story_and_every_alarm_has_words() -> None:
    assert set(districtwords.TROUBLE) == set(Trouble)
    assert set(districtwords.STORY) == set(Story)
    assert set(districtwords.ALARM) == set(ALARMS)
    assert set(districtwords.HOW) == set(How)
    assert set(districtwords.STATE["clock"]) == set(ClockState)
